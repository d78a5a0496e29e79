"""What a browser shows, with no internet to help."""

import re
import subprocess

import pytest
import requests

from browser import FLAGS


def page(url: str, tmp_path) -> str:
    """The document after its scripts ran."""
    done = subprocess.run(
        ["chromium", *FLAGS, f"--user-data-dir={tmp_path}", "--virtual-time-budget=15000", "--dump-dom", url],
        capture_output=True, timeout=120,
    )
    return done.stdout.decode()


@pytest.mark.parametrize("path, words", [
    ("/", ["QR Studio", "/docs"]),
    ("/docs", ["generate", "size_inches", "X-Api-Key"]),
])
def test_a_page_shows_its_words(studio, tmp_path, path, words):
    document = page(studio.url + path, tmp_path)
    for word in words:
        assert word in document


def test_pages_ask_nobody_else(studio):
    for path in ("/", "/docs"):
        answer = requests.get(studio.url + path, timeout=10)
        assert answer.status_code == 200
        assert "Content-Security-Policy" in answer.headers
        assert not re.findall(r"""(?:src|href)=["']https?://(?!127\.0\.0\.1)""", answer.text)
