"""The quick start's snippets lead from nothing to a code that is read, in three languages."""

import shutil
import subprocess
import uuid

import pytest
from PIL import Image

import decoders
from snippets import dead_links, snippet
from studio import ROOT

GUIDE = ROOT / "docs/quickstart.md"
PYTHON = str(ROOT / "target/venv/bin/python")


@pytest.mark.parametrize("language, containing, command", [
    ("sh", "curl", ["sh", "-ec"]),
    ("python", "requests", [PYTHON, "-c"]),
    ("javascript", "fetch", ["node", "--input-type=module", "-e"]),
])
def test_from_an_account_to_a_code(studio, tmp_path, language, containing, command):
    text = snippet(GUIDE, language, containing).replace("http://127.0.0.1:8080", studio.url)
    # The server is shared with others who have read the guide.
    text = text.replace("ada@example.com", f"ada-{uuid.uuid4().hex[:12]}@example.com")
    program = shutil.which(command[0])
    done = subprocess.run([program, *command[1:], text], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    assert decoders.zxing((tmp_path / "menu.png").read_bytes()) == ["https://example.com/menu"]
    picture = Image.open(tmp_path / "menu.png")
    assert picture.size == (600, 600)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.03)


def test_the_links_lead_somewhere():
    assert dead_links(GUIDE) == []
