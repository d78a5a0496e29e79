"""Scans as phones make them: redirected whatever happens behind, each kept once, nobody's address kept at all."""

import socket
import uuid

import pytest
import requests

from phones import GOOGLE, PHONE, change, code, create, eventually, rows, scan
from studio import Studio, free_port


@pytest.fixture(scope="module")
def pro(any_engine) -> dict[str, str]:
    """Somebody on plan pro; one for all, since sign-ups are limited."""
    return any_engine.sign_up("pro")


def test_a_scan_is_sent_on_and_kept(any_engine, pro):
    short_id = create(any_engine, pro, "https://Example.com/Menü?a=b")
    answer = scan(any_engine, short_id, Referer="https://shop.example/page?secret=1", Accept_Language="fr-CA,fr;q=0.9")
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["Location"] == "https://example.com/Men%C3%BC?a=b"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer-when-downgrade"
    # Neither of these is a person who looks.
    assert scan(any_engine, short_id, "HEAD").status_code == 302
    assert scan(any_engine, short_id, Sec_Purpose="prefetch;prerender").status_code == 302
    assert scan(any_engine, short_id, User_Agent=GOOGLE).status_code == 302
    assert scan(any_engine, short_id, User_Agent="curl/8.5.0").status_code == 302
    eventually(lambda: code(any_engine, pro, short_id)["scan_count"], 2)
    assert code(any_engine, pro, short_id)["last_scanned_at"] is not None
    kept = eventually(lambda: len(rows(any_engine, f"""SELECT s.id FROM scans s JOIN dynamic_codes c ON c.id = s.code_id
                                                       WHERE c.short_id = '{short_id}'""")), 3)
    assert kept == 3
    shown = requests.get(f"{any_engine.url}/api/v1/dynamic/{short_id}/analytics/?timezone=America/Toronto", headers=pro, timeout=30).json()
    assert (shown["total_scans"], shown["unique_visitors"], sum(day["scans"] for day in shown["series"])) == (2, 2, 2)
    assert {"referrer": "shop.example", "scans": 1} in shown["by_referrer"] and {"device": "mobile", "scans": 1} in shown["by_device"]
    found = rows(any_engine, f"""SELECT is_bot, device, os, browser, referrer, language FROM scans s JOIN dynamic_codes c ON c.id = s.code_id
                                 WHERE c.short_id = '{short_id}' ORDER BY s.id""")
    assert found[0] == ("0", "mobile", "iPhone", "Safari", "shop.example", "fr")
    assert found[1][:2] == ("1", "bot")
    assert found[2][0] == "0"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_way_through_the_server_answers_alike(any_engine, pro, method):
    """A plain request is answered before HTTP's general machinery, one that ends its connection within it."""
    short_id = create(any_engine, pro, "https://Example.com/Menü", variants=[
        {"label": label, "destination_url": f"https://{label}.example/", "weight": 1} for label in ("a", "b", "c")
    ])
    headers = {"X_Request_Id": "mine", "Referer": "https://shop.example/", "Accept_Language": "FR-ca"}
    plain, closing = (scan(any_engine, short_id, method, Connection=word, **headers) for word in ("keep-alive", "close"))
    assert closing.headers.pop("Connection") == "close"
    assert plain.status_code == closing.status_code == 302
    for answer in (plain, closing):
        assert answer.headers.pop("Date").endswith(" GMT")
    assert dict(plain.headers) == dict(closing.headers)
    scans = 2 if method == "GET" else 0
    eventually(lambda: code(any_engine, pro, short_id)["scan_count"], scans)
    kept = rows(any_engine, f"""SELECT destination_url, variant, country, region, device, os, browser, referrer, language, visitor
                                FROM scans WHERE code_id = (SELECT id FROM dynamic_codes WHERE short_id = '{short_id}')""")
    assert len(kept) == scans and len(set(kept)) == min(scans, 1)


def test_the_very_next_scan_sees_a_change(any_engine, pro):
    short_id = create(any_engine, pro)
    for number in range(20):
        change(any_engine, pro, short_id, destination_url=f"https://example.com/{number}")
        assert scan(any_engine, short_id).headers["Location"] == f"https://example.com/{number}"
    change(any_engine, pro, short_id, is_active=False)
    paused = scan(any_engine, short_id)
    assert (paused.status_code, paused.headers["Location"]) == (302, f"{any_engine.url}/q/{short_id}/paused/")
    change(any_engine, pro, short_id, is_active=True)
    assert scan(any_engine, short_id).headers["Location"] == "https://example.com/19"
    requests.delete(f"{any_engine.url}/api/v1/dynamic/{short_id}/", headers=pro, timeout=30)
    assert scan(any_engine, short_id).status_code == 410


def test_a_paused_code_leads_below_the_whole_scan_url(own_studio):
    own_studio.settings["QRSTUDIO_SCAN_URL"] = "https://qr.example/codes"
    own_studio.start()
    owner = own_studio.sign_up("pro")
    short_id = create(own_studio, owner)
    change(own_studio, owner, short_id, is_active=False)
    assert scan(own_studio, short_id).headers["Location"] == f"https://qr.example/codes/q/{short_id}/paused/"


def test_the_very_next_scan_sees_that_an_account_is_gone(own_studio):
    own_studio.start()
    for number in range(3):
        account = {"email": f"gone{number}@example.com", "password": "correct horse battery staple", "name": "Ada"}
        signed_up = requests.post(f"{own_studio.url}/api/auth/signup/", json=account, timeout=30).json()
        owner = {"Authorization": f"Bearer {signed_up['access']}"}
        short_id = create(own_studio, owner)
        assert scan(own_studio, short_id).status_code == 302
        erased = requests.delete(f"{own_studio.url}/api/auth/me/", json={"current_password": account["password"]}, headers=owner, timeout=30)
        assert erased.status_code == 204, erased.text
        assert scan(own_studio, short_id).status_code == 410


def test_pages_say_what_is_the_matter(any_engine, pro):
    short_id = create(any_engine, pro)
    for path, status, english, french in [
        (f"/q/{short_id}/paused/", 200, "taking a break", "fait une pause"),
        ("/q/AAAAAAAA/", 404, "There is no such code", "n’existe pas"),
        ("/q/nonsense-and-more/", 404, "There is no such code", "n’existe pas"),
        ("/q/", 404, "There is no such code", "n’existe pas"),
    ]:
        for language, words in [("en", english), ("fr-CA,fr;q=0.9", french)]:
            page = requests.get(any_engine.url + path, headers={"Accept-Language": language}, timeout=30)
            assert page.status_code == status
            assert words in page.text and f'<html lang="{language[:2]}">' in page.text
            assert "<script" not in page.text and "noindex" in page.text
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    refused = requests.post(f"{any_engine.url}/q/{short_id}/", timeout=30)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
    assert refused.json() == {"detail": 'Method "POST" not allowed.'}


def test_a_blocked_destination_stops_within_a_second(any_engine, pro):
    host = f"{uuid.uuid4().hex}.example"
    short_id = create(any_engine, pro, f"https://{host}/")
    assert scan(any_engine, short_id).status_code == 302
    any_engine.admin("block", host)
    eventually(lambda: scan(any_engine, short_id).status_code, 451, 5)
    any_engine.admin("unblock", host)
    eventually(lambda: scan(any_engine, short_id).status_code, 302, 5)


def test_a_visitor_keeps_the_variant(any_engine, pro):
    variants = [{"label": label, "destination_url": f"https://{label}.example/", "weight": 1} for label in ("a", "b")]
    short_id = create(any_engine, pro, variants=variants)
    seen = {}
    for number in range(40):
        agent = f"{PHONE} Number/{number}"
        places = {scan(any_engine, short_id, User_Agent=agent).headers["Location"] for _ in range(3)}
        assert len(places) == 1
        seen[number] = places.pop()
    assert set(seen.values()) == {"https://a.example/", "https://b.example/"}


def test_a_drain_leaves_no_scan_behind(own_studio):
    own_studio.start()
    owner = own_studio.sign_up("enterprise")
    short_id = create(own_studio, owner)
    for number in range(50):
        scan(own_studio, short_id, User_Agent=f"{PHONE} {number}")
    assert own_studio.stop() == 0, own_studio.log_text()
    assert rows(own_studio, "SELECT scan_count FROM scan_counts") == [("50",)]
    journals = list((own_studio.directory / "data" / "journal").rglob("*.scans"))
    assert journals == []


def test_no_address_of_a_visitor_is_kept(own_studio):
    own_studio.settings["QRSTUDIO_TRUSTED_PROXIES"] = "127.0.0.0/8"
    own_studio.settings["QRSTUDIO_METRICS_LISTEN"] = f"127.0.0.1:{free_port()}"
    own_studio.start()
    owner = own_studio.sign_up("enterprise")
    owner |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    short_id = create(own_studio, owner)
    addresses = ["203.0.113.77", "2001:db8:77:66:55:44:33:22"]
    for address in addresses:
        for connection in ("keep-alive", "close"):
            seen = {"X_Forwarded_For": address, "X_Forwarded_Proto": "https", "Connection": connection}
            assert scan(own_studio, short_id, **seen).status_code == 302
        # Nobody's code, looked for: counted by address, in memory.
        assert scan(own_studio, "AAAAAAAA", X_Forwarded_For=address, X_Forwarded_Proto="https").status_code == 404
    in_journal = own_studio.stored()
    eventually(lambda: code(own_studio, owner, short_id)["scan_count"], 4)
    assert rows(own_studio, "SELECT count(DISTINCT visitor) FROM scans") == [("2",)]
    kept = in_journal + own_studio.stored() + own_studio.log_text().encode() + own_studio.ask_metrics("/metrics").content
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        packed = socket.inet_pton(family, address)
        for form in (address.encode(), packed, packed.hex().encode(), packed.hex().upper().encode()):
            assert form not in kept, form


def test_short_ids_cannot_be_walked(own_studio):
    own_studio.start()
    owner = own_studio.sign_up("pro")
    known = create(own_studio, owner)
    assert scan(own_studio, known).status_code == 302
    statuses = [scan(own_studio, f"Walk{number:04}").status_code for number in range(130)]
    assert statuses[:50] == [404] * 50 and statuses[-1] == 429
    # What this node knows is redirected nevertheless, and it knows what it has made.
    assert scan(own_studio, known).status_code == 302
    assert scan(own_studio, create(own_studio, owner)).status_code == 302


@pytest.mark.parametrize("durability", ["process", "fsync"])
def test_two_nodes_share_what_they_see(tmp_path, databases, durability):
    database = databases.url("postgres")
    nodes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        node = Studio(tmp_path / name, database)
        node.settings["QRSTUDIO_SECRET_KEY"] = "a secret that both nodes have, and nobody else"
        node.settings["QRSTUDIO_SCAN_DURABILITY"] = durability
        nodes.append(node)
    try:
        one, two = (node.start() for node in nodes)
        owner = one.sign_up("enterprise")
        short_id = create(one, owner)
        for node in (one, two, one, two):
            assert scan(node, short_id).headers["Location"] == "https://example.com/menu"
        change(one, owner, short_id, destination_url="https://example.com/new")
        assert scan(one, short_id).headers["Location"] == "https://example.com/new"
        eventually(lambda: scan(two, short_id, "HEAD").headers["Location"], "https://example.com/new", 3)
        eventually(lambda: code(two, owner, short_id)["scan_count"], 5)
        # One visitor, whom both have seen.
        visitors = rows(one, "SELECT CAST(SUM(visitors) AS BIGINT) FROM scan_rollups")
        assert visitors == [("1",)]
    finally:
        for node in nodes:
            if node.process and node.process.poll() is None:
                node.kill()
