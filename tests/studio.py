"""Starts the built binary and talks to it as any client would."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "qrstudio"


def clean_environment() -> dict[str, str]:
    """The environment without settings of the product, so that no developer's shell changes a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("QRSTUDIO_")}


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    """Runs the binary to its end; `env` adds to a clean environment."""
    environment = clean_environment() | options.pop("env", {})
    return subprocess.run([BINARY, *arguments], env=environment, capture_output=True, timeout=60, **options)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Studio:
    """A running `qrstudio serve` with a data directory of its own."""

    def __init__(self, directory: Path, database: str | None = None):
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"QRSTUDIO_LISTEN": f"127.0.0.1:{self.port}", "QRSTUDIO_DATA_DIR": str(directory / "data")}
        if database:
            self.settings["QRSTUDIO_DATABASE_URL"] = database
        self.database = database
        self.process: subprocess.Popen | None = None

    def start(self) -> "Studio":
        self.log = open(self.directory / "log", "ab")
        self.process = subprocess.Popen(
            [BINARY, "serve"], env=clean_environment() | self.settings, cwd=self.directory,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        deadline = time.monotonic() + 30
        while True:
            assert self.process.poll() is None, f"the server ended at start:\n{self.log_text()}"
            try:
                if requests.get(f"{self.url}/api/health/", timeout=1).status_code == 200:
                    return self
            except (requests.ConnectionError, requests.Timeout):
                pass
            assert time.monotonic() < deadline, f"the server does not answer:\n{self.log_text()}"
            time.sleep(0.01)

    def kill(self) -> None:
        """Ends the server as a power cut would: no handler runs."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Asks the server to drain and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def log_text(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def stored(self) -> bytes:
        """Everything that is kept: all files of the data directory, and what PostgreSQL holds, as text."""
        files = [path.read_bytes() for path in (self.directory / "data").rglob("*") if path.is_file()]
        if self.database:
            files.append(subprocess.run(["pg_dump", "--data-only", self.database], check=True, capture_output=True).stdout)
        return b"".join(files)

    def admin(self, *arguments: str) -> dict:
        done = run("admin", *arguments, "--json", env=self.settings, cwd=self.directory)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def new_key(self, plan: str = "enterprise", email: str | None = None) -> str:
        """A raw key of a new workspace on `plan`."""
        email = email or f"{os.urandom(6).hex()}@example.com"
        return self.admin("create-user", email, "--plan", plan)["raw_key"]

    def sign_up(self, plan: str | None = None) -> dict[str, str]:
        """The headers of somebody new, on the default plan or on `plan`."""
        email = f"{os.urandom(6).hex()}@example.com"
        body = {"email": email, "password": os.urandom(12).hex(), "name": "Ada"}
        answer = requests.post(f"{self.url}/api/auth/signup/", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        if plan:
            self.admin("set-plan", email, plan)
        return {"Authorization": f"Bearer {answer.json()['access']}"}

    def ask_metrics(self, path: str) -> requests.Response:
        return requests.get(f"http://{self.settings['QRSTUDIO_METRICS_LISTEN']}{path}", timeout=30)

    def metrics(self) -> dict[str, float]:
        """The metrics without labels, of a server that has an address for them."""
        text = self.ask_metrics("/metrics").text
        lines = [line.split() for line in text.splitlines() if not line.startswith("#") and "{" not in line]
        return {name: float(value) for name, value in lines}

    def generate(self, key: str, **fields) -> requests.Response:
        return requests.post(f"{self.url}/api/v1/generate/", json=fields, headers={"X-Api-Key": key}, timeout=30)

    def usage(self, key: str) -> dict:
        answer = requests.get(f"{self.url}/api/v1/usage/", headers={"X-Api-Key": key}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()
