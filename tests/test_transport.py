"""How requests come: HTTPS or not, through proxies or not, from web pages or not."""

import http.client
import http.server
import json
import subprocess
import threading

import pytest
import requests

from browser import FLAGS
from studio import Studio, run

HTTPS_REQUIRED = {"detail": "HTTPS is required."}


@pytest.fixture
def own(tmp_path):
    """A server that the test configures and starts."""
    studio = Studio(tmp_path)
    yield studio
    if studio.process and studio.process.poll() is None:
        assert studio.stop() == 0, studio.log_text()


def test_a_proxy_on_this_machine_opens_no_door(own):
    """The trap: forwarded requests come from loopback, but are not of this machine."""
    own.start()
    for header, value in (
        ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=198.51.100.7;proto=https"),
        ("X-Real-IP", "198.51.100.7"), ("Via", "1.1 proxy"),
    ):
        answer = requests.get(f"{own.url}/api/health/", headers={header: value}, timeout=10)
        assert (answer.status_code, answer.json()) == (426, HTTPS_REQUIRED), header
        assert answer.headers["Upgrade"] == "TLS/1.2, HTTP/1.1" and answer.headers["Connection"] == "Upgrade"
    assert requests.get(f"{own.url}/", headers={"X-Forwarded-For": "198.51.100.7"}, timeout=10).status_code == 200
    assert requests.get(f"{own.url}/api/health/", timeout=10).status_code == 200
    assert own.log_text().count("QRSTUDIO_TRUSTED_PROXIES") == 1
    assert "198.51.100" not in own.log_text()


def test_a_named_proxy_vouches_for_its_clients(own):
    own.settings["QRSTUDIO_TRUSTED_PROXIES"] = "127.0.0.1, 2001:db8::/32"
    own.start()
    for headers, status in (
        ({"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}, 200),
        ({"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}, 426),
        ({"X-Forwarded-For": "198.51.100.7"}, 426),
        ({"Forwarded": 'for="[2001:db8::7]:4711";proto=https'}, 200),
        ({"Forwarded": "for=1.1.1.1;proto=https", "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}, 426),
        ({}, 200),
    ):
        assert requests.get(f"{own.url}/api/health/", headers=headers, timeout=10).status_code == status, headers
    assert "198.51.100" not in own.log_text()


def test_a_connection_survives_a_refusal(own):
    own.start()
    client = http.client.HTTPConnection("127.0.0.1", own.port, timeout=10)
    for headers, status in (({"Via": "1.1 x"}, 426), ({}, 200), ({"Via": "1.1 x"}, 426), ({}, 200)):
        client.request("POST" if status == 426 else "GET", "/api/health/", headers=headers)
        answer = client.getresponse()
        answer.read()
        assert answer.status == status
    client.close()


def test_a_page_may_call_the_api(own):
    own.settings["QRSTUDIO_CORS_ORIGINS"] = "https://app.example, http://localhost:3000"
    own.start()
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    for origin, allowed in (("https://app.example", True), ("http://localhost:3000", True), ("https://evil.example", False)):
        answer = requests.options(f"{own.url}/api/v1/generate/", headers=ask | {"Origin": origin}, timeout=10)
        assert answer.status_code == 204 and answer.headers["Vary"] == "Origin"
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert ("X-Api-Key" in answer.headers.get("Access-Control-Allow-Headers", "")) is allowed
        answer = requests.post(f"{own.url}/api/v1/generate/", headers={"Origin": origin}, timeout=10)
        assert answer.status_code == 401
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    auth = requests.options(f"{own.url}/api/auth/login/", headers=ask | {"Origin": "https://app.example"}, timeout=10)
    assert not [name for name in auth.headers if name.lower().startswith("access-control-")]


PAGE = """<!doctype html><title>calling</title><p id=told>nothing</p><script>
(async () => {
  const call = (path, options) => fetch(%(url)s + path, options);
  const told = [];
  const drawn = await call("/api/v1/generate/", {
    method: "POST", headers: {"X-Api-Key": %(key)s, "Content-Type": "application/json"},
    body: JSON.stringify({data: "x", size_inches: 1}),
  });
  told.push(drawn.status, drawn.headers.get("X-QR-Plan"), !!drawn.headers.get("X-Request-Id"),
            drawn.headers.get("X-RateLimit-Limit"));
  const refused = await call("/api/v1/usage/", {headers: {"X-Api-Key": "smk_wrong"}});
  told.push(refused.status, (await refused.json()).detail);
  told.push(await call("/api/health/").then(() => "read", () => "kept from the page"));
  document.getElementById("told").textContent = JSON.stringify(told);
})();
</script>"""


def test_a_browser_lets_a_page_of_another_origin_call_the_api(own, tmp_path):
    own.start()
    page = (PAGE % {"url": json.dumps(own.url), "key": json.dumps(own.new_key())}).encode()

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        done = subprocess.run(
            ["chromium", *FLAGS, f"--user-data-dir={tmp_path / 'browser'}", "--virtual-time-budget=15000", "--dump-dom",
             f"http://127.0.0.1:{elsewhere.server_port}/"],
            capture_output=True, timeout=120,
        )
        elsewhere.shutdown()
    assert (
        '[200,"enterprise",true,"6000",401,"Invalid or revoked API key.","kept from the page"]' in done.stdout.decode()
    ), done.stdout.decode()


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("QRSTUDIO_TRUSTED_PROXIES", "10.0.0.0/40", "is no network"),
        ("QRSTUDIO_TRUSTED_PROXIES", "proxy.internal", "is no network"),
        ("QRSTUDIO_CORS_ORIGINS", "app.example", "is no origin"),
        ("QRSTUDIO_CORS_ORIGINS", "https://app.example/page", "is no origin"),
        ("QRSTUDIO_ALLOW_INSECURE_LOOPBACK", "maybe", "must be true or false"),
    ],
)
def test_settings_that_cannot_be_are_named(variable, value, words):
    done = run("config", env={variable: value})
    assert done.returncode == 2 and variable in done.stderr.decode() and words in done.stderr.decode()


def test_check_tells_of_an_open_wire(tmp_path):
    settings = {"QRSTUDIO_LISTEN": "0.0.0.0:0", "QRSTUDIO_DATA_DIR": str(tmp_path / "data")}
    for added, verdict, words in (
        ({}, b"warning", b"every request to /api/ from elsewhere is answered 426"),
        ({"QRSTUDIO_TRUSTED_PROXIES": "10.0.0.0/8"}, b"ok", b"believes 10.0.0.0/8"),
        ({"QRSTUDIO_TRUSTED_PROXIES": "0.0.0.0/0"}, b"warning", b"believes everybody"),
    ):
        done = run("check", env=settings | added)
        line = next(line for line in done.stdout.splitlines() if b"QRSTUDIO_TRUSTED_PROXIES" in line)
        assert line.startswith(verdict) and words in line, line


def test_a_key_that_asks_too_often_is_told_to_wait(own):
    own.start()
    key = own.new_key("free")
    answers = [requests.get(f"{own.url}/api/v1/usage/", headers={"X-Api-Key": key}, timeout=10) for _ in range(11)]
    # One more may have come back meanwhile: six seconds are long for eleven requests, but not for every machine.
    refused = [answer for answer in answers if answer.status_code == 429]
    assert [answer.status_code for answer in answers[:10]] == [200] * 10 and refused
    assert refused[0].json() == {"detail": "Rate limit of 10 requests per minute exceeded for plan 'free'."}
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 6
    assert refused[0].headers["RateLimit-Policy"] == '"key";q=10;w=60'
    assert answers[0].headers["X-RateLimit-Remaining"] == "9"


def test_limits_can_be_lifted(own):
    own.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    own.start()
    key = own.new_key("free")
    for _ in range(30):
        answer = requests.get(f"{own.url}/api/v1/usage/", headers={"X-Api-Key": key}, timeout=10)
        assert answer.status_code == 200 and "RateLimit" not in answer.headers
