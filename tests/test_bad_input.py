"""Bad input gets the contract's answer from the release binary: never a 500, a panic or a hang."""

import json

import pytest
import requests

GENERATE = "/api/v1/generate/"
VALIDATE = "/api/v1/validate/"
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


def test_no_answer_was_a_server_error(studio):
    """Last in this file: what the cases above left in the log."""
    assert "panicked" not in studio.log_text()
