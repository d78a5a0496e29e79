"""Independent parsers read the data types as they were meant, whatever characters stand in them."""

import datetime
import json
import subprocess
from urllib.parse import parse_qs, unquote, urlsplit

import icalendar
import pytest
import vobject

from studio import ROOT

# As in crates/symbol/examples/contents.rs.
AWKWARD = "a;b,c:d\\e\"f'g&h=i?j#k%l+m é 日本 🙂 (n) <o>"
LINES = "first;\nsecond,\nthird\\\nBEGIN:VCARD\nEND:VEVENT"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    command = ["cargo", "run", "--quiet", "--locked", "-p", "qr-symbol", "--example", "contents"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=300)
    return dict(json.loads(line) for line in done.stdout.decode().splitlines())


def only_crlf(text: str) -> bool:
    """Whether each line ends as both standards want it, the last one too."""
    return text.endswith("\r\n") and text.count("\r\n") == text.count("\n") == text.count("\r")


def test_a_contact_keeps_every_field(texts):
    assert only_crlf(texts["vcard_full"])
    card = vobject.readOne(texts["vcard_full"])
    assert card.version.value == "3.0"
    assert card.fn.value == "Jane Q. Doe"
    assert (card.n.value.family, card.n.value.given) == ("Doe", "Jane Q.")
    assert card.org.value == [AWKWARD]
    assert card.title.value == AWKWARD
    assert [(line.value, line.params) for line in card.tel_list] == [
        ("+1 416-555-0100", {"TYPE": ["CELL"]}), ("416 555 0101,22", {"TYPE": ["CELL"]})]
    assert [line.value for line in card.email_list] == ["jane@example.com", "j.doe+x@example.org"]
    assert card.url.value == "https://example.com/a?b=c&d=e#f"
    assert card.adr.value.street == LINES
    assert card.adr.value.city == card.adr.value.country == card.adr.value.box == ""
    assert card.note.value == LINES


@pytest.mark.parametrize("case, full, family, given", [
    ("vcard_small", "Ada Lovelace", "Lovelace", "Ada"), ("vcard_parts", "山田 太郎", "山田", "太郎")])
def test_a_contact_has_both_names(texts, case, full, family, given):
    card = vobject.readOne(texts[case])
    assert (card.fn.value, card.n.value.family, card.n.value.given) == (full, family, given)


UTC = datetime.UTC


@pytest.mark.parametrize("case, start, end", [
    ("event_utc", datetime.datetime(2026, 12, 1, 19, 30, tzinfo=UTC), datetime.datetime(2026, 12, 2, 1, 0, tzinfo=UTC)),
    ("event_local", datetime.datetime(2026, 12, 1, 19, 30), None),
    ("event_days", datetime.date(2026, 12, 30), datetime.date(2027, 1, 1)),
])
def test_an_event_keeps_every_field(texts, case, start, end):
    assert only_crlf(texts[case])
    event = icalendar.Event.from_ical(texts[case])
    assert event.errors == []
    assert event.decoded("DTSTART") == start
    assert (event.decoded("DTEND") if end else event.get("DTEND")) == end
    assert (str(event["SUMMARY"]), str(event["LOCATION"]), str(event["DESCRIPTION"])) == (AWKWARD, AWKWARD, LINES)


def test_an_email_keeps_every_field(texts):
    url = urlsplit(texts["email"])
    assert url.scheme == "mailto" and texts["email"].isascii() and "+" not in texts["email"]
    assert [unquote(address) for address in url.path.split(",")] == ["jane+x@example.com", "josé@example.org"]
    assert parse_qs(url.query, strict_parsing=True) == {
        "subject": [AWKWARD], "body": [LINES.replace("\n", "\r\n")],
        "cc": ["c@example.com"], "bcc": ["d@example.com,e@example.com"]}


def test_a_place_keeps_its_label(texts):
    url = urlsplit(texts["geo"])
    assert (url.scheme, url.path) == ("geo", "43.6426,-79.3871,12.5")
    assert parse_qs(url.query, strict_parsing=True) == {"q": [f"43.6426,-79.3871({AWKWARD})"]}


def test_a_chat_keeps_its_message(texts):
    url = urlsplit(texts["whatsapp"])
    assert (url.scheme, url.netloc, url.path) == ("https", "wa.me", "/33123456789")
    assert parse_qs(url.query, strict_parsing=True) == {"text": [AWKWARD]}


def test_a_text_message_runs_to_the_end(texts):
    assert texts["sms"].split(":", 2) == ["SMSTO", "+14165550100", AWKWARD]
    assert texts["phone"] == "tel:+442079460018"


def wifi_fields(text: str) -> dict[str, str]:
    """As ZXing reads it: fields end at a semicolon that no backslash escapes; quotes force text."""
    assert text.startswith("WIFI:") and text.endswith(";;")
    fields, name, value, characters = {}, "", "", iter(text[5:-1])
    for found in characters:
        if found == ":" and not name:
            name, value = value, ""
        elif found == ";":
            fields[name], name, value = value, "", ""
        else:
            value += next(characters) if found == "\\" else found
    return fields


def test_a_network_keeps_its_password(texts):
    assert wifi_fields(texts["wifi"]) == {"T": "WPA", "S": 'a;b,c:d\\e"f é', "P": AWKWARD, "H": "true"}
    assert wifi_fields(texts["wifi_hexadecimal"]) == {"T": "WPA", "S": '"CAFE"', "P": '"12345678"'}


def test_a_dynamic_code_is_a_short_url(texts):
    assert texts["dynamic"] == "https://qr.example.com/q/aBc12dEf/"
