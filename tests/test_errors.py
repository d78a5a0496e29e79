"""The page about errors, limits and retries: what it shows works, and what it quotes is what the server says."""

import os
import re
import subprocess

import requests

from snippets import dead_links, snippet
from studio import ROOT
from world import GENERATE

PAGE = ROOT / "docs/errors.md"


def test_a_request_that_is_sent_again_is_paid_once(studio, tmp_path):
    key = studio.new_key()
    text = snippet(PAGE, "sh", "Idempotency-Key").replace("http://127.0.0.1:8080", studio.url)
    pictures = []
    for _ in range(2):
        subprocess.run(["sh", "-ec", text], cwd=tmp_path, env=os.environ | {"QRSTUDIO_KEY": key}, check=True, timeout=60)
        pictures.append((tmp_path / "menu.png").read_bytes())
    assert pictures[0] == pictures[1] and pictures[0].startswith(b"\x89PNG")
    assert studio.usage(key)["used_this_month"] == 1


def test_quoted_headers_are_those_of_an_answer(studio):
    key = studio.new_key("starter")
    headers = requests.get(studio.url + "/api/v1/usage/", headers={"X-Api-Key": key}, timeout=30).headers
    told = snippet(PAGE, "text", "RateLimit-Policy")
    for name, value in re.findall(r"([A-Za-z-]+): (\S+)", told):
        if name == "X-RateLimit-Reset":
            assert re.fullmatch(r"\d{10}", headers[name])
        else:
            assert headers[name] == value


def test_quoted_refusals_are_the_servers(studio):
    key = studio.new_key("free")
    first, second = snippet(PAGE, "json", "detail").splitlines()
    for fields, quoted in [({"dpi": 301}, first), ({"size_inches": 16, "color": "rouge"}, second)]:
        body = {"data": "x", "size_inches": 1} | fields
        answer = requests.post(studio.url + GENERATE, json=body, headers={"X-Api-Key": key}, timeout=30)
        assert answer.text == quoted.replace('": ', '":').replace('], "', '],"')


def test_the_links_lead_somewhere():
    assert dead_links(PAGE) == []
