"""Webhooks that arrive: signed so that others verify them, in spite of receivers that fail, and of nodes and databases that die."""

import hashlib
import hmac
import json
import os
import random
import re
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests
import standardwebhooks

from authority import Authority
from mailserver import MailServer
from outages import Cable
from receivers import Arrival, Behaviour, Receiver
from snippets import dead_links, snippet
from studio import ROOT, Studio, free_port

GUIDE = ROOT / "docs/webhooks.md"
PYTHON = str(ROOT / "target/venv/bin/python")
ROUNDS = int(os.environ.get("QRSTUDIO_TEST_ROUNDS", "1"))
NODE_VERIFIES = """
import { Webhook } from "standardwebhooks";
const { secret, body, headers } = JSON.parse(await new Promise((done) => {
  let text = "";
  process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => done(text));
}));
console.log(JSON.stringify(new Webhook(secret).verify(body, headers)));
"""


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver
        assert receiver.overlaps == []


def prepare(studio: Studio) -> Studio:
    """Lets it reach this machine."""
    studio.settings |= {
        "QRSTUDIO_WEBHOOK_ALLOW_HTTP": "true", "QRSTUDIO_FETCH_ALLOW": "127.0.0.0/8", "QRSTUDIO_RATE_LIMITS": "off",
    }
    return studio


class Owner:
    """Somebody with webhooks."""

    def __init__(self, studio: Studio, plan: str = "pro"):
        self.studio = studio
        self.headers = studio.sign_up(plan)

    def ask(self, method: str, path: str, body: dict | None = None, status: int | None = None, node: Studio | None = None, **headers):
        answer = requests.request(
            method, f"{(node or self.studio).url}/api/v1{path}", json=body, headers=self.headers | headers, timeout=30)
        assert status is None or answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def subscribe(self, url: str, *events: str, **fields) -> dict:
        body = {"url": url, "events": list(events or ["dynamic_qr.created"])} | fields
        return self.ask("POST", "/webhooks/", body, 201)

    def code(self, name: str = "Menu", node: Studio | None = None, **headers) -> dict:
        body = {"name": name, "destination_url": "https://example.com/menu"}
        return self.ask("POST", "/dynamic/", body, 201, node, **headers)

    def deliveries(self, hook: dict, **parameters) -> list[dict]:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return self.ask("GET", f"/webhooks/{hook['id']}/deliveries/?{query}", status=200)["results"]

    def ended(self, hook: dict, status: str = "failed") -> dict:
        """The newest delivery with that status; waits for it."""
        deadline = time.monotonic() + 30
        while True:
            found = [delivery for delivery in self.deliveries(hook) if delivery["status"] == status]
            if found:
                return found[0]
            assert time.monotonic() < deadline, self.deliveries(hook)
            time.sleep(0.05)


def recipe(secret: str, signature: str, body: bytes) -> bool:
    """The published receiver: split on `,`, then on the first `=`; the last of a repeated part counts."""
    parts = dict(part.split("=", 1) for part in signature.split(","))
    expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(parts["v1"], expected)


def verified_by_node(secret: str, arrival: Arrival) -> dict:
    given = json.dumps({"secret": secret, "body": arrival.body.decode(), "headers": arrival.headers})
    done = subprocess.run(
        ["node", "--input-type=module", "-e", NODE_VERIFIES], input=given, cwd=ROOT / "target/node", capture_output=True, text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_delivery_is_verified_by_others(own_studio, receiver):
    owner = Owner(prepare(own_studio).start())
    hook = owner.subscribe(f"{receiver.url}/a")
    secret = hook["secret"]
    code = owner.code(**{"X-Request-Id": "my-own.id"})
    arrival = receiver.next()
    headers = arrival.headers
    event = json.loads(arrival.body)
    assert event["data"] == code
    assert list(event) == ["id", "type", "created_at", "api_version", "data"]
    assert (event["type"], event["api_version"], headers["x-qrstudio-event"]) == ("dynamic_qr.created", "v1", "dynamic_qr.created")
    assert re.fullmatch(r"evt_[0-9A-HJKMNP-TV-Z]{26}", event["id"])
    assert headers["content-type"] == "application/json"
    assert re.fullmatch(r"QRStudio-Webhooks/\d+\.\d+\.\d+", headers["user-agent"])
    assert headers["x-request-id"] == "my-own.id"
    assert re.fullmatch(r"t=\d{10},v1=[0-9a-f]{64}", headers["x-qrstudio-signature"])
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
    assert recipe(secret, headers["x-qrstudio-signature"], arrival.body)
    assert not recipe(secret, headers["x-qrstudio-signature"], arrival.body + b" ")
    assert standardwebhooks.Webhook(secret).verify(arrival.body, headers) == event
    assert verified_by_node(secret, arrival) == event
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(secret).verify(arrival.body + b" ", headers)
    delivery = owner.ended(hook, "succeeded")
    assert delivery["request_body"].encode() == arrival.body
    assert str(delivery["id"]) == headers["x-qrstudio-delivery"]
    assert (delivery["event_id"], delivery["attempt"], delivery["response_status"], delivery["response_body"], delivery["error"]) == (
        event["id"], 1, 200, "thanks", None)


def test_both_secrets_sign_while_they_overlap(own_studio, receiver):
    owner = Owner(prepare(own_studio).start())
    hook = owner.subscribe(f"{receiver.url}/a")
    old = hook["secret"]
    new = owner.ask("POST", f"/webhooks/{hook['id']}/rotate/", {"overlap_hours": 1}, 200)["secret"]
    owner.ask("POST", f"/webhooks/{hook['id']}/test/", status=202)
    arrival = receiver.next()
    signature, previous = arrival.headers["x-qrstudio-signature"], arrival.headers["x-qrstudio-signature-previous"]
    assert signature.count("v1=") == previous.count("v1=") == 1
    assert recipe(new, signature, arrival.body) and recipe(old, previous, arrival.body)
    assert not recipe(old, signature, arrival.body)
    for secret in (old, new):
        assert standardwebhooks.Webhook(secret).verify(arrival.body, arrival.headers)["type"] == "webhook.test"
        assert verified_by_node(secret, arrival)["type"] == "webhook.test"
    last = owner.ask("POST", f"/webhooks/{hook['id']}/rotate/", status=200)["secret"]
    owner.ask("POST", f"/webhooks/{hook['id']}/test/", status=202)
    arrival = receiver.next()
    assert "x-qrstudio-signature-previous" not in arrival.headers
    assert standardwebhooks.Webhook(last).verify(arrival.body, arrival.headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(new).verify(arrival.body, arrival.headers)


def test_every_event_says_what_happened(own_studio, receiver):
    owner = Owner(prepare(own_studio).start())
    owner.subscribe(f"{receiver.url}/a", "scan.created", "dynamic_qr.updated", "quota.threshold_75", "quota.threshold_100")
    owner.subscribe(f"{receiver.url}/bots", "scan.created", include_bots=True)
    code = owner.code()
    scan = f"{owner.studio.url}/q/{code['short_id']}/"
    person = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
              "Version/17.0 Mobile/15E148 Safari/604.1", "Accept-Language": "fr-CA", "Referer": "https://shop.example/page?x=1"}
    assert requests.get(scan, headers=person, allow_redirects=False, timeout=30).status_code == 302
    arrivals = {arrival.path: json.loads(arrival.body) for arrival in (receiver.next(), receiver.next())}
    data = arrivals["/a"]["data"]
    assert arrivals["/a"] == arrivals["/bots"]
    assert isinstance(data.pop("scan_id"), int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data.pop("scanned_at"))
    assert data == {
        "short_id": code["short_id"], "name": "Menu", "destination_url": "https://example.com/menu", "variant": None, "country": None,
        "region": None, "device": "mobile", "os": "iPhone", "browser": "Safari", "referrer": "shop.example", "language": "fr",
        "scan_count": 1,
    }
    assert requests.get(scan, headers={"User-Agent": "Googlebot/2.1"}, allow_redirects=False, timeout=30).status_code == 302
    arrival = receiver.next()
    assert (arrival.path, json.loads(arrival.body)["data"]["device"]) == ("/bots", "bot")
    owner.ask("PATCH", f"/dynamic/{code['short_id']}/", {"name": "Mittag"}, 200)
    changed = json.loads(receiver.next().body)
    assert (changed["type"], changed["data"]["changed"], changed["data"]["name"]) == ("dynamic_qr.updated", ["name"], "Mittag")


def test_the_quota_is_told(own_studio, receiver, tmp_path):
    (tmp_path / "qrstudio.toml").write_text("[plans.pro]\nmonthly_renders = 4\n")
    owner = Owner(prepare(own_studio).start())
    owner.subscribe(f"{receiver.url}/a", "quota.threshold_75", "quota.threshold_100")
    key = owner.ask("POST", "/keys/", {"name": "shop"}, 201)["raw_key"]
    for _ in range(4):
        answer = own_studio.generate(key, data="x", size_inches=1)
        assert answer.status_code == 200, answer.text
    told = [json.loads(receiver.next().body) for _ in range(2)]
    assert sorted((event["type"], event["data"]["used_this_month"]) for event in told) == [
        ("quota.threshold_100", 4), ("quota.threshold_75", 3)]
    assert {"plan", "monthly_quota", "used_this_month", "threshold", "month"} == set(told[0]["data"])


def test_nobody_waits_for_anybody(own_studio, receiver):
    owner = Owner(prepare(own_studio).start())
    hang = threading.Event()
    receiver.behaviours["/hang"] = Behaviour(until=hang)
    receiver.behaviours["/drip"] = Behaviour(drips=True)
    bad = {path: owner.subscribe(f"{receiver.url}/{path}") for path in ("hang", "drip")}
    others = [Owner(own_studio) for _ in range(2)]
    healthy = [(other, other.subscribe(f"{receiver.url}/{name}/{place}"), f"/{name}/{place}")
               for name, other in enumerate(others) for place in range(10)]
    for _ in range(30):
        owner.code()
    receiver.wait_for("/hang", 4)
    for other in others:
        other.code()
    for _, _, path in healthy:
        receiver.wait_for(path, 1)
    for other, hook, _ in healthy:
        other.ended(hook, "succeeded")
    # All of them while the one that hangs is still asked by four requests, and no more.
    assert len(receiver.events("/hang")) >= 4
    pending = [delivery for delivery in owner.deliveries(bad["hang"], page_size=100) if delivery["status"] == "pending"]
    assert len(pending) >= 26
    assert owner.ended(bad["hang"])["error"] == "no answer within 5 s"
    assert owner.ended(bad["drip"])["error"] == "no answer within 5 s"


def test_failures_are_told_in_words_and_tried_again(own_studio, receiver, tmp_path):
    studio = prepare(own_studio)
    authority = Authority(tmp_path)
    expired, unknown = tmp_path / "expired", tmp_path / "unknown"
    for directory, signer in ((expired, authority), (unknown, Authority(make(tmp_path / "other")))):
        signer.issue(make(directory), days=-1 if directory == expired else 30)
    studio.settings["SSL_CERT_FILE"] = str(authority.file)
    owner = Owner(studio.start())
    receiver.behaviours |= {
        "/once": Behaviour(statuses=[500, 204], body=b"down\0" + b"x" * 5000),
        "/moved": Behaviour(statuses=[302], headers={"Location": f"{receiver.url}/elsewhere"}),
        "/busy": Behaviour(statuses=[429], headers={"Retry-After": "1800"}),
    }
    with Receiver(expired) as late, Receiver(unknown) as stranger:
        urls = {
            f"{receiver.url}/once": "answered 500 Internal Server Error",
            f"{receiver.url}/moved": "answered 302 Found: redirects are not followed",
            f"{receiver.url}/busy": "answered 429 Too Many Requests",
            f"http://127.0.0.1:{free_port()}/": "connection refused",
            f"{late.url}/": "TLS certificate expired",
            f"{stranger.url}/": "TLS certificate is not trusted",
        }
        hooks = {url: owner.subscribe(url) for url in urls}
        owner.code()
        failed = {url: owner.ended(hook) for url, hook in hooks.items()}
    assert {url: delivery["error"] for url, delivery in failed.items()} == urls
    once = failed[f"{receiver.url}/once"]
    assert (once["response_status"], len(once["response_body"]), once["response_body"][:5]) == (500, 1024, "down\ufffd")
    assert receiver.events("/elsewhere") == []
    later = seconds(failed[f"{receiver.url}/busy"])
    assert 1790 <= later <= 1800, later
    again = owner.ended(hooks[f"{receiver.url}/once"], "succeeded")
    assert (again["attempt"], again["event_id"]) == (2, once["event_id"])
    assert receiver.events("/once") == [once["event_id"]] * 2
    shown = owner.ask("GET", f"/webhooks/{hooks[f'{receiver.url}/once']['id']}/", status=200)
    assert (shown["consecutive_failures"], shown["last_response_status"]) == (0, 204)


def make(directory: Path) -> Path:
    directory.mkdir()
    return directory


def seconds(delivery: dict) -> float:
    """From an attempt to the next one."""
    made, then = (time.mktime(time.strptime(delivery[name], "%Y-%m-%dT%H:%M:%SZ")) for name in ("created_at", "next_attempt_at"))
    return then - made


def test_a_host_that_became_private_is_refused(own_studio, receiver):
    studio = prepare(own_studio)
    owner = Owner(studio.start())
    hook = owner.subscribe(f"{receiver.url}/a")
    assert studio.stop() == 0
    del studio.settings["QRSTUDIO_FETCH_ALLOW"]
    studio.start()
    owner.code()
    assert owner.ended(hook)["error"] == "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"
    assert receiver.events("/a") == []


def test_gone_is_disabled_and_its_owner_told(own_studio, receiver):
    receiver.behaviours["/gone"] = Behaviour(statuses=[410])
    with MailServer() as mail:
        studio = prepare(own_studio)
        studio.settings |= {"QRSTUDIO_SMTP_URL": mail.url, "QRSTUDIO_MAIL_FROM": "QR Studio <no-reply@qr.example.com>"}
        owner = Owner(studio.start())
        assert "Confirm" in mail.letter().message["subject"]
        hook = owner.ask("POST", "/webhooks/", {"url": f"{receiver.url}/gone", "events": ["dynamic_qr.created"]}, 201,
                         **{"Accept-Language": "fr"})
        owner.code()
        letter = mail.letter()
        assert letter.message["subject"] == "Un de vos webhooks QR Studio a été désactivé"
        assert f"Le webhook {hook['id']} " in letter.plain and "410 Gone" in letter.plain
        assert receiver.url not in letter.plain
    shown = owner.ask("GET", f"/webhooks/{hook['id']}/", status=200)
    assert (shown["status"], shown["last_response_status"]) == ("disabled", 410)
    owner.code()
    receiver.behaviours.clear()
    owner.ask("PATCH", f"/webhooks/{hook['id']}/", {"status": "active"}, 200)
    last = owner.code()
    while (event := json.loads(receiver.next().body))["data"]["id"] != last["id"]:
        pass
    assert receiver.events("/gone").count(event["id"]) == 1
    assert len(receiver.events("/gone")) == 2


def test_secrets_are_kept_nowhere_in_the_clear(own_studio, receiver):
    import base64

    owner = Owner(prepare(own_studio).start())
    hook = owner.subscribe(f"{receiver.url}/a")
    rotated = owner.ask("POST", f"/webhooks/{hook['id']}/rotate/", {"overlap_hours": 2}, 200, **{"Idempotency-Key": "k"})
    owner.ask("POST", f"/webhooks/{hook['id']}/test/", status=202)
    receiver.next()
    owner.ended(hook, "succeeded")
    kept = own_studio.stored() + own_studio.log_text().encode()
    for secret in (hook["secret"], rotated["secret"]):
        code = secret.removeprefix("whsec_")
        plain = base64.b64decode(code)
        for form in (code.encode(), plain, plain.hex().encode(), base64.b64encode(secret.encode())):
            assert form not in kept
    assert b"whsec_" not in kept


@pytest.mark.parametrize("language, containing, command", [
    ("python", "ThreadingHTTPServer", [PYTHON, "-c"]),
    ("javascript", "createServer", ["node", "--input-type=module", "-e"]),
])
def test_the_receivers_of_the_guide(own_studio, language, containing, command, receiver):
    owner = Owner(prepare(own_studio).start())
    port = free_port()
    hook = owner.subscribe(f"http://127.0.0.1:{port}/")
    program = subprocess.Popen(
        [*command, snippet(GUIDE, language, containing)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"WEBHOOK_SECRET": hook["secret"], "PORT": str(port)},
    )
    try:
        wait_until_open(port, program)
        owner.code()
        kind, event = program.stdout.readline().split()
        assert kind == "dynamic_qr.created"
        sent = owner.ended(hook, "succeeded")
        assert sent["event_id"] == event
        body = sent["request_body"].encode()

        def post(at: int, secret: str = hook["secret"], body: bytes = body) -> int:
            code = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            headers = {"X-QRStudio-Signature": f"t={at},v1={code}"}
            return requests.post(f"http://127.0.0.1:{port}/", data=body, headers=headers, timeout=30).status_code

        now = int(time.time())
        # A repeat is taken and does nothing; an old one, a forged one, and nonsense are refused.
        assert post(now) == 204
        assert post(now - 360) == 400
        assert post(now, secret="whsec_other") == 400
        for signature in ("", "t=1", "v1=x", "x", f"t={now},v1=", "t=x,v1=y", f"t={now}"):
            headers = {"X-QRStudio-Signature": signature}
            answer = requests.post(f"http://127.0.0.1:{port}/", data=body, headers=headers, timeout=30)
            assert answer.status_code == 400, signature
        owner.code()
        assert program.stdout.readline().split()[1] != event
    finally:
        program.kill()
        program.wait()


def wait_until_open(port: int, program: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
            return
        except requests.ConnectionError:
            assert program.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)


def test_the_links_of_the_guide_lead_somewhere():
    assert dead_links(GUIDE) == []


# What dies: at any moment a node, two nodes in turn, the database. Every event arrives, none twice at once.


def happen(owner: Owner, times: int, nodes: list[Studio]) -> int:
    """Makes codes wherever somebody answers; returns how many were made for sure."""
    made = 0
    for index in range(times):
        try:
            owner.code(str(index), node=nodes[index % len(nodes)])
            made += 1
        except (requests.ConnectionError, requests.Timeout, AssertionError):
            pass
    return made


@pytest.mark.parametrize("round", range(ROUNDS))
def test_kill_a_node_before_during_and_after_deliveries(own_studio, receiver, round):
    owner = Owner(prepare(own_studio).start())
    receiver.behaviours["/slow"] = Behaviour(seconds=0.3)
    hooks = [owner.subscribe(f"{receiver.url}/{path}") for path in ("slow", "fast")]
    expected = 0
    for _ in range(3):
        expected += happen(owner, 12, [own_studio])
        time.sleep(random.random() * 0.8)
        own_studio.kill()
        own_studio.start()
    for hook, path in zip(hooks, ("/slow", "/fast")):
        events = receiver.wait_for(path, expected, 120)
        assert set(events) >= {delivery["event_id"] for delivery in owner.deliveries(hook, page_size=100)}
        assert len(set(events)) == expected


@pytest.mark.parametrize("round", range(ROUNDS))
def test_kill_one_of_two_nodes(tmp_path, databases, receiver, round):
    database = databases.url("postgres")
    nodes = [prepare(Studio(make(tmp_path / name), database)) for name in "ab"]
    for node in nodes:
        node.settings["QRSTUDIO_SECRET_KEY"] = "one secret for both nodes of this test"
        node.start()
    owner = Owner(nodes[0])
    receiver.behaviours["/slow"] = Behaviour(seconds=0.3)
    hook = owner.subscribe(f"{receiver.url}/slow")
    try:
        expected = 0
        for victim in (0, 1):
            expected += happen(owner, 20, nodes)
            nodes[victim].kill()
            expected += happen(owner, 10, [nodes[1 - victim]])
            receiver.wait_for("/slow", expected, 120)
            nodes[victim].start()
        assert len(set(receiver.events("/slow"))) == expected
        owner.ended(hook, "succeeded")
    finally:
        for node in nodes:
            node.kill()


def test_kill_the_line_to_the_database(tmp_path, databases, receiver):
    cable = Cable()
    database = databases.url("postgres").replace(":5432/", f":{cable.port}/")
    studio = prepare(Studio(tmp_path, database))
    owner = Owner(studio.start())
    receiver.behaviours["/slow"] = Behaviour(seconds=0.5)
    owner.subscribe(f"{receiver.url}/slow")
    try:
        expected = happen(owner, 20, [studio])
        receiver.wait_for("/slow", 1)
        cable.cut()
        time.sleep(60 if ROUNDS > 1 else 8)
        cable.mend()
        receiver.wait_for("/slow", expected, 120)
        expected += happen(owner, 5, [studio])
        receiver.wait_for("/slow", expected, 120)
        assert len(set(receiver.events("/slow"))) == expected
    finally:
        studio.kill()


def test_a_drain_notes_what_it_has_made(own_studio, receiver):
    owner = Owner(prepare(own_studio).start())
    receiver.behaviours["/slow"] = Behaviour(seconds=0.5)
    hook = owner.subscribe(f"{receiver.url}/slow")
    expected = happen(owner, 6, [own_studio])
    receiver.wait_for("/slow", 1)
    assert own_studio.stop() == 0
    before = len(receiver.events("/slow"))
    own_studio.start()
    # What was made is not made again: nothing waits for a dead maker.
    events = receiver.wait_for("/slow", expected, 10)
    assert len(events) == expected > before
    owner.ended(hook, "succeeded")
