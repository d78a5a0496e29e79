"""What we print is read by decoders that are not ours, on white paper."""

import pytest

import decoders

WEB = {"data": "https://example.com/spring-menu?table=12"}
CASES = {
    "url": (WEB, WEB["data"]),
    "text": ({"data_type": "text", "data": "Öffnungszeiten: täglich 9–17 h ☕"}, "Öffnungszeiten: täglich 9–17 h ☕"),
    "digits": ({"data_type": "text", "data": "0123456789" * 20}, "0123456789" * 20),
    "mixed": ({"data_type": "text", "data": "https://ex.am/ABCDEFGH0123456789012345"}, "https://ex.am/ABCDEFGH0123456789012345"),
    "long": ({"data_type": "text", "data": "All work and no play. " * 90}, "All work and no play. " * 90),
    "wifi": (
        {"data_type": "wifi", "payload": {"ssid": "Café; Bar", "password": 'a:b,c"d\\e'}},
        'WIFI:T:WPA;S:Café\\; Bar;P:a\\:b\\,c\\"d\\\\e;;',
    ),
    "geo": ({"data_type": "geo", "payload": {"lat": 45.5017, "lng": -73.5673}}, "geo:45.5017,-73.5673"),
    "sms": ({"data_type": "sms", "payload": {"phone": "+15145550123", "message": "Hi: you"}}, "SMSTO:+15145550123:Hi: you"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("look", [{}, {"color": "#1B3A5C", "background": "#FFF8E7"}], ids=["default", "coloured"])
def test_three_decoders_read_it(studio, key, name, look):
    fields, text = CASES[name]
    answer = studio.generate(key, size_inches=3, **fields, **look)
    assert answer.status_code == 200, answer.text
    assert decoders.zxing(answer.content) == [text]
    assert decoders.zbar(answer.content) == [text]
    # OpenCV's plain detector loses dense symbols at any size, and others at some: it is asked where it can answer.
    if name != "long":
        modules = 17 + 4 * int(answer.headers["X-QR-Version"]) + 8
        sizes = [modules * module_px / 100 for module_px in (6, 8, 10)]
        drawn = [studio.generate(key, size_inches=inches, dpi=100, **fields, **look).content for inches in sizes]
        assert [text] in [decoders.opencv(picture) for picture in drawn]


@pytest.mark.parametrize("level", "LMQH")
def test_every_level_is_used_as_asked(studio, key, level):
    answer = studio.generate(key, size_inches=2, error_correction=level, **WEB)
    assert answer.headers["X-QR-EC-Level"] == level
    assert decoders.zxing(answer.content) == [WEB["data"]]


def test_the_smallest_and_the_largest_picture_scan(studio, key):
    small = studio.generate(key, data="HI", data_type="text", size_inches=0.5, dpi=72)
    assert decoders.zxing(small.content) == ["HI"]
    large = studio.generate(key, size_inches=15, dpi=600, **WEB)
    assert decoders.zxing(large.content) == [WEB["data"]]


def test_svg_scans(studio, key):
    answer = studio.generate(key, format="svg", size_inches=2, **WEB)
    assert decoders.zxing(decoders.rsvg(answer.content)) == [WEB["data"]]
