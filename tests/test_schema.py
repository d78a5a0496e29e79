"""Whatever is sent, the server answers as its OpenAPI document says: schemathesis asks, from the document alone."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from studio import Studio

HERE = Path(__file__).parent
# Schemas say what a field takes, not which fields go together (`data` or `payload`, two variants or none, colours that can be
# told apart): what fits them may be refused.
CHECKS = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
# Operations that must have succeeded in a run; the others need what no document tells, as a letter's token.
SUCCEEDING = {
    ("POST", "/api/auth/signup/"), ("GET", "/api/auth/me/"), ("PATCH", "/api/auth/me/"), ("DELETE", "/api/auth/me/"),
    ("POST", "/api/auth/password/change/"), ("POST", "/api/auth/password/reset/"), ("POST", "/api/v1/generate/"),
    ("POST", "/api/v1/validate/"), ("GET", "/api/v1/usage/"), ("GET", "/api/v1/usage/me/"), ("GET", "/api/v1/keys/"),
    ("POST", "/api/v1/keys/"), ("GET", "/api/v1/dynamic/"), ("POST", "/api/v1/dynamic/"), ("GET", "/api/health/"), ("GET", "/api/status/"),
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def picture(tmp_path) -> str:
    """The URL of a logo."""
    Image.new("RGB", (64, 64), "red").save(tmp_path / "logo.png")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/logo.png"
    server.shutdown()


def test_the_server_keeps_to_its_document(tmp_path, picture):
    studio = Studio(tmp_path)
    studio.settings |= {"QRSTUDIO_RATE_LIMITS": "off", "QRSTUDIO_FETCH_ALLOW": "127.0.0.1"}
    studio.start()
    try:
        user = studio.admin("create-user", "schema@example.net", "--plan", "enterprise")
        credentials = {
            "SCHEMA_URL": studio.url, "SCHEMA_PICTURE": picture, "SCHEMA_KEY": studio.new_key(),
            "SCHEMA_EMAIL": "schema@example.net", "SCHEMA_PASSWORD": user["password"],
        }
        examples = os.environ.get("QRSTUDIO_SCHEMA_EXAMPLES", "25")
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml",
            "run", f"{studio.url}/api/openapi.json", *CHECKS, "--max-examples", examples, "--no-color",
        ]
        environment = os.environ | credentials | {"SCHEMATHESIS_HOOKS": "schema_hooks", "PYTHONPATH": str(HERE)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        print(done.stdout)
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        assert studio.stop() == 0, studio.log_text()
    log = studio.log_text()
    assert "panicked" not in log
    succeeded = set(re.findall(r'method=(\w+) route=(\S+) status=2', log))
    assert SUCCEEDING <= succeeded, SUCCEEDING - succeeded
