"""Running servers: one a session and engine; tests that break theirs start their own."""

import os
import subprocess
import uuid
from urllib.parse import urlsplit

import pytest

from studio import Studio
from world import World

POSTGRES = os.environ.get("QRSTUDIO_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


class Databases:
    """Fresh databases on the engine of a test, dropped at the end."""

    def __init__(self):
        self.made: list[str] = []

    def url(self, engine: str) -> str | None:
        if engine == "sqlite":
            return None
        name = f"qrstudio_test_{uuid.uuid4().hex[:12]}"
        self.psql(f'CREATE DATABASE "{name}"')
        self.made.append(name)
        return urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()

    def psql(self, statement: str) -> None:
        subprocess.run(["psql", "-w", "-qX", "-v", "ON_ERROR_STOP=1", POSTGRES, "-c", statement], check=True)

    def drop(self) -> None:
        for name in self.made:
            self.psql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def databases():
    made = Databases()
    yield made
    made.drop()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def any_engine(request, tmp_path_factory, databases) -> Studio:
    """A shared server; the test runs once on each engine."""
    studio = Studio(tmp_path_factory.mktemp(request.param), databases.url(request.param)).start()
    yield studio
    assert studio.stop() == 0, studio.log_text()


@pytest.fixture(scope="session")
def studio(tmp_path_factory) -> Studio:
    """A shared server as the quick start runs it: no configuration, SQLite."""
    studio = Studio(tmp_path_factory.mktemp("studio")).start()
    yield studio
    assert studio.stop() == 0, studio.log_text()


@pytest.fixture(scope="session")
def key(studio) -> str:
    return studio.new_key()


@pytest.fixture(params=["sqlite", "postgres"])
def own_studio(request, tmp_path, databases) -> Studio:
    """A server that the test may kill, once on each engine; not started."""
    studio = Studio(tmp_path, databases.url(request.param))
    yield studio
    if studio.process and studio.process.poll() is None:
        studio.kill()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(request, tmp_path_factory, databases) -> World:
    """People on every plan and in every role, and what they own, once on each engine."""
    database = databases.url(request.param)
    studio = Studio(tmp_path_factory.mktemp(f"world-{request.param}"), database)
    # Answers of more than 1 MiB have nowhere to stay; requests are counted in a test of its own.
    studio.settings |= {"QRSTUDIO_SPOOL_MAX_BYTES": "0", "QRSTUDIO_RATE_LIMITS": "off"}
    yield World(studio.start(), database)
    assert studio.stop() == 0, studio.log_text()
