"""Bad input gets the contract's answer from the release binary: never a 500, a panic or a hang."""

import json
import socket

import pytest
import requests

from world import DYNAMIC, GENERATE, KEYS, VALIDATE, form

REQUIRED = ["This field is required."]

# body, status, answer (None: any)
JSON_BODIES = [
    (b"", 400, None),
    (b"{", 400, None),
    (b'{"data": "x"', 400, None),
    (b'{"data": "\xff\xfe"}', 400, None),
    (b"[]", 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    (b"{}", 400, {"data": REQUIRED, "size_inches": REQUIRED}),
    (b'{"data": null, "size_inches": null}', 400,
     {"data": ["This field may not be null."], "size_inches": ["This field may not be null."]}),
    (b'{"data": "x", "size_inches": "NaN"}', 400, {"size_inches": ["A valid number is required."]}),
    (b'{"data": "x", "size_inches": "Infinity"}', 400, {"size_inches": ["A valid number is required."]}),
    (b'{"data": "x", "size_inches": 1e400}', 400, {"size_inches": ["A valid number is required."]}),
    (b'{"data": "x", "size_inches": 1e300}', 400, {"size_inches": ["Ensure this value is less than or equal to 15.0."]}),
    (b'{"data": "x", "size_inches": -1}', 400, {"size_inches": ["Ensure this value is greater than or equal to 0.5."]}),
    (b'{"data": "x", "size_inches": {}}', 400, {"size_inches": ["A valid number is required."]}),
    (b'{"data": "x", "size_inches": 1, "dpi": 601}', 400, {"dpi": ["Ensure this value is less than or equal to 600."]}),
    (b'{"data": "x", "size_inches": 1, "dpi": 300.5}', 400, {"dpi": ["A valid integer is required."]}),
    (b'{"data": "x", "size_inches": 1, "dpi": 99999999999999999999}', 400,
     {"dpi": ["Ensure this value is less than or equal to 600."]}),
    (b'{"data": "   ", "size_inches": 1}', 400, {"data": ["This field may not be blank."]}),
    (b'{"data": "%s", "size_inches": 1}' % (b"x" * 2049), 400, {"data": ["Ensure this field has no more than 2048 characters."]}),
    (b'{"data": "x\\u0000y", "size_inches": 1}', 400, {"data": ["Null characters are not allowed."]}),
    (b'{"data": [], "size_inches": 1}', 400, {"data": ["Not a valid string."]}),
    (b'{"data": "x", "size_inches": 1, "data_type": "fax"}', 400, {"data_type": ['"fax" is not a valid choice.']}),
    (b'{"data": "x", "size_inches": 1, "format": "gif"}', 400, {"format": ['"gif" is not a valid choice.']}),
    (b'{"data": "x", "size_inches": 1, "color": "rouge"}', 400,
     {"color": "Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}),
    (b'{"data": "x", "size_inches": 1, "gradient_from": "black"}', 400,
     {"gradient_to": "gradient_from and gradient_to must be given together."}),
    (b'{"data": "x", "size_inches": 1, "gradient_to": "black"}', 400,
     {"gradient_from": "gradient_from and gradient_to must be given together."}),
    (b'{"data": "x", "size_inches": 1, "gradient_from": "black", "gradient_to": "white", "background": "#808080"}', 400,
     {"gradient_to": "Contrast 1.0:1 against the background cannot be read; choose a darker color."}),
    (b'{"data": "x", "size_inches": 1, "color": "#EEEEEE80", "background": "white"}', 400,
     {"color": "Contrast 1.0:1 against the background cannot be read; choose a darker color."}),
    (b'{"data": "x", "size_inches": 0.5, "dpi": 72, "quiet_zone": 16, "eye_outer_frame": true}', 400,
     {"size_inches": "Too small for the 53 modules of this code and its quiet zone: it needs at least 0.74 inches at 72 dpi, "
                     "or at least 105 dpi at 0.5 inches."}),
    (b'{"data": "x", "size_inches": 1, "eye_center_color": "#FEFEFE", "background": "white"}', 400,
     {"eye_center_color": "Contrast 1.0:1 against the background cannot be read; choose a darker color."}),
    (b'{"data": "x", "size_inches": 1, "eye_outer_frame": "perhaps", "eye_shape": [], "pattern": null}', 400,
     {"pattern": ["This field may not be null."], "eye_shape": ['"list" is not a valid choice.'],
      "eye_outer_frame": ["Must be a valid boolean."]}),
    (b'{"size_inches": 1, "data_type": "wifi"}', 400, {"payload": REQUIRED}),
    (b'{"size_inches": 1, "data_type": "wifi", "payload": {}}', 400, {"payload": {"ssid": REQUIRED}}),
    (b'{"size_inches": 1, "data_type": "wifi", "payload": "x"}', 400, None),
    (b'{"data": "x", "size_inches": 15.5, "color": "rouge"}', 400,
     {"size_inches": ["Ensure this value is less than or equal to 15.0."],
      "color": "Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}),
    (b"[" * 60000, 400, None),
    (b'{"data": "' + b"x" * 70000 + b'"}', 413, {"detail": "Request body too large."}),
]


@pytest.mark.parametrize("body, status, answer", JSON_BODIES, ids=lambda value: repr(value)[:60])
def test_json_bodies(studio, key, body, status, answer):
    got = requests.post(studio.url + GENERATE, data=body, timeout=10,
                        headers={"X-Api-Key": key, "Content-Type": "application/json"})
    assert got.status_code == status, got.text
    assert got.headers["X-Request-Id"]
    if answer is not None:
        assert got.json() == answer
    elif status == 400 and not body.startswith(b'{"size_inches"'):
        assert got.json()["detail"].startswith("JSON parse error - ")


@pytest.mark.parametrize("body, status, answer", JSON_BODIES, ids=lambda value: repr(value)[:60])
def test_validate_gives_the_answer_of_generate(studio, key, body, status, answer):
    headers = {"X-Api-Key": key, "Content-Type": "application/json"}
    render, judged = (requests.post(studio.url + path, data=body, timeout=10, headers=headers) for path in (GENERATE, VALIDATE))
    assert (judged.status_code, judged.content) == (render.status_code, render.content)


def test_validate_tells_what_generate_draws_and_costs_nothing(any_engine):
    key = any_engine.new_key("free")
    fields = {"data": "https://example.com", "size_inches": 2, "background": "white", "color": "#999999"}
    headers = {"X-Api-Key": key}
    reports = [requests.post(any_engine.url + VALIDATE, json=fields, headers=headers, timeout=10).json() for _ in range(6)]
    assert any_engine.usage(key)["used_this_month"] == 0
    render = any_engine.generate(key, **fields)
    report = reports[-1]
    assert (str(report["version"]), report["ec_level"], f"{report['module_mm']:.2f}") == tuple(
        render.headers[name] for name in ("X-QR-Version", "X-QR-EC-Level", "X-QR-Module-Mm"))
    assert ", ".join(warning["code"] for warning in report["warnings"]) == render.headers["X-QR-Warning"] == "low_contrast"
    assert (report["encoded"], report["encoded_bytes"], report["pixels"]) == ("https://example.com", 19, 600)


def test_a_body_of_ten_megabytes_is_refused_without_being_read(studio, key):
    for kind, body in (("application/json", b" " * 10_000_000), ("multipart/form-data; boundary=b", b"x" * 10_000_000)):
        got = requests.post(studio.url + GENERATE, data=body, headers={"X-Api-Key": key, "Content-Type": kind}, timeout=30)
        assert (got.status_code, got.json()) == (413, {"detail": "Request body too large."})


def test_multipart_is_the_same_request(studio, key):
    fields = {"data_type": "wifi", "payload": json.dumps({"ssid": "Shop", "hidden": "on", "password": "secret42"}), "size_inches": "2"}
    form = {name: (None, value) for name, value in fields.items()}
    got = requests.post(studio.url + GENERATE, files=form, headers={"X-Api-Key": key}, timeout=10)
    assert got.status_code == 200, got.text
    same = studio.generate(key, data_type="wifi", payload={"ssid": "Shop", "hidden": True, "password": "secret42"}, size_inches=2)
    assert got.content == same.content


@pytest.mark.parametrize("header", [{}, {"X-Api-Key": ""}, {"X-Api-Key": "smk_" + "x" * 36}, {"X-Api-Key": "é"}, {"X-Api-Key": "x" * 5000}])
def test_no_key_no_picture(studio, header):
    got = requests.post(studio.url + GENERATE, json={}, headers={k: v.encode() for k, v in header.items()}, timeout=10)
    assert (got.status_code, got.json()) == (401, {"detail": "Invalid or revoked API key."})


def test_transport_mistakes(studio, key):
    headers = {"X-Api-Key": key}
    url = studio.url + GENERATE
    got = requests.get(url, headers=headers, timeout=10)
    assert (got.status_code, got.json()) == (405, {"detail": 'Method "GET" not allowed.'})
    assert "POST" in got.headers["Allow"]
    got = requests.post(url, data="x", headers=headers | {"Content-Type": "text/plain"}, timeout=10)
    assert (got.status_code, got.json()) == (415, {"detail": 'Unsupported media type "text/plain" in request.'})
    got = requests.get(studio.url + "/api/v1/nothing/", timeout=10)
    assert (got.status_code, got.json()) == (404, {"detail": "Not found."})
    got = requests.post(url, data=b"--b\r\nbroken", headers=headers | {"Content-Type": "multipart/form-data; boundary=b"}, timeout=10)
    assert got.status_code == 400


def test_a_path_without_its_slash_is_the_same_path(studio, key):
    got = requests.post(studio.url + "/api/v1/generate", json={"data": "x", "size_inches": 1}, headers={"X-Api-Key": key},
                        timeout=10, allow_redirects=False)
    assert got.status_code == 200


def test_errors_cost_nothing_and_a_picture_costs_one(any_engine):
    key = any_engine.new_key("starter")
    assert any_engine.generate(key, data="x", size_inches=99).status_code == 400
    assert any_engine.generate(key, data="x", size_inches=9).status_code == 403
    assert any_engine.usage(key)["used_this_month"] == 0
    answer = any_engine.generate(key, data="x", size_inches=2)
    assert (answer.status_code, answer.headers["X-QR-Plan"], answer.headers["X-QR-Quota-Remaining"]) == (200, "starter", "499")
    assert any_engine.usage(key)["used_this_month"] == 1


def test_a_plan_bounds_size_resolution_and_quota(any_engine):
    key = any_engine.new_key("free")
    got = any_engine.generate(key, data="x", size_inches=4)
    assert (got.status_code, got.json()) == (403, {"detail": "Plan 'free' allows up to 3\". Upgrade for larger sizes."})
    got = any_engine.generate(key, data="x", size_inches=2, dpi=600)
    assert (got.status_code, got.json()) == (403, {"detail": "Plan 'free' caps DPI at 300. Upgrade for higher resolution."})
    assert [any_engine.generate(key, data="x", size_inches=2).status_code for _ in range(6)] == [200] * 5 + [429]
    got = any_engine.generate(key, data="x", size_inches=2)
    assert got.json() == {"detail": "Monthly quota of 5 exceeded for plan 'free'."}
    assert int(got.headers["Retry-After"]) >= 1


NULL, BLANK, TEXT = "This field may not be null.", "This field may not be blank.", "Not a valid string."
DICTIONARY = '{"non_field_errors":["Invalid data. Expected a dictionary, but got %s."]}'
NOT_FOUND = '{"detail":"Not found."}'
URL = '"destination_url": "https://example.com/"'
CODE, KEY = DYNAMIC + "{code}/", KEYS + "{key}/"
# 64 bits and one more, a sign, zeros, another alphabet's digits, bytes that are no text.
NO_NUMBERS = ["0", "-1", "01", "%2B1", "1.0", "1e0", "9223372036854775808", "%D9%A1", "1%00", "%FF", "null", "..%2F1"]
NO_SHORT_IDS = ["zzzzzzzz", "zzzzzzz", "zzzzzzzzz", "zzzz-zzz", "zzzz%00zz", "%C3%A9zzzzzz", "%FFzzzzzz", "zzzz%2Fzz", "..%2Fzzzz"]


def carrying(payload: str) -> str:
    return f'{{"data_type": "dynamic", "size_inches": 1, "payload": {payload}}}'


def wifi(payload: str) -> str:
    return f'{{"data_type": "wifi", "size_inches": 1, "payload": {payload}}}'


# Who asks, how, where, with what body: status and body of the answer.
TABLE = [
    # Bodies that are none, and bodies of another shape.
    *(
        (who, method, path, body, 400, text)
        for who, method, path in [("starter", "POST", GENERATE), ("starter", "POST", VALIDATE), ("owner", "POST", KEYS), ("owner", "POST", DYNAMIC), ("owner", "PATCH", CODE)]
        for body, text in [
            (b"", '{"detail":"JSON parse error - EOF while parsing a value at line 1 column 0"}'),
            (b"{", '{"detail":"JSON parse error - EOF while parsing an object at line 1 column 1"}'),
            (b"{} x", '{"detail":"JSON parse error - trailing characters at line 1 column 4"}'),
            (b'{"name": "\xff"}', '{"detail":"JSON parse error - invalid unicode code point at line 1 column 11"}'),
            (b'{"\\ud800": 1}', '{"detail":"JSON parse error - unexpected end of hex escape at line 1 column 9"}'),
            (b"[" * 60_000, '{"detail":"JSON parse error - EOF while parsing a list at line 1 column 60000"}'),
            (b"[]", DICTIONARY % "list"), (b'"x"', DICTIONARY % "str"), (b"null", DICTIONARY % "NoneType"), (b"7", DICTIONARY % "int"), (b"true", DICTIONARY % "bool"),
        ]
    ),
    # Names of keys: wrong, missing, null, empty, long; of a repeated one the last counts.
    *(
        ("owner", "POST", KEYS, body, 400, text)
        for body, text in [
            ("{}", '{"name":"Required."}'), ('{"name": null}', '{"name":"Required."}'), ('{"name": ""}', '{"name":"Required."}'),
            ('{"name": " \\t\\n\\u00a0"}', '{"name":"Required."}'), ('{"name": []}', f'{{"name":["{TEXT}"]}}'), ('{"name": {}}', f'{{"name":["{TEXT}"]}}'),
            ('{"name": false}', f'{{"name":["{TEXT}"]}}'), ('{"name": "\\ud800"}', f'{{"name":["{TEXT}"]}}'),
            ('{"name": "a\\u0000b"}', '{"name":["Null characters are not allowed."]}'),
            (json.dumps({"name": "é" * 101}), '{"name":["Ensure this field has no more than 100 characters."]}'),
            ('{"name": "a", "name": ""}', '{"name":"Required."}'),
            ('{"name": "x", "plan": ""}', '{"plan":["\\"\\" is not a valid choice."]}'), ('{"name": "x", "plan": []}', '{"plan":["\\"list\\" is not a valid choice."]}'),
            ('{"name": "x", "plan": "free", "plan": "gold"}', '{"plan":["\\"gold\\" is not a valid choice."]}'),
            ('{"plan": "pro"}', '{"name":"Required.","plan":"Plan \'pro\' exceeds your subscription tier \'starter\'."}'),
        ]
    ),
    # The same of dynamic codes, made and changed.
    *(
        ("owner", "POST", DYNAMIC, body, 400, text)
        for body, text in [
            ("{}", '{"name":["This field is required."],"destination_url":["This field is required."]}'),
            ('{"name": null, "destination_url": null}', f'{{"name":["{NULL}"],"destination_url":["{NULL}"]}}'),
            ('{"name": " ", "destination_url": ""}', f'{{"name":["{BLANK}"],"destination_url":["{BLANK}"]}}'),
            ('{"name": "a", "name": null, "destination_url": "x", "destination_url": {}}', f'{{"name":["{NULL}"],"destination_url":["{TEXT}"]}}'),
        ]
    ),
    *(
        ("owner", method, path, f"{{{before}{member}}}", 400, text)
        for method, path, before in [("POST", DYNAMIC, f'"name": "x", {URL}, '), ("PATCH", CODE, "")]
        for member, text in [
            ('"name": []', f'{{"name":["{TEXT}"]}}'), ('"name": "a\\u0000b"', '{"name":["Null characters are not allowed."]}'),
            (f'"name": "{"é" * 121}"', '{"name":["Ensure this field has no more than 120 characters."]}'),
            (f'"destination_url": "https://example.com/{"é" * 1981}"', '{"destination_url":["Ensure this field has no more than 2000 characters."]}'),
            ('"destination_url": 7', '{"destination_url":["Enter a valid URL."]}'),
            ('"destination_url": "https://example.com/\\r\\nLocation: https://evil.example/"', '{"destination_url":["Enter a valid URL."]}'),
            ('"is_active": "perhaps"', '{"is_active":["Must be a valid boolean."]}'), ('"is_active": null', f'{{"is_active":["{NULL}"]}}'),
            ('"variants": {}', '{"variants":["Expected a list of items but got type \\"dict\\"."]}'), ('"variants": null', f'{{"variants":["{NULL}"]}}'),
            ('"variants": [1, null]', '{"variants":{"0":["Expected a dictionary of items but got type \\"int\\"."],"1":["Expected a dictionary of items but got type \\"NoneType\\"."]}}'),
            ('"variants": [{}]', '{"variants":["Ensure this field has at least 2 elements."]}'),
            (f'"variants": [{", ".join(["1"] * 11)}]', '{"variants":["Ensure this field has no more than 10 elements."]}'),
        ]
    ),
    # The same inside of payloads.
    *(
        ("starter", "POST", path, body, 400, f'{{"payload":{text}}}')
        for path in [GENERATE, VALIDATE]
        for body, text in [
            (carrying("null"), f'["{NULL}"]'), (carrying("[]"), '["Expected a dictionary of items but got type \\"list\\"."]'),
            (carrying("{}"), '{"name":["This field is required."],"destination_url":["This field is required."]}'),
            (carrying(f'{{"name": "{"é" * 121}", {URL}}}'), '{"name":["Ensure this field has no more than 120 characters."]}'),
            (carrying(f'{{"name": "a\\u0000b", {URL}}}'), '{"name":["Null characters are not allowed."]}'),
            (carrying(f'{{"name": "a", {URL}, "name": []}}'), f'{{"name":["{TEXT}"]}}'),
            (wifi('{"ssid": null}'), f'{{"ssid":["{NULL}"]}}'), (wifi('{"ssid": ""}'), f'{{"ssid":["{BLANK}"]}}'), (wifi('{"ssid": {}}'), f'{{"ssid":["{TEXT}"]}}'),
            (wifi('{"ssid": "a", "ssid": true}'), f'{{"ssid":["{TEXT}"]}}'),
            (wifi('{"ssid": "x", "encryption": "WPA9"}'), '{"encryption":["\\"WPA9\\" is not a valid choice."]}'),
        ]
    ),
    # Of a repeated field of a render, too, the last counts.
    ("starter", "POST", GENERATE, '{"data": "x", "size_inches": 1, "size_inches": 99}', 400, '{"size_inches":["Ensure this value is less than or equal to 15.0."]}'),
    ("starter, form", "POST", GENERATE, form(size_inches="1")[:-7] + form(data="x", size_inches="99"), 400, '{"size_inches":["Ensure this value is less than or equal to 15.0."]}'),
    # What is somebody else's is what nobody has, and so is what cannot be.
    *(
        ("owner", method, f"{KEYS}{number}/{tail}", None, 404, NOT_FOUND)
        for number in ["{stranger}", "999999999", *NO_NUMBERS] for method, tail in [("DELETE", ""), ("POST", "rotate/")]
    ),
    *(
        ("owner", method, f"{DYNAMIC}{short_id}/{tail}", body, 404, NOT_FOUND)
        for short_id in ["{theirs}", "{gone}", *NO_SHORT_IDS]
        for method, tail, body in [("GET", "", None), ("PATCH", "", '{"name": "mine"}'), ("DELETE", "", None), ("GET", "analytics/", None)]
    ),
    # Parameters of lists.
    *(("owner", "GET", f"{DYNAMIC}?page={page}", None, 404, '{"detail":"Invalid page."}') for page in ["0", "-1", "x", "", "1.0", "99", "%00", "18446744073709551616"]),
    *(("owner", "GET", f"{DYNAMIC}?page_size={size}", None, 200, None) for size in ["0", "-1", "x", "", "%00", "99999999999999999999"]),
    ("owner", "GET", f"{DYNAMIC}?search={'x' * 201}", None, 400, '{"search":["Ensure this field has no more than 200 characters."]}'),
    ("owner", "GET", f"{DYNAMIC}?search=%00", None, 400, '{"search":["Null characters are not allowed."]}'),
    ("owner", "GET", f"{DYNAMIC}?search=%25_%5C'%22%FF", None, 200, '{"count":0,"next":null,"previous":null,"results":[]}'),
    ("owner", "GET", f"{DYNAMIC}?is_active=perhaps&ordering=name%3Bdrop", None, 400, '{"is_active":["Must be a valid boolean."],"ordering":["\\"name;drop\\" is not a valid choice."]}'),
    ("owner", "GET", f"{DYNAMIC}{{code}}/analytics/?from=2026-13-01", None, 400, '{"from":["Use a date such as 2026-11-01 or a moment such as 2026-11-01T08:00:00Z."]}'),
    ("owner", "GET", f"{DYNAMIC}{{code}}/analytics/?from=2026-11-02&to=2026-11-01", None, 400, '{"to":["Must be later than from."]}'),
    ("owner", "GET", f"{DYNAMIC}{{code}}/analytics/?timezone=%00", None, 400, None),
    ("owner", "GET", f"{DYNAMIC}{{code}}/analytics/?interval=year&bots=all", None, 400, '{"interval":["Use \\"hour\\", \\"day\\", \\"week\\" or \\"month\\"."],"bots":["Use \\"include\\", or leave it out."]}'),
]


@pytest.mark.parametrize("who, method, path, body, status, text", TABLE, ids=[f"{c[4]}-{c[1]}-{n}" for n, c in enumerate(TABLE)])
def test_each_bad_request(world, who, method, path, body, status, text):
    answer = world.ask(who, method, path, body)
    assert (answer.status_code, text or answer.text) == (status, answer.text), answer.text[:300]
    assert answer.headers["X-Request-Id"] and answer.headers["Content-Type"] == "application/json"


NAMES = ["Menü «Mai» ☕", "👩‍👩‍👧 e\u0301", "\u202eright to left", "שלום", "'; DROP TABLE dynamic_codes; --", "%s {0} $1 <script>", "a\r\nX-Evil: 1", "x" * 100]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_any_text_and_comes_back_as_it_was(world, name):
    key = world.ask("owner", "POST", KEYS, {"name": name})
    code = world.ask("pro owner", "POST", DYNAMIC, {"name": name, "destination_url": "https://example.com/"})
    assert (key.status_code, key.json()["name"], code.status_code, code.json()["name"]) == (201, name, 201, name)
    listed = world.ask("owner", "GET", KEYS).json()["keys"]
    assert listed[-1]["name"] == name
    assert world.ask("pro owner", "GET", DYNAMIC).json()["results"][0] == code.json()
    assert "X-Evil" not in key.headers and "X-Evil" not in code.headers


# Headers that are sent, and what of them may come back.
@pytest.mark.parametrize("headers, body", [
    ({"X-Request-Id": "two words"}, "{}"), ({"X-Request-Id": "x" * 65}, "{}"), ({"X-Request-Id": "é".encode()}, "{}"), ({"X-Request-Id": "<script>"}, "{}"),
    ({}, '{"a\\r\\nX-Evil: 1": 1}'), ({}, '{"é": 1}'), ({}, json.dumps({"x" * 41: 1})), ({}, json.dumps({f"f{n} ": 1 for n in range(99)})),
    ({"Content-Type": "application/json; charset=\"\t\""}, "{}"),
])
def test_what_is_sent_does_not_become_a_header(world, headers, body):
    whole = '{"data": "x", "size_inches": 1' + (f", {body[1:]}" if body != "{}" else "}")
    answer = world.ask("agency", "POST", GENERATE, whole, **headers)
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers and "X-QR-Ignored-Fields" not in answer.headers
    assert answer.headers["X-Request-Id"] not in headers.values() and len(answer.headers["X-Request-Id"]) == 26


def exchange(world, request: bytes, ends: bool) -> bytes:
    """All that the server says to these bytes. `ends`: nothing more will come."""
    with socket.create_connection(("127.0.0.1", world.studio.port), timeout=60) as connection:
        connection.sendall(request)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


ENDED_EARLY = b'{"detail":"The request body ended early."}'
RIGHT_BODIES = [
    ("agency", "POST", GENERATE, '{"data": "x", "size_inches": 1}', 200), ("agency", "POST", VALIDATE, '{"data": "x", "size_inches": 1}', 200),
    ("owner", "POST", KEYS, '{"name": "x"}', 201), ("owner", "PATCH", CODE, '{"name": "x"}', 200),
]


@pytest.mark.parametrize("who, method, path, body, right", RIGHT_BODIES, ids=[case[2] for case in RIGHT_BODIES])
@pytest.mark.parametrize("headers, change, status, text", [
    ("Content-Length: {more}", "{}", 400, ENDED_EARLY),
    ("Transfer-Encoding: chunked", "ff\r\n{}", 400, ENDED_EARLY),
    ("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n", 400, ENDED_EARLY),
    ("Content-Length: {length}", "{}and more", None, None),
    ("Content-Length: {length}\r\nContent-Length: 3", "{}", 400, b""),
    ("Content-Length: -1", "{}", 400, b""),
    ("Content-Length: many", "{}", 400, b""),
    ("Content-Length: 99999999999999999999", "{}", 400, b""),
    ("Content-Length: {length}\r\nX-Folded: a\r\n b", "{}", 400, b""),
    ("Content-Length: {length}\r\nX-Request-Id: a\0b", "{}", 400, b""),
    ("Content-Length: {length}\r\nX-Request-Id: a\rX-Evil: 1", "{}", 400, b""),
])
def test_a_body_that_is_not_what_was_announced(world, who, method, path, body, right, headers, change, status, text):
    own = [f"{name}: {value}" for name, value in world.headers[who].items()]
    announced = headers.format(length=len(body), more=len(body) + 9)
    head = [f"{method} {path.format(**world.names)} HTTP/1.1", "Host: x", "Connection: close", "Content-Type: application/json", *own, announced]
    whole = "\r\n".join(head) + "\r\n\r\n" + change.replace("{}", body)
    answer = exchange(world, whole.encode(), ends=text == ENDED_EARLY)
    got, _, content = answer.partition(b"\r\n\r\n")
    assert got.startswith(f"HTTP/1.1 {status or right} ".encode()), answer[:300]
    assert b"x-evil" not in got.lower() and (text is None or content == text)


def test_no_answer_was_a_server_error(studio, world):
    """Last in this file: what the cases above left in the log."""
    assert "panicked" not in studio.log_text() + world.studio.log_text()
    assert " status=5" not in world.studio.log_text()
