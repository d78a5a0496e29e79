"""Every status code and every exact text about rendering, keys, dynamic codes, roles and plans, byte for byte, on both engines."""

import json
import sqlite3
import subprocess
import threading
import time

import pytest
import requests

from studio import Studio
from world import DYNAMIC, GENERATE, KEYS, USAGE, VALIDATE, form

RIGHT = '{"data": "https://example.com", "size_inches": 1}'
OVER_THREE, OVER_300 = '{"data": "x", "size_inches": 4}', '{"data": "x", "size_inches": 1, "dpi": 301}'
LONG = json.dumps({"data": "x" * 70_000, "size_inches": 1})
NO_KEY = '{"detail":"Invalid or revoked API key."}'
NOT_FOUND = '{"detail":"Not found."}'
ROLE_TOO_LOW = '{"detail":"You do not have permission to perform this action."}'
BLOCKED = '{"detail":"The operator of this service has blocked this destination."}'
ONE_CODE = '{"detail":"Plan \'free\' allows 1 active dynamic QR. Pause one or upgrade."}'
ONE_EDIT = (
    '{"detail":"Plan \'free\' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) already. Upgrade to Starter'
    ' ($7/mo) or higher for unlimited edits, or buy a credit pack."}'
)
NO_VARIANTS = '{"detail":"Plan \'starter\' doesn\'t include A/B variants. Upgrade to Pro or higher."}'
MENU = '{"name": "Menu", "destination_url": "https://example.com/menu"}'
TWO = '"variants": [{"label": "A", "destination_url": "https://a.example/", "weight": 70}, {"label": "B", "destination_url": "https://b.example/", "weight": 30}]'
CARRYING = '{"data_type": "dynamic", "size_inches": 1, "payload": {"name": "Menu", "destination_url": "%s"}}'

# Who asks, how, where, with what body: status and body of the answer.
CASES = [
    ("free", "GET", USAGE, None, 200, None),
    ("free", "POST", GENERATE, RIGHT, 200, None),
    ("free", "POST", VALIDATE, RIGHT, 200, None),
    ("owner", "POST", KEYS, '{"name": "one more"}', 201, None),
    ("owner", "DELETE", KEYS + "{key}/", None, 204, ""),
    ("owner", "DELETE", KEYS + "{key}/", None, 204, ""),
    ("free", "POST", GENERATE, '{"size_inches": 1}', 400, '{"data":["This field is required."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 16}', 400, '{"size_inches":["Ensure this value is less than or equal to 15.0."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 0.4}', 400, '{"size_inches":["Ensure this value is greater than or equal to 0.5."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "dpi": 601}', 400, '{"dpi":["Ensure this value is less than or equal to 600."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "dpi": 71}', 400, '{"dpi":["Ensure this value is greater than or equal to 72."]}'),
    *(
        ("free", "POST", GENERATE, f'{{"data": "x", "size_inches": 1, {with_it}"{field}": "rouge"}}', 400,
         f'{{"{field}":"Invalid color \'rouge\'. Use \'black\', \'white\', or hex like #RRGGBB."}}')
        for field, with_it in [
            ("color", ""), ("background", ""), ("eye_color", ""), ("eye_border_color", ""), ("eye_center_color", ""),
            ("gradient_from", '"gradient_to": "black", '), ("gradient_to", '"gradient_from": "black", '),
        ]
    ),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 99, "color": "rouge"}', 400,
     '{"size_inches":["Ensure this value is less than or equal to 15.0."],"color":"Invalid color \'rouge\'. Use \'black\', \'white\', or hex like #RRGGBB."}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "gradient_from": "black"}', 400, '{"gradient_to":"gradient_from and gradient_to must be given together."}'),
    ("free", "POST", GENERATE, '{"data_type": "wifi", "size_inches": 1}', 400, '{"payload":["This field is required."]}'),
    ("free", "POST", GENERATE, '{"data_type": "wifi", "size_inches": 1, "payload": {}}', 400, '{"payload":{"ssid":["This field is required."]}}'),
    ("free", "POST", GENERATE, "[]", 400, None),
    ("free", "POST", GENERATE, "{", 400, None),
    # The framework's texts.
    *(
        ("free", "POST", path, f'{{"data": "x", "size_inches": 1, {member}}}', 400, f'{{"{member[1:].partition(chr(34))[0]}":{text}}}')
        for path in [GENERATE, VALIDATE]
        for member, text in [
            ('"data": null', '["This field may not be null."]'), ('"size_inches": null', '["This field may not be null."]'),
            ('"data": ""', '["This field may not be blank."]'), ('"data": " \\t "', '["This field may not be blank."]'),
            *((f'"size_inches": {number}', '["A valid number is required."]') for number in ['"wide"', '"NaN"', '"Infinity"', "true", "[]", '""']),
            ('"size_inches": "15.01"', '["Ensure this value is less than or equal to 15.0."]'),
            *((f'"dpi": {number}', '["A valid integer is required."]') for number in ['"fine"', "300.5", "false", "{}"]),
            ('"quiet_zone": 17', '["Ensure this value is less than or equal to 16."]'),
            ('"eye_outer_frame": "perhaps"', '["Must be a valid boolean."]'), ('"eye_outer_frame": 2', '["Must be a valid boolean."]'),
            ('"data": []', '["Not a valid string."]'), ('"data": true', '["Not a valid string."]'),
            ('"pattern": "stripes"', '["\\"stripes\\" is not a valid choice."]'), ('"format": "PNG"', '["\\"PNG\\" is not a valid choice."]'),
            (f'"data": "{"é" * 2049}"', '["Ensure this field has no more than 2048 characters."]'),
            ('"logo_url": "example.com/x.png"', '["Enter a valid URL."]'),
        ]
    ),
    *(
        ("free", "POST", path, f'{{"size_inches": 1, "data_type": "{kind}", "payload": {payload}}}', 400, f'{{"payload":{text}}}')
        for path in [GENERATE, VALIDATE]
        for kind, payload, text in [
            ("email", '{"to": "nobody"}', '{"to":["Enter a valid email address."]}'), ("email", '{"to": []}', '{"to":["This list may not be empty."]}'),
            ("wifi", '"x"', '["Expected a dictionary of items but got type \\"str\\"."]'),
        ]
    ),
    ("owner", "POST", DYNAMIC, '{"name": "x", "destination_url": "https://example.com/", "variants": "x"}', 400, '{"variants":["Expected a list of items but got type \\"str\\"."]}'),
    # Cells of a table.
    ("pro", "POST", GENERATE, '{"data": 12345, "size_inches": " 1.0 ", "dpi": "300", "eye_outer_frame": "on", "quiet_zone": "4.0"}', 200, None),
    ("owner", "POST", KEYS, "{}", 400, '{"name":"Required."}'),
    ("owner", "POST", KEYS, '{"name": "x", "plan": "pro"}', 400, '{"plan":"Plan \'pro\' exceeds your subscription tier \'starter\'."}'),
    ("nobody", "POST", GENERATE, RIGHT, 401, NO_KEY),
    ("wrong", "POST", GENERATE, RIGHT, 401, NO_KEY),
    ("malformed", "GET", USAGE, None, 401, NO_KEY),
    ("revoked", "POST", VALIDATE, RIGHT, 401, NO_KEY),
    ("revoked", "GET", USAGE, None, 401, NO_KEY),
    ("owner", "GET", USAGE, None, 401, NO_KEY),
    ("nobody", "GET", DYNAMIC, None, 401, '{"detail":"Authentication credentials were not provided."}'),
    ("free", "POST", DYNAMIC, MENU, 401, '{"detail":"Authentication credentials were not provided."}'),
    ("old token", "GET", DYNAMIC, None, 401, '{"detail":"Token is invalid or expired."}'),
    ("nobody", "GET", KEYS, None, 401, '{"detail":"Authentication credentials were not provided."}'),
    ("free", "POST", KEYS, '{"name": "x"}', 401, '{"detail":"Authentication credentials were not provided."}'),
    ("old token", "GET", KEYS, None, 401, '{"detail":"Token is invalid or expired."}'),
    ("free", "POST", GENERATE, OVER_THREE, 403, '{"detail":"Plan \'free\' allows up to 3\\". Upgrade for larger sizes."}'),
    ("free", "POST", VALIDATE, OVER_THREE, 403, '{"detail":"Plan \'free\' allows up to 3\\". Upgrade for larger sizes."}'),
    ("starter", "POST", GENERATE, '{"data": "x", "size_inches": 9}', 403, '{"detail":"Plan \'starter\' allows up to 8\\". Upgrade for larger sizes."}'),
    ("free", "POST", GENERATE, OVER_300, 403, '{"detail":"Plan \'free\' caps DPI at 300. Upgrade for higher resolution."}'),
    ("starter", "POST", GENERATE, OVER_300, 403, '{"detail":"Plan \'starter\' caps DPI at 300. Upgrade for higher resolution."}'),
    *(
        ("free", "POST", path, f'{{"data": "x", "size_inches": 1, "{field}": "http://127.0.0.1/x.png"}}', 403, f'{{"detail":"Plan \'free\' doesn\'t support {what}."}}')
        for field, what in [("logo_url", "custom logos"), ("bg_image_url", "background images")] for path in [GENERATE, VALIDATE]
    ),
    *(
        ("starter", "POST", path, f'{{"data": "x", "size_inches": 1, "{field}": "http://127.0.0.1/x.png"}}', 400,
         f'{{"{field}":"refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"}}')
        for field in ["logo_url", "bg_image_url"] for path in [GENERATE, VALIDATE]
    ),
    *(
        ("free, form", "POST", path, form(data="x", size_inches="1", **{field: "a picture"}), 403, f'{{"detail":"Plan \'free\' doesn\'t support {what}."}}')
        for field, what in [("logo_file", "custom logos"), ("bg_image_file", "background images")] for path in [GENERATE, VALIDATE]
    ),
    *(
        ("starter, form", "POST", path, form(data="x", size_inches="1", **{field: content}), 400, f'{{"{field}":{text}}}')
        for field in ["logo_file", "bg_image_file"] for path in [GENERATE, VALIDATE]
        for content, text in [
            ("x" * 2_097_153, '"Max 2097152 bytes."'),
            ("no picture", '"Not a readable image: it is no PNG, JPEG, GIF, BMP, TIFF, WebP or SVG."'),
            ("", '["The submitted file is empty."]'),
        ]
    ),
    *(
        ("starter", "POST", GENERATE, f'{{"data": "x", "size_inches": 1, "{field}": "{url}"}}', 400, f'{{"{field}":{text}}}')
        for field in ["logo_url", "bg_image_url"]
        for url, text in [
            ("http://2130706433/x.png", '"refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"'),
            ("http://0x7f.1/x.png", '"refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"'),
            ("http://[::1]/x.png", '"refusing to fetch ::1: resolves to private/internal IP ::1"'),
            ("http://[::ffff:10.0.0.1]/", '"refusing to fetch ::ffff:10.0.0.1: resolves to private/internal IP ::ffff:10.0.0.1"'),
            ("https://169.254.169.254/latest/", '"refusing to fetch 169.254.169.254: resolves to private/internal IP 169.254.169.254"'),
            ("http://100.64.0.1/", '"refusing to fetch 100.64.0.1: resolves to private/internal IP 100.64.0.1"'),
            ("http://8.8.8.8:22/x.png", '"refusing to fetch 8.8.8.8: port 22 belongs to another service"'),
            ("http://ada:secret@example.com/", '"refusing to fetch example.com: the URL holds a user name or a password"'),
            ("ftp://example.com/x.png", '["Enter a valid URL."]'),
        ]
    ),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "logo_size_ratio": 0.41}', 400, '{"logo_size_ratio":["Ensure this value is less than or equal to 0.4."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "logo_size_ratio": 0.04}', 400, '{"logo_size_ratio":["Ensure this value is greater than or equal to 0.05."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "bg_image_opacity": 1.1}', 400, '{"bg_image_opacity":["Ensure this value is less than or equal to 1.0."]}'),
    ("free", "POST", GENERATE, '{"data": "x", "size_inches": 1, "logo_file": "x"}', 400, '{"logo_file":["The submitted data was not a file. Check the encoding type on the form."]}'),
    ("pro", "POST", GENERATE, '{"data": "x", "size_inches": 15, "dpi": 600, "format": "svg"}', 200, None),
    # Dynamic codes.
    ("owner", "POST", DYNAMIC, MENU, 201, None),
    ("owner", "GET", DYNAMIC, None, 200, None),
    ("owner", "GET", DYNAMIC + "{code}/", None, 200, None),
    ("owner", "GET", DYNAMIC + "{code}/analytics/", None, 200, None),
    ("owner", "PATCH", DYNAMIC + "{code}/", '{"destination_url": "https://example.com/summer"}', 200, None),
    ("pro owner", "PATCH", DYNAMIC + "{theirs}/", f"{{{TWO}}}", 200, None),
    ("pro", "POST", GENERATE, CARRYING % "https://example.com/", 200, None),
    ("owner", "POST", DYNAMIC, "{}", 400, '{"name":["This field is required."],"destination_url":["This field is required."]}'),
    ("owner", "POST", DYNAMIC, '{"name": "x", "destination_url": "https://ada:secret@example.com/"}', 400, '{"destination_url":"Enter a URL without a user name and password."}'),
    ("owner", "PATCH", DYNAMIC + "{code}/", '{"destination_url": "javascript:alert(1)"}', 400, '{"destination_url":["Enter a valid URL."]}'),
    ("pro", "POST", GENERATE, CARRYING % "ftp://example.com/", 400, '{"payload":{"destination_url":["Enter a valid URL."]}}'),
    ("free owner", "PATCH", DYNAMIC + "{edited}/", '{"destination_url": "https://example.com/2"}', 402, ONE_EDIT),
    ("free owner", "POST", DYNAMIC, MENU, 403, ONE_CODE),
    ("free owner", "PATCH", DYNAMIC + "{paused}/", '{"is_active": true}', 403, ONE_CODE),
    ("free", "POST", GENERATE, CARRYING % "https://example.com/", 403, ONE_CODE),
    ("free", "POST", VALIDATE, CARRYING % "https://example.com/", 403, ONE_CODE),
    ("owner", "POST", DYNAMIC, f"{MENU[:-1]}, {TWO}}}", 403, NO_VARIANTS),
    ("owner", "PATCH", DYNAMIC + "{code}/", f"{{{TWO}}}", 403, NO_VARIANTS),
    ("owner", "POST", DYNAMIC, '{"name": "x", "destination_url": "https://www.blocked.example/"}', 451, BLOCKED),
    ("owner", "PATCH", DYNAMIC + "{code}/", '{"destination_url": "http://BLOCKED.example:8080/"}', 451, BLOCKED),
    ("pro", "POST", GENERATE, CARRYING % "https://blocked.example/", 451, BLOCKED),
    ("pro", "POST", VALIDATE, CARRYING % "https://blocked.example/", 451, BLOCKED),
    # Roles.
    *(
        (who, method, path, body, 403, ROLE_TOO_LOW)
        for who, method, path, body in [
            ("member", "POST", KEYS, '{"name": "x"}'), ("viewer", "POST", KEYS, '{"name": "x"}'), ("viewer", "DELETE", KEYS + "{key}/", None),
            ("viewer", "POST", KEYS + "{key}/rotate/", None), ("viewer", "POST", DYNAMIC, MENU), ("viewer", "PATCH", DYNAMIC + "{code}/", "{}"),
            ("viewer", "DELETE", DYNAMIC + "{code}/", None), ("member", "PATCH", "/api/auth/me/", '{"workspace": "mine"}'),
        ]
    ),
    ("viewer", "GET", KEYS, None, 200, None),
    ("viewer", "GET", DYNAMIC, None, 200, None),
    ("member", "POST", DYNAMIC, MENU, 201, None),
    # Accounts.
    ("nobody", "POST", "/api/auth/password/reset/", '{"email": "nobody@example.com"}', 202, None),
    ("nobody", "POST", "/api/auth/login/", '{"email": "free@example.com", "password": "x"}', 401, '{"detail":"No active account found with the given credentials."}'),
    ("nobody", "POST", "/api/auth/signup/", '{"email": "FREE@example.com", "password": "a kettle of seven herons", "name": "x"}', 400, '{"email":["A user with this email already exists."]}'),
    ("free", "GET", "/api/v1/nothing/", None, 404, NOT_FOUND),
    ("owner", "DELETE", KEYS + "{stranger}/", None, 404, NOT_FOUND),
    ("owner", "POST", KEYS + "{stranger}/rotate/", None, 404, NOT_FOUND),
    ("owner", "DELETE", KEYS + "999999999/", None, 404, NOT_FOUND),
    ("owner", "DELETE", KEYS + "none/", None, 404, NOT_FOUND),
    *(
        ("owner", method, f"{DYNAMIC}{code}/{tail}", body, 404, NOT_FOUND)
        for code in ["{theirs}", "{gone}", "zzzzzzzz", "zzzzzzz", "zzzz%00zz"]
        for method, tail, body in [("GET", "", None), ("PATCH", "", "{}"), ("DELETE", "", None), ("GET", "analytics/", None)]
    ),
    ("owner", "GET", DYNAMIC + "?page=9", None, 404, '{"detail":"Invalid page."}'),
    ("free", "GET", GENERATE, None, 405, '{"detail":"Method \\"GET\\" not allowed."}'),
    ("free", "PUT", USAGE, RIGHT, 405, '{"detail":"Method \\"PUT\\" not allowed."}'),
    ("owner", "PUT", DYNAMIC, MENU, 405, '{"detail":"Method \\"PUT\\" not allowed."}'),
    ("free, form", "POST", GENERATE, form(data="x", size_inches="1", logo_file="x" * (8 << 20)), 413, '{"detail":"Request body too large."}'),
    ("owner", "POST", DYNAMIC, LONG, 413, '{"detail":"Request body too large."}'),
    ("owner", "PATCH", DYNAMIC + "{code}/", LONG, 413, '{"detail":"Request body too large."}'),
    ("free", "POST", GENERATE, LONG, 413, '{"detail":"Request body too large."}'),
    ("free", "POST", VALIDATE, LONG, 413, '{"detail":"Request body too large."}'),
    ("owner", "POST", KEYS, LONG, 413, '{"detail":"Request body too large."}'),
    ("free, text", "POST", GENERATE, RIGHT, 415, '{"detail":"Unsupported media type \\"text/plain\\" in request."}'),
    ("owner, text", "POST", KEYS, '{"name": "x"}', 415, '{"detail":"Unsupported media type \\"text/plain\\" in request."}'),
    ("owner, text", "POST", DYNAMIC, MENU, 415, '{"detail":"Unsupported media type \\"text/plain\\" in request."}'),
    ("owner, form", "POST", DYNAMIC, form(name="x"), 415, '{"detail":"Unsupported media type \\"multipart/form-data; boundary=b\\" in request."}'),
    ("owner, forwarded", "GET", DYNAMIC, None, 426, '{"detail":"HTTPS is required."}'),
    ("free, forwarded", "POST", GENERATE, RIGHT, 426, '{"detail":"HTTPS is required."}'),
    ("owner, forwarded", "GET", KEYS, None, 426, '{"detail":"HTTPS is required."}'),
    ("free, odd name", "POST", GENERATE, RIGHT, 400, '{"detail":"Idempotency-Key must be 1 to 255 visible ASCII characters."}'),
    ("owner, odd name", "POST", DYNAMIC, MENU, 400, '{"detail":"Idempotency-Key must be 1 to 255 visible ASCII characters."}'),
    ("owner, odd name", "POST", KEYS, '{"name": "x"}', 400, '{"detail":"Idempotency-Key must be 1 to 255 visible ASCII characters."}'),
]

# What comes with some of the codes.
HEADERS = {401: "WWW-Authenticate", 405: "Allow", 426: "Upgrade", 429: "Retry-After", 503: "Retry-After"}


@pytest.mark.parametrize("who, method, path, body, status, text", CASES, ids=[f"{c[4]}-{c[0]}-{c[1]}-{n}" for n, c in enumerate(CASES)])
def test_each_answer(world, who, method, path, body, status, text):
    answer = world.ask(who, method, path, body)
    assert answer.status_code == status, answer.text[:300]
    assert text is None or answer.text == text
    assert answer.headers["X-Request-Id"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert status not in HEADERS or HEADERS[status] in answer.headers
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/json" and isinstance(answer.json(), dict)


@pytest.mark.parametrize("code, status, location", [
    ("printed", 302, "https://example.com/"), ("paused", 302, "/q/{paused}/paused/"), ("gone", 410, None), ("nobodys", 404, None),
])
def test_answers_to_scans(world, code, status, location):
    names = world.names | {"nobodys": "zzzzzzzz"}
    answer = requests.get(f"{world.studio.url}/q/{names[code]}/", allow_redirects=False, timeout=30)
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    if location:
        assert answer.headers["Location"].endswith(location.format(**names)) and answer.content == b""
    else:
        assert answer.headers["Content-Type"].startswith("text/html")


TABLE = """
[plans.starter]
requests_per_minute = 1
[plans.pro]
max_size_inches = 8
max_dpi = 300
custom_logo = false
"""


def test_each_fault_hides_those_behind_it(own_studio):
    """A request with every fault there is: each is mended in turn, and the next comes to light."""
    (own_studio.directory / "qrstudio.toml").write_text(TABLE)
    own_studio.start()
    hasty, key = own_studio.new_key("starter"), own_studio.new_key("pro", "ada@example.com")

    def usage(key):
        return requests.get(own_studio.url + USAGE, headers={"X-Api-Key": key}, timeout=30)

    assert [usage(hasty).status_code for _ in range(2)] == [200, 429]
    own_studio.admin("set-quota", "ada@example.com", "1")
    headers = {"X-Api-Key": key, "Idempotency-Key": "one", "Content-Type": "application/json"}
    assert requests.post(own_studio.url + GENERATE, data=RIGHT, headers=headers, timeout=30).status_code == 200

    headers |= {"X-Api-Key": "smk_wrong", "Content-Type": "text/plain", "X-Forwarded-Proto": "http"}
    asked = requests.options(own_studio.url + GENERATE, headers=headers | {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}, timeout=30)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    fields = {
        "data": "x", "size_inches": 9, "dpi": 400, "color": "rouge",
        "logo_url": "http://127.0.0.1/x.png", "bg_image_url": "http://127.0.0.1/x.png",
    }
    body = b"x" * (9 << 20)

    def told() -> tuple[int, str]:
        answer = requests.post(own_studio.url + GENERATE, data=body or json.dumps(fields), headers=headers, timeout=30)
        return answer.status_code, answer.text

    assert told() == (426, '{"detail":"HTTPS is required."}')
    del headers["X-Forwarded-Proto"]
    assert told() == (401, NO_KEY)
    headers["X-Api-Key"] = hasty
    assert told() == (429, '{"detail":"Rate limit of 1 requests per minute exceeded for plan \'starter\'."}')
    headers["X-Api-Key"] = key
    assert told() == (413, '{"detail":"Request body too large."}')
    body = b"{"
    assert told() == (415, '{"detail":"Unsupported media type \\"text/plain\\" in request."}')
    headers["Content-Type"] = "application/json"
    assert told() == (409, '{"detail":"Idempotency-Key was already used with a different request body."}')
    del headers["Idempotency-Key"]
    assert told() == (400, '{"detail":"JSON parse error - EOF while parsing an object at line 1 column 1"}')
    body = b""
    assert told() == (400, '{"color":"Invalid color \'rouge\'. Use \'black\', \'white\', or hex like #RRGGBB."}')
    del fields["color"]
    assert told() == (403, '{"detail":"Plan \'pro\' allows up to 8\\". Upgrade for larger sizes."}')
    fields["size_inches"] = 1
    assert told() == (403, '{"detail":"Plan \'pro\' caps DPI at 300. Upgrade for higher resolution."}')
    fields["dpi"] = 300
    assert told() == (403, '{"detail":"Plan \'pro\' doesn\'t support custom logos."}')
    logo = fields.pop("logo_url")
    assert told() == (403, '{"detail":"Plan \'pro\' doesn\'t support background images."}')
    # A plan that has logos, and bills nothing.
    own_studio.admin("set-plan", "ada@example.com", "enterprise")
    own_studio.admin("set-quota", "ada@example.com", "1")
    fields["logo_url"] = logo
    assert told() == (429, '{"detail":"Monthly quota of 1 exceeded for plan \'enterprise\'."}')
    own_studio.admin("set-quota", "ada@example.com", "2")
    refused = "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"
    assert told() == (400, json.dumps({"logo_url": refused, "bg_image_url": refused}, separators=(",", ":")))
    del fields["logo_url"], fields["bg_image_url"]
    assert told()[0] == 200
    assert usage(key).json()["remaining"] == 0


def test_429_of_the_month(world):
    """Five renders, and then the text; a replay, a validation and an error go on."""
    key = {"X-Api-Key": world.studio.new_key("free")}
    for number in range(5):
        assert world.call("POST", GENERATE, RIGHT, key | {"Idempotency-Key": str(number)}).status_code == 200
    refused = world.call("POST", GENERATE, RIGHT, key)
    assert (refused.status_code, refused.text) == (429, '{"detail":"Monthly quota of 5 exceeded for plan \'free\'."}')
    assert 1 <= int(refused.headers["Retry-After"]) <= 31 * 86_400
    assert world.call("POST", GENERATE, RIGHT, key | {"Idempotency-Key": "0"}).headers["Idempotent-Replayed"] == "true"
    assert world.call("POST", VALIDATE, RIGHT, key).status_code == 200
    assert world.call("POST", GENERATE, "{}", key).status_code == 400


def test_409_of_another_body(world):
    for path, who, bodies in [(GENERATE, "agency", (RIGHT, OVER_THREE)), (KEYS, "owner", ('{"name": "a"}', '{"name": "b"}')), (DYNAMIC, "pro owner", (MENU, "{}"))]:
        assert world.ask(who, "POST", path, bodies[0], **{"Idempotency-Key": "one"}).ok
        refused = world.ask(who, "POST", path, bodies[1], **{"Idempotency-Key": "one"})
        assert (refused.status_code, refused.text) == (409, '{"detail":"Idempotency-Key was already used with a different request body."}')


def test_409_of_an_answer_that_is_not_kept(world):
    body = json.dumps({"data": "x" * 2000, "size_inches": 15, "dpi": 600, "format": "svg", "pattern": "star"})
    first = world.ask("agency", "POST", GENERATE, body, **{"Idempotency-Key": "large"})
    assert first.status_code == 200 and len(first.content) > 1 << 20
    again = world.ask("agency", "POST", GENERATE, body, **{"Idempotency-Key": "large"})
    assert (again.status_code, again.text) == (409, '{"detail":"The stored answer has expired."}')


def test_409_while_the_first_is_in_flight(world):
    """One of many draws for long; whoever comes meanwhile is told to wait."""
    answers, start = [], threading.Barrier(16)
    body = json.dumps({"data": "y" * 2000, "size_inches": 15, "dpi": 600, "pattern": "halftone"})

    def ask():
        start.wait()
        answers.append(world.ask("agency", "POST", GENERATE, body, **{"Idempotency-Key": "many"}))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waiting = [answer for answer in answers if answer.status_code != 200]
    assert waiting and len(answers) - len(waiting) >= 1
    for answer in waiting:
        assert (answer.status_code, answer.text) == (409, '{"detail":"A request with this Idempotency-Key is still in progress."}')
        assert answer.headers["Retry-After"] == "1"


def test_429_of_the_minute(world, tmp_path, databases):
    """The limits are off above; here they are on."""
    engine = "postgres" if world.database else "sqlite"
    studio = Studio(tmp_path, databases.url(engine)).start()
    try:
        key = studio.new_key("free")
        answers = [requests.get(studio.url + USAGE, headers={"X-Api-Key": key}, timeout=30) for _ in range(12)]
        assert {answer.status_code for answer in answers[:10]} == {200}
        assert answers[-1].status_code == 429
        assert answers[-1].text == '{"detail":"Rate limit of 10 requests per minute exceeded for plan \'free\'."}'
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 6
    finally:
        studio.kill()


def test_403_where_sign_up_is_closed(world, tmp_path, databases):
    studio = Studio(tmp_path, databases.url("postgres" if world.database else "sqlite"))
    studio.settings["QRSTUDIO_SIGNUP"] = "closed"
    studio.start()
    try:
        body = {"email": "x@example.com", "password": "correct horse battery", "name": "x"}
        refused = requests.post(f"{studio.url}/api/auth/signup/", json=body, timeout=30)
        assert (refused.status_code, refused.text) == (403, '{"detail":"Sign-up is closed."}')
    finally:
        studio.kill()


def test_503_while_the_database_is_taken(world):
    """Another process holds what a charge needs for longer than anybody waits."""
    if world.database:
        holder = subprocess.Popen(["psql", "-w", "-qX", world.database, "-c", "BEGIN; LOCK TABLE balances; SELECT pg_sleep(60)"])
        held = "SELECT 1 / count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'balances' AND l.mode = 'AccessExclusiveLock' AND l.granted"
        deadline = time.monotonic() + 20
        while subprocess.run(["psql", "-w", "-qXc", held, world.database], capture_output=True).returncode:
            assert time.monotonic() < deadline
    else:
        holder = sqlite3.connect(world.studio.directory / "data" / "qrstudio.db", isolation_level=None, timeout=30)
        holder.execute("BEGIN IMMEDIATE")
    try:
        refused = world.ask("agency", "POST", GENERATE, RIGHT)
    finally:
        holder.kill() if world.database else holder.close()
        if world.database:
            world.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()")
    assert (refused.status_code, refused.text) == (503, '{"detail":"The service is temporarily unavailable. Try again shortly."}')
    assert refused.headers["Retry-After"] == "5"
    assert world.ask("agency", "POST", GENERATE, RIGHT).status_code == 200


def test_500_when_something_is_broken(world):
    """The last test: it breaks the table of the daily counts, and mends it."""
    used = world.studio.usage(world.headers["agency"]["X-Api-Key"])["used_this_month"]
    world.sql("ALTER TABLE daily_renders RENAME COLUMN renders TO broken")
    try:
        refused = world.ask("agency", "POST", GENERATE, RIGHT)
    finally:
        world.sql("ALTER TABLE daily_renders RENAME COLUMN broken TO renders")
    assert (refused.status_code, refused.text) == (500, '{"detail":"Render engine failure. Retry once or contact support."}')
    assert refused.headers["X-Request-Id"] in world.studio.log_text() and "broken" not in refused.text
    assert world.studio.usage(world.headers["agency"]["X-Api-Key"])["used_this_month"] == used
    assert world.ask("agency", "POST", GENERATE, RIGHT).status_code == 200
