"""Bulk: many codes in one archive, all of them or none."""

import http.server
import io
import json
import re
import resource
import signal
import socket
import subprocess
import threading
import time
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from PIL import Image

import archives
import decoders
from studio import BINARY, Studio, clean_environment, free_port

BULK = "/api/v1/generate/bulk/"
MIB = 1024 * 1024


def urls(count: int, **fields) -> list[dict]:
    return [{"data": f"https://example.com/{number}", "size_inches": 1} | fields for number in range(count)]


def post(studio: Studio, key: str, items, **headers) -> requests.Response:
    body = items if isinstance(items, bytes | str) else json.dumps({"items": items})
    headers = {"X-Api-Key": key, "Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(studio.url + BULK, data=body, headers=headers, timeout=120)


def used(studio: Studio, key: str) -> int:
    return studio.usage(key)["used_this_month"]


def spooled(studio: Studio) -> list[Path]:
    return [path for path in (studio.directory / "data" / "spool").rglob("*") if path.is_file()]


def memory(studio: Studio, field="VmHWM") -> int:
    status = Path(f"/proc/{studio.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) * 1024


def fresh(studio: Studio) -> int:
    """What the server holds; its high-water mark begins anew."""
    Path(f"/proc/{studio.process.pid}/clear_refs").write_text("5")
    return memory(studio, "VmRSS")


MIXED = [
    {"data": "https://example.com/a", "size_inches": 1},
    {"data": "Table 12", "data_type": "text", "size_inches": "1.5", "dpi": 150, "format": "svg", "pattern": "squares"},
    {"data_type": "wifi", "payload": {"ssid": "Guests", "password": "welcome-2026"}, "size_inches": 2, "color": "#0B3D91"},
    {"data": "https://example.com/a", "size_inches": 1.0, "dpi": "300"},
    {"data": "https://example.com/b", "size_inches": 1, "gradient_from": "#0B3D91", "gradient_to": "#7A1FA2", "background": "white"},
    {"data": "Table 12", "data_type": "text", "size_inches": 1.5, "dpi": 150, "format": "svg", "pattern": "squares"},
]
MIXED_TEXTS = ["https://example.com/a", "Table 12", "WIFI:T:WPA;S:Guests;P:welcome-2026;;", "https://example.com/a", "https://example.com/b",
               "Table 12"]


def test_an_archive_holds_what_single_requests_would_have_got(any_engine):
    key = any_engine.new_key("starter")
    answer = post(any_engine, key, MIXED)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="qrstudio-bulk-6.zip"'
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert (answer.headers["X-QR-Plan"], answer.headers["X-QR-Quota-Remaining"]) == ("starter", "494")
    assert "X-QR-Overage" not in answer.headers and answer.headers["X-Request-Id"]
    pictures, manifest = archives.split(answer.content)
    assert list(pictures) == ["qr-0001.png", "qr-0002.svg", "qr-0003.png", "qr-0004.png", "qr-0005.png", "qr-0006.svg"]
    for item, text, picture in zip(MIXED, MIXED_TEXTS, pictures.values()):
        assert picture == any_engine.generate(key, **item).content
        assert decoders.zxing(decoders.rsvg(picture, 400) if item.get("format") == "svg" else picture) == [text]
    assert (manifest["count"], manifest["plan"]) == (6, "starter")
    assert list(manifest["items"][0]) == ["index", "filename", "data_type", "format", "size_inches", "dpi", "bytes", "cache", "duration_ms", "has_logo"]
    for index, (line, (name, picture)) in enumerate(zip(manifest["items"], pictures.items())):
        assert (line["index"], line["filename"], line["bytes"], line["has_logo"]) == (index, name, len(picture), False)
    assert [line["cache"] for line in manifest["items"]] == ["MISS", "MISS", "MISS", "HIT", "MISS", "HIT"]
    assert b'"size_inches":1,' in answer.content and b'"size_inches":1.5,' in answer.content
    assert [line["data_type"] for line in manifest["items"]] == ["url", "text", "wifi", "url", "url", "text"]
    # The six single renders cost the same.
    assert used(any_engine, key) == 12
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        kinds = {info.filename: info.compress_type for info in file.infolist()}
        assert kinds["qr-0001.png"] == zipfile.ZIP_STORED and kinds["qr-0002.svg"] == zipfile.ZIP_DEFLATED
        # Sizes stand in the local headers, not behind the data; all dates are equal.
        assert {(info.flag_bits, info.date_time) for info in file.infolist()} == {(0, (1980, 1, 1, 0, 0, 0))}
    again = post(any_engine, key, MIXED, Cache_Control="no-cache")
    assert without_durations(again.content) == without_durations(answer.content)
    cached = post(any_engine, key, MIXED)
    assert [line["cache"] for line in archives.split(cached.content)[1]["items"]] == ["HIT"] * 6


def without_durations(archive: bytes) -> bytes:
    """The archive but for the sizes and sums that durations change: the entries before the manifest, and its lines."""
    start = archive.rindex(b"PK\x03\x04")
    pictures, manifest = archive[:start], archives.split(archive)[1]
    for line in manifest["items"]:
        line["duration_ms"] = 0
    return pictures + json.dumps(manifest).encode()


# What is sent, and what is answered, on a plan that takes 50 items of at most 8 inches and 300 dpi.
REFUSED = [
    ({}, 400, {"items": ["This field is required."]}),
    ({"items": None}, 400, {"items": ["This field may not be null."]}),
    ({"items": []}, 400, {"items": ["This list may not be empty."]}),
    ({"items": "x"}, 400, {"items": ['Expected a list of items but got type "str".']}),
    ({"items": {"0": {}}}, 400, {"items": ['Expected a list of items but got type "dict".']}),
    ([], 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ({"items": urls(51)}, 400, {"items": "Plan 'starter' caps bulk at 50 items per request, got 51."}),
    ({"items": [1, None, "x", [], True, 1.5]}, 422, {
        "0": "Invalid data. Expected a dictionary, but got int.", "1": "This field may not be null.",
        "2": "Invalid data. Expected a dictionary, but got str.", "3": "Invalid data. Expected a dictionary, but got list.",
        "4": "Invalid data. Expected a dictionary, but got bool.", "5": "Invalid data. Expected a dictionary, but got float."}),
    ({"items": urls(3) + [{}, {"data": "x", "size_inches": 99, "color": "rouge"}]}, 422, {
        "3": "data: This field is required.; size_inches: This field is required.",
        "4": "size_inches: Ensure this value is less than or equal to 15.0.; Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}),
    ({"items": [*urls(1), *urls(1, size_inches=8.5, dpi=301), *urls(1, size_inches=9, color="rouge", dpi=601)]}, 422, {
        "1": "size_inches > plan max (8); dpi > plan max (300)",
        "2": "size_inches > plan max (8); dpi: Ensure this value is less than or equal to 600.; "
             "Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}),
    ({"items": [{"data_type": "wifi", "payload": {"password": "x"}, "size_inches": 2}, {"data_type": "vcard", "size_inches": 2}]}, 422, {
        "0": "payload.ssid: This field is required.", "1": "payload: This field is required."}),
    ({"items": [{"data": "x" * 2049, "size_inches": 2}, {"data": "é" * 1400, "data_type": "text", "size_inches": 0.5, "dpi": 72}]}, 422, {
        "0": "data: Ensure this field has no more than 2048 characters.",
        "1": "Too small for the 181 modules of this code and its quiet zone: it needs at least 2.52 inches at 72 dpi, or at least 361 dpi at 0.5 inches."}),
    ({"items": [{"data": "x", "size_inches": 2, "logo_file": "x"}, {"data": "x", "size_inches": 2, "logo_url": "x"}]}, 422, {
        "0": "logo_file: The submitted data was not a file. Check the encoding type on the form.", "1": "logo_url: Enter a valid URL."}),
    ({"items": [{"data": "x", "size_inches": 2, "format": "gif", "pattern": "?"}]}, 422, {
        "0": 'format: "gif" is not a valid choice.; pattern: "?" is not a valid choice.'}),
    ({"items": [{"data": "x" * 65_536, "size_inches": 2}]}, 422, {"0": "Request body too large."}),
    ({"items": [{"data_type": "dynamic", "size_inches": 2, "payload": {"name": "", "destination_url": "ftp://x"}}]}, 422, None),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_wrong_is_told_whole_and_costs_nothing(any_engine, number):
    key = starter(any_engine)
    body, status, expected = REFUSED[number]
    before = used(any_engine, key)
    answer = post(any_engine, key, json.dumps(body))
    got = answer.json()
    if status == 422:
        assert got["rendered_before_failure"] == 0
        got = got["errors"]
    assert (answer.status_code, got if expected else None) == (status, expected), answer.text
    assert used(any_engine, key) == before


STARTERS: dict[str, str] = {}


def starter(studio: Studio) -> str:
    return STARTERS.setdefault(studio.url, studio.new_key("starter"))


def test_bodies_that_are_refused_before_they_are_read(any_engine):
    key = starter(any_engine)
    assert post(any_engine, key, "{", Content_Type="application/json").json()["detail"].startswith("JSON parse error - ")
    assert post(any_engine, key, b"\xff\xfe").json()["detail"].startswith("JSON parse error - ")
    wrong = post(any_engine, key, "items=1", Content_Type="application/x-www-form-urlencoded")
    assert (wrong.status_code, wrong.json()) == (415, {"detail": 'Unsupported media type "application/x-www-form-urlencoded" in request.'})
    free = any_engine.new_key("free")
    refused = post(any_engine, free, urls(1))
    assert (refused.status_code, refused.json()) == (403, {"detail": "Plan 'free' doesn't include bulk generation. Upgrade to Starter or higher."})
    assert post(any_engine, "smk_" + "x" * 36, urls(1)).status_code == 401
    # A byte at the limit, and one over it, with a length and without.
    filler = json.dumps({"items": urls(1), "x": ""}).encode()
    whole = filler[:-2] + b"x" * (32 * MIB - len(filler)) + filler[-2:]
    assert len(whole) == 32 * MIB
    taken = post(any_engine, key, whole)
    assert (taken.status_code, taken.headers["X-QR-Ignored-Fields"] if "X-QR-Ignored-Fields" in taken.headers else "") == (200, "")
    for body in (whole + b" ", iter([whole, b" "])):
        over = requests.post(any_engine.url + BULK, data=body, headers={"X-Api-Key": key, "Content-Type": "application/json"}, timeout=60)
        assert (over.status_code, over.json()) == (413, {"detail": "Request body too large."})


def test_five_thousand_failures_are_told_and_five_thousand_and_one_refused(studio):
    key = studio.new_key("agency")
    wrong = [{"data": "x", "size_inches": 99, "color": "rouge", "pattern": "?" * 200, "payload": {"x": number}} for number in range(5000)]
    answer = post(studio, key, wrong)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert list(errors) == [str(number) for number in range(5000)] and len(set(errors.values())) == 1
    assert len(answer.content) < 8 * MIB
    over = post(studio, key, urls(5001))
    assert (over.status_code, over.json()) == (400, {"items": "Plan 'agency' caps bulk at 5000 items per request, got 5001."})
    assert used(studio, key) == 0 and spooled(studio) == []


def test_a_body_of_nothing_but_items_is_counted_in_bounded_memory(studio):
    key = studio.new_key("agency")
    idle = fresh(studio)
    answer = post(studio, key, b'{"items":[' + b"1," * 16_000_000 + b"1]}")
    assert answer.json() == {"items": "Plan 'agency' caps bulk at 5000 items per request, got 16000001."}
    answer = post(studio, key, b'{"items":[' + b"1," * 16_000_000 + b"1]}", Idempotency_Key=str(uuid.uuid4()))
    assert answer.status_code == 400
    assert memory(studio) - idle < 128 * MIB


def test_two_hundred_of_the_largest_take_little_memory(tmp_path):
    """The smaller round of `scripts/soak bulk`."""
    studio = Studio(tmp_path).start()
    try:
        key = studio.new_key("enterprise")
        assert post(studio, key, urls(3)).status_code == 200
        largest_round(studio, key, 200)
    finally:
        assert studio.stop() == 0, studio.log_text()


def largest_round(studio: Studio, key: str, count: int) -> None:
    items = [item | {"size_inches": 15, "dpi": 600, "pattern": ("squares", "rounded", "dot", "liquid")[index % 4]} for index, item in enumerate(urls(count))]
    idle = fresh(studio)
    body = json.dumps({"items": items})
    with requests.post(studio.url + BULK, data=body, headers={"X-Api-Key": key, "Content-Type": "application/json"}, stream=True, timeout=900) as answer:
        assert answer.status_code == 200, answer.text
        read = sum(len(chunk) for chunk in answer.iter_content(MIB))
    assert read == int(answer.headers["Content-Length"])
    assert memory(studio) - idle < 128 * MIB
    assert spooled(studio) == []


DYNAMIC = {"data_type": "dynamic", "size_inches": 1, "payload": {"name": "Menu", "destination_url": "https://example.com/menu"}}


def test_dynamic_codes_of_a_batch_lead_somewhere(any_engine):
    email = f"{uuid.uuid4().hex}@example.com"
    key = any_engine.admin("create-user", email, "--plan", "starter")["raw_key"]
    items = [*urls(2), *[DYNAMIC | {"payload": {"name": f"Table {number}", "destination_url": f"https://example.com/{number}"}} for number in range(10)]]
    answer = post(any_engine, key, items)
    assert answer.status_code == 200, answer.text
    pictures, manifest = archives.split(answer.content)
    lines = manifest["items"][2:]
    assert list(lines[0])[-4:] == ["short_id", "public_url", "name", "destination_url"]
    assert "short_id" not in manifest["items"][0]
    for number, line in enumerate(lines):
        assert decoders.zxing(pictures[line["filename"]]) == [line["public_url"]]
        assert line["public_url"] == f"{any_engine.url}/q/{line['short_id']}/"
        scanned = requests.get(line["public_url"], allow_redirects=False, timeout=30)
        assert (scanned.status_code, scanned.headers["Location"]) == (302, f"https://example.com/{number}")
        assert (line["name"], line["destination_url"]) == (f"Table {number}", f"https://example.com/{number}")
    assert len({line["short_id"] for line in lines}) == 10
    usage = any_engine.usage(key)
    assert (usage["active_dynamic_qrs"], usage["used_this_month"]) == (10, 12)
    # The cap is full: what is one too many is told, and nothing is made.
    refused = post(any_engine, key, [DYNAMIC, *urls(1)])
    assert (refused.status_code, refused.json()) == (422, {
        "errors": {"0": "Plan 'starter' allows 10 active dynamic QRs. Pause one or upgrade."}, "rendered_before_failure": 0})
    assert any_engine.usage(key) == usage


def test_only_the_codes_beyond_the_cap_are_told(any_engine):
    key = any_engine.new_key("starter")
    blocked = DYNAMIC | {"payload": {"name": "Menu", "destination_url": "https://bulk.blocked.example/"}}
    any_engine.admin("block", "bulk.blocked.example")
    refused = post(any_engine, key, [DYNAMIC] * 8 + urls(1) + [DYNAMIC] * 4 + [blocked])
    text = "Plan 'starter' allows 10 active dynamic QRs. Pause one or upgrade."
    assert refused.json()["errors"] == {"11": text, "12": text, "13": "The operator of this service has blocked this destination."}
    assert any_engine.usage(key)["active_dynamic_qrs"] == 0


def test_a_batch_that_does_not_fit_the_quota_is_refused_whole(any_engine):
    email = f"{uuid.uuid4().hex}@example.com"
    key = any_engine.admin("create-user", email, "--plan", "starter")["raw_key"]
    assert post(any_engine, key, urls(50)).headers["X-QR-Quota-Remaining"] == "450"
    any_engine.admin("add-credits", email, "30")
    split = post(any_engine, key, urls(50))
    assert split.headers["X-QR-Quota-Remaining"] == "430"
    assert any_engine.usage(key)["credits_remaining"] == 0


def test_two_batches_at_once_on_the_last_renders(tmp_path):
    config = tmp_path / "qrstudio.toml"
    config.write_text("[plans.starter]\nmonthly_renders = 99\noverage = false\n")
    studio = Studio(tmp_path)
    studio.settings["QRSTUDIO_CONFIG"] = str(config)
    studio.start()
    try:
        email = "last@example.com"
        key = studio.admin("create-user", email, "--plan", "starter")["raw_key"]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: post(studio, key, urls(40)), range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json() == {"detail": "Monthly quota of 99 exceeded for plan 'starter'."} and refused.headers["Retry-After"]
        assert studio.usage(key)["used_this_month"] == 80
        # One more than is left, with credits that are one too few.
        studio.admin("add-credits", email, "20")
        assert post(studio, key, urls(40)).status_code == 429
        assert studio.usage(key)["credits_remaining"] == 20
        last = post(studio, key, urls(39))
        assert (last.status_code, last.headers["X-QR-Quota-Remaining"]) == (200, "0")
        assert spooled(studio) == []
    finally:
        assert studio.stop() == 0, studio.log_text()


def test_the_same_key_while_the_first_still_renders_and_after(any_engine):
    key = any_engine.new_key("enterprise")
    items = urls(30, size_inches=15, dpi=600, gradient_from="#0B3D91", gradient_to="#7A1FA2")
    name = str(uuid.uuid4())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(any_engine, key, items, Idempotency_Key=name), range(4)))
    # Whichever came first is carried out; the others find it at work.
    [first] = [answer for answer in answers if answer.status_code == 200 and "Idempotent-Replayed" not in answer.headers]
    answers.remove(first)
    in_progress = {"detail": "A request with this Idempotency-Key is still in progress."}
    assert any((answer.status_code, answer.json()) == (409, in_progress) for answer in answers if answer.status_code != 200)
    assert {answer.status_code for answer in answers} <= {200, 409}
    again = post(any_engine, key, items, Idempotency_Key=name)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.content == first.content and again.headers["Content-Length"] == str(len(first.content)) and len(first.content) > MIB
    for header in ("X-QR-Quota-Remaining", "Content-Disposition", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    changed = post(any_engine, key, items[1:], Idempotency_Key=name)
    assert (changed.status_code, changed.json()) == (409, {"detail": "Idempotency-Key was already used with a different request body."})
    respelled = json.dumps({"items": [dict(reversed(item.items())) for item in items]}, indent=1)
    assert post(any_engine, key, respelled, Idempotency_Key=name).headers["Idempotent-Replayed"] == "true"
    assert used(any_engine, key) == 30
    # What is kept shows nothing of the pictures.
    for path in spooled(any_engine):
        assert b"IHDR" not in path.read_bytes()


def test_who_goes_away_stops_the_work_and_pays_nothing(any_engine):
    key = any_engine.new_key("enterprise")
    items = urls(5000, size_inches=15, dpi=600, gradient_from="#0B3D91", gradient_to="#7A1FA2")
    body = json.dumps({"items": items[:3000]}).encode()
    with socket.create_connection(("127.0.0.1", any_engine.port)) as client:
        client.sendall(f"POST {BULK} HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\nContent-Type: application/json\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        busy = cpu(any_engine)
        while cpu(any_engine) < busy + 2:
            time.sleep(0.05)
    time.sleep(1)
    before = cpu(any_engine)
    time.sleep(1)
    assert cpu(any_engine) - before < 0.5
    assert used(any_engine, key) == 0
    assert [path for path in spooled(any_engine) if path.parent.name == "work"] == []


def cpu(studio: Studio) -> float:
    fields = Path(f"/proc/{studio.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


class Logos(http.server.BaseHTTPRequestHandler):
    """A web server with a logo under many names."""

    asked: list[str] = []
    at_once = most_at_once = 0
    lock = threading.Lock()

    def do_GET(self):
        with self.lock:
            Logos.asked.append(self.path)
            Logos.at_once += 1
            Logos.most_at_once = max(Logos.most_at_once, Logos.at_once)
        time.sleep({"/hangs": 8, "/slow": 2}.get(self.path.partition("?")[0], 0.02))
        file = io.BytesIO()
        Image.new("RGB", (256, 256), (200, 30, 30)).save(file, "PNG")
        body = b"no picture" if self.path == "/broken" else file.getvalue()
        with self.lock:
            Logos.at_once -= 1
        try:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *_):
        pass


class LogoServer(http.server.ThreadingHTTPServer):
    # Who finds no place in the queue asks again after a second, and may then be late.
    request_queue_size = 64
    # Its end waits for requests that still hang: they would count for the next test.
    daemon_threads = False


@pytest.fixture
def logos():
    # On all of 127.0.0.0/8: many hosts.
    server = LogoServer(("0.0.0.0", 0), Logos)
    Logos.asked.clear()
    Logos.most_at_once = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_pictures_of_a_batch_are_fetched_once_and_within_bounds(logos, tmp_path):
    studio = Studio(tmp_path)
    studio.settings["QRSTUDIO_FETCH_ALLOW"] = "127.0.0.1"
    studio.start()
    try:
        key = studio.new_key("enterprise")
        # The same logo five thousand times.
        start = cpu(studio)
        idle = fresh(studio)
        answer = post(studio, key, urls(5000, dpi=100, logo_url=f"{logos}/logo.png"))
        assert answer.status_code == 200, answer.text
        assert Logos.asked == ["/logo.png"]
        assert memory(studio) - idle < 128 * MIB
        pictures, manifest = archives.split(answer.content)
        assert len(pictures) == 5000 and all(line["has_logo"] for line in manifest["items"])
        assert decoders.zxing(pictures["qr-5000.png"]) == ["https://example.com/4999"]
        # Decoding it five thousand times would have taken longer than this.
        assert cpu(studio) - start < 60
        # A hundred may be named, one more may not.
        hundred = [item | {"logo_url": f"{logos}/{index}.png", "dpi": 100} for index, item in enumerate(urls(100))]
        Logos.most_at_once = 0
        assert post(studio, key, hundred).status_code == 200
        assert Logos.most_at_once <= 2
        over = post(studio, key, [*hundred, *urls(1, bg_image_url=f"{logos}/more.png")])
        assert (over.status_code, over.json()) == (400, {"items": "A batch may name at most 100 different remote images, got 101."})
        # The last one hangs, another is none, a third is nowhere: all of them are told, by all who name them.
        before = used(studio, key)
        items = urls(20, logo_url=f"{logos}/logo.png")
        items[3] |= {"logo_url": "http://127.0.0.1:9/logo.png"}
        items[19] |= {"logo_url": f"{logos}/hangs"}
        gone = post(studio, key, items)
        assert gone.status_code == 422 and list(gone.json()["errors"]) == ["3", "19"]
        assert "5" in gone.json()["errors"]["19"], gone.text
        broken = post(studio, key, [*urls(2), *urls(2, logo_url=f"{logos}/broken"), *urls(1, bg_image_url=f"{logos}/broken")])
        text = "Not a readable image: it is none of PNG, JPEG, GIF, BMP, TIFF, WebP and SVG."
        assert broken.status_code == 422
        assert set(broken.json()["errors"]) == {"2", "3", "4"} and broken.json()["rendered_before_failure"] == 0
        assert broken.json()["errors"]["2"].startswith("Not a readable image: "), text
        assert used(studio, key) == before
    finally:
        assert studio.stop() == 0, studio.log_text()


def test_eight_pictures_are_fetched_at_once_and_none_after_a_minute(logos, tmp_path):
    studio = Studio(tmp_path)
    studio.settings["QRSTUDIO_FETCH_ALLOW"] = "127.0.0.0/8"
    studio.start()
    try:
        key = studio.new_key("enterprise")
        port = logos.rpartition(":")[2]
        # Each of a host of its own, and long enough that all who may are there together.
        many = [item | {"logo_url": f"http://127.0.1.{index}:{port}/slow?{index}", "dpi": 100} for index, item in enumerate(urls(16), 1)]
        assert post(studio, key, many).status_code == 200
        assert Logos.most_at_once == 8
        # Two at once of one host, two seconds each, in which none fails by itself: the last ones would be there after eighty.
        slow = [item | {"logo_url": f"{logos}/slow?{index}"} for index, item in enumerate(urls(80))]
        before, start = used(studio, key), time.monotonic()
        late = post(studio, key, slow)
        assert time.monotonic() - start > 59
        assert (late.status_code, late.json()) == (400, {"items": "The remote images of this batch were not there within 60 s."})
        # Nobody asks for the rest any more, and nothing is paid.
        asked = len(Logos.asked)
        time.sleep(5)
        assert len(Logos.asked) == asked < len(many) + len(slow)
        assert used(studio, key) == before
    finally:
        assert studio.stop() == 0, studio.log_text()


def test_private_addresses_are_refused_by_item(any_engine):
    refused = post(any_engine, starter(any_engine), [*urls(1), *urls(1, logo_url="http://127.0.0.1/logo.png")])
    assert refused.json() == {"rendered_before_failure": 0,
                              "errors": {"1": "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"}}


TOO_LARGE = {"detail": "This batch is too large to answer at once. Send fewer items or use Prefer: respond-async."}


def test_the_spool_is_bounded_and_a_full_disk_costs_nothing(tmp_path):
    studio = Studio(tmp_path)
    studio.settings["QRSTUDIO_SPOOL_MAX_BYTES"] = str(MIB)
    studio.start()
    key = studio.new_key("enterprise")
    refused = post(studio, key, urls(200, size_inches=8))
    assert (refused.status_code, refused.json()) == (503, TOO_LARGE) and refused.headers["Retry-After"]
    assert post(studio, key, urls(10)).status_code == 200
    assert studio.stop() == 0, studio.log_text()
    del studio.settings["QRSTUDIO_SPOOL_MAX_BYTES"]
    start_on_small_disk(studio)
    try:
        for headers in ({}, {"Idempotency_Key": "full"}):
            full = post(studio, key, urls(300, size_inches=8, pattern="rounded"), **headers)
            assert (full.status_code, full.json()) == (503, {"detail": "The service is temporarily unavailable. Try again shortly."})
        assert used(studio, key) == 10 and spooled(studio) == []
        assert post(studio, key, urls(10), Idempotency_Key="full").status_code == 200
    finally:
        assert studio.stop() == 0, studio.log_text()


def start_on_small_disk(studio: Studio) -> None:
    """No file may grow beyond 4 MiB: to whoever writes it, that is a disk that is full."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4 * MIB, 4 * MIB))

    popen = subprocess.Popen
    try:
        subprocess.Popen = lambda *arguments, **options: popen(*arguments, preexec_fn=limit, restore_signals=False, **options)
        studio.start()
    finally:
        subprocess.Popen = popen


def test_a_batch_that_would_take_too_long_is_refused_before_it_begins(studio):
    key = studio.new_key("enterprise")
    items = urls(5000, size_inches=15, dpi=600, bg_image_url="https://example.com/x.png")
    # Nothing is fetched for the estimate of this one, which has no picture of another.
    items = urls(5000, size_inches=15, dpi=600, gradient_from="#000000", gradient_to="#111111")
    refused = post(studio, key, items)
    assert (refused.status_code, refused.json()) == (503, TOO_LARGE)
    assert used(studio, key) == 0


def test_single_renders_and_scans_go_on_beside_a_batch(any_engine):
    key, other = any_engine.new_key("enterprise"), any_engine.new_key("enterprise")
    made = any_engine.generate(other, **DYNAMIC)
    items = urls(60, size_inches=15, dpi=600, gradient_from="#0B3D91", gradient_to="#7A1FA2")
    with ThreadPoolExecutor(2) as pool:
        batches = [pool.submit(post, any_engine, key, items) for _ in range(2)]
        singles = 0
        while not all(batch.done() for batch in batches):
            assert any_engine.generate(other, data=f"https://example.com/{singles}", size_inches=1).status_code == 200
            assert requests.get(made.headers["X-QR-Public-Url"], allow_redirects=False, timeout=30).status_code == 302
            singles += 1
    assert all(batch.result().status_code == 200 for batch in batches)
    # Far more than one after each batch.
    assert singles > 5
