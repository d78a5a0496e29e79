"""The README's snippets do what they say, pasted as they stand."""

import os
import shutil
import subprocess

import pytest
from PIL import Image

import decoders
from snippets import dead_links, snippet
from studio import BINARY, ROOT

README = ROOT / "README.md"


@pytest.fixture
def paste(studio, key, tmp_path):
    """Runs a snippet in an empty directory, against this test's server instead of the default address."""

    def run(text: str, *command: str) -> None:
        text = text.replace("http://127.0.0.1:8080", studio.url)
        done = subprocess.run([*command, text], cwd=tmp_path, env=os.environ | {"QRSTUDIO_KEY": key}, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()

    return run


def test_curl(paste, tmp_path):
    paste(snippet(README, "sh", "curl"), "sh", "-ec")
    picture = (tmp_path / "menu.png").read_bytes()
    assert decoders.zxing(picture) == decoders.zbar(picture) == ["https://example.com/menu"]
    assert Image.open(tmp_path / "menu.png").size == (1200, 1200)


def test_python(paste, tmp_path):
    paste(snippet(README, "python", "requests"), str(ROOT / "target/venv/bin/python"), "-c")
    assert decoders.zxing(decoders.rsvg((tmp_path / "wifi.svg").read_bytes())) == ["WIFI:T:WPA;S:Corner Café;P:two flat whites;;"]


def test_javascript(paste, tmp_path):
    paste(snippet(README, "javascript", "fetch"), shutil.which("node"), "--input-type=module", "-e")
    assert decoders.zxing((tmp_path / "menu-4in.png").read_bytes()) == ["https://example.com/menu"]


def test_command_line(paste, tmp_path):
    paste(snippet(README, "sh", "-- render").replace("cargo run --release --", str(BINARY)), "sh", "-ec")
    assert decoders.zxing((tmp_path / "menu.png").read_bytes()) == ["https://example.com/menu"]


def test_the_links_lead_somewhere():
    assert dead_links(README) == []
