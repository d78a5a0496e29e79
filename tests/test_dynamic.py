"""Dynamic codes as their owners handle them: made, printed, pointed elsewhere, capped, blocked."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

import decoders
from studio import Studio

MENU = {"name": "Menu", "destination_url": "https://example.com/menu"}
BLOCKED = (451, {"detail": "The operator of this service has blocked this destination."})


@pytest.fixture(scope="module")
def pro(any_engine) -> dict[str, str]:
    """Somebody on plan pro."""
    return any_engine.sign_up("pro")


def codes(studio: Studio, short_id: str = "") -> str:
    return f"{studio.url}/api/v1/dynamic/" + (f"{short_id}/" if short_id else "")


def create(studio: Studio, owner: dict, **fields) -> requests.Response:
    return requests.post(codes(studio), json=MENU | fields, headers=owner, timeout=30)


def change(studio: Studio, owner: dict, short_id: str, **fields) -> requests.Response:
    return requests.patch(codes(studio, short_id), json=fields, headers=owner, timeout=30)


def at_once(calls: list) -> list[requests.Response]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def statuses(answers: list[requests.Response]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for answer in answers:
        counts[answer.status_code] = counts.get(answer.status_code, 0) + 1
    return counts


def test_the_life_of_a_code(any_engine, pro):
    made = create(any_engine, pro, name="Menü «Mai»")
    assert made.status_code == 201 and made.headers["X-QR-Warning"] == "scan-url-is-loopback"
    code = made.json()
    short_id = code["short_id"]
    assert len(short_id) == 8 and short_id.isalnum() and short_id.isascii()
    assert code["public_url"] == f"{any_engine.url}/q/{short_id}/"
    assert code["last_scanned_at"] is None and code["is_active"] is True and code["name"] == "Menü «Mai»"
    assert requests.get(codes(any_engine, short_id), headers=pro, timeout=30).json() == code

    variants = [{"label": label, "destination_url": f"https://{label}.example/", "weight": 50} for label in ("a", "b")]
    changed = change(any_engine, pro, short_id, destination_url="https://example.com/summer", variants=variants, is_active=False).json()
    assert (changed["destination_changes_count"], changed["variants"], changed["is_active"]) == (1, variants, False)
    assert change(any_engine, pro, short_id, is_active=False).json() == changed
    page = requests.get(codes(any_engine), params={"search": "MENÜ", "is_active": "false"}, headers=pro, timeout=30).json()
    assert page == {"count": 1, "next": None, "previous": None, "results": [changed]}

    # Letter case counts.
    other = short_id.swapcase()
    assert other.isdigit() or requests.get(codes(any_engine, other), headers=pro, timeout=30).status_code == 404
    assert requests.delete(codes(any_engine, short_id), headers=pro, timeout=30).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        answer = requests.request(method, codes(any_engine, short_id), json={}, headers=pro, timeout=30)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_a_picture_carries_the_code_that_was_made_with_it(any_engine):
    key = any_engine.new_key("pro")
    fields = {"data_type": "dynamic", "size_inches": 2, "background": "white", "payload": MENU}
    headers = {"X-Api-Key": key, "Idempotency-Key": os.urandom(8).hex()}

    def ask() -> requests.Response:
        return requests.post(f"{any_engine.url}/api/v1/generate/", json=fields, headers=headers, timeout=30)

    first, again = ask(), ask()
    assert first.status_code == 200, first.text
    url = first.headers["X-QR-Public-Url"]
    assert url == f"{any_engine.url}/q/{first.headers['X-QR-Short-Id']}/"
    assert decoders.zxing(first.content) == decoders.zbar(first.content) == [url]
    assert again.content == first.content and again.headers["X-QR-Public-Url"] == url
    usage = any_engine.usage(key)
    assert (usage["used_this_month"], usage["active_dynamic_qrs"]) == (1, 1)


def test_pages_hold_still_while_codes_come_and_go(any_engine, pro):
    made = [create(any_engine, pro, name=f"Walk {number}").json()["short_id"] for number in range(9)]
    page = requests.get(codes(any_engine), params={"page_size": 4, "search": "walk"}, headers=pro, timeout=30).json()
    met = [code["short_id"] for code in page["results"]]
    create(any_engine, pro, name="Walk on")
    requests.delete(codes(any_engine, made[-1]), headers=pro, timeout=30)
    while page["next"]:
        page = requests.get(page["next"], headers=pro, timeout=30).json()
        met += [code["short_id"] for code in page["results"]]
    assert met == made[::-1]


def test_active_codes_keep_to_the_cap_however_many_are_made_at_once(any_engine):
    owner = any_engine.sign_up("starter")
    assert create(any_engine, owner).status_code == 201
    answers = at_once([lambda: create(any_engine, owner)] * 24)
    assert statuses(answers) == {201: 9, 403: 15}
    refusal = next(answer for answer in answers if answer.status_code == 403)
    assert refusal.json() == {"detail": "Plan 'starter' allows 10 active dynamic QRs. Pause one or upgrade."}
    assert requests.get(codes(any_engine), headers=owner, timeout=30).json()["count"] == 10


def test_plan_free_edits_once_however_many_ask_at_once(any_engine):
    owner = any_engine.sign_up("free")
    short_id = create(any_engine, owner).json()["short_id"]
    answers = at_once(
        [lambda number=number: change(any_engine, owner, short_id, destination_url=f"https://example.com/{number}") for number in range(12)]
    )
    assert statuses(answers) == {200: 1, 402: 11}
    refusal = next(answer for answer in answers if answer.status_code == 402)
    assert refusal.json() == {
        "detail": "Plan 'free' allows 1 destination edit per dynamic QR. This QR has been edited 1 time(s) already. Upgrade to Starter"
        " ($7/mo) or higher for unlimited edits, or buy a credit pack."
    }
    done = next(answer for answer in answers if answer.status_code == 200).json()
    assert requests.get(codes(any_engine, short_id), headers=owner, timeout=30).json() == done


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JAVASCRIPT://example.com/%0aalert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
        "//example.com", "example.com", "https://", "https://exa mple.com/", "https://example.com/\r\nLocation: https://evil.example/",
        "https://example.com/\x00", "https://example.com/\u2028x", "ftp://example.com/",
    ],
)
def test_what_is_no_destination_is_refused_everywhere(any_engine, pro, url):
    key = any_engine.new_key("pro")
    text = ["Null characters are not allowed."] if "\x00" in url else ["Enter a valid URL."]
    variant = [{"label": "A", "destination_url": "https://a.example/", "weight": 1}, {"label": "B", "destination_url": url, "weight": 1}]
    assert create(any_engine, pro, destination_url=url).json() == {"destination_url": text}
    assert create(any_engine, pro, variants=variant).json() == {"variants": {"1": {"destination_url": text}}}
    answer = any_engine.generate(key, data_type="dynamic", size_inches=2, payload={"name": "x", "destination_url": url})
    assert (answer.status_code, answer.json()) == (400, {"payload": {"destination_url": text}})


def test_a_code_cannot_lead_to_a_code(any_engine, pro):
    port = any_engine.port
    for host in ("127.0.0.1", "LOCALHOST", "localhost.", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"):
        answer = create(any_engine, pro, destination_url=f"http://{host}:{port}/q/aBc12dEf/")
        assert answer.status_code == 400 and "leads back" in answer.json()["destination_url"], host


def test_the_operator_blocks_beside_the_running_server(any_engine, pro):
    key = any_engine.new_key("pro")
    name = os.urandom(6).hex()
    short_id = create(any_engine, pro).json()["short_id"]
    url = f"https://www.{name}.example/offer"
    assert create(any_engine, pro, destination_url=url).status_code == 201
    blocked = any_engine.admin("block", f"*.{name}.EXAMPLE")
    assert blocked == {"pattern": f"*.{name}.example", "blocked": True, "changed": True}
    assert blocked["pattern"] in any_engine.admin("blocked")["patterns"]
    for answer in (
        create(any_engine, pro, destination_url=url),
        change(any_engine, pro, short_id, destination_url=url),
        any_engine.generate(key, data_type="dynamic", size_inches=2, payload={"name": "x", "destination_url": url}),
    ):
        assert (answer.status_code, answer.json()) == BLOCKED
    any_engine.admin("unblock", blocked["pattern"])
    assert change(any_engine, pro, short_id, destination_url=url).status_code == 200


def test_a_code_is_made_once_also_through_kill_9(own_studio):
    """Whoever does not know whether it worked asks again, and there is one code for each who asked."""
    own_studio.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    own_studio.start()
    owner, key = own_studio.sign_up("agency"), own_studio.new_key("agency")
    names = [f"{number}-{os.urandom(6).hex()}" for number in range(40)]

    def ask(name: str) -> requests.Response | None:
        try:
            if name.startswith(("1", "3")):
                fields = {"data_type": "dynamic", "size_inches": 1, "payload": MENU}
                return requests.post(
                    f"{own_studio.url}/api/v1/generate/", json=fields, headers={"X-Api-Key": key, "Idempotency-Key": name}, timeout=30
                )
            return requests.post(codes(own_studio), json=MENU, headers=owner | {"Idempotency-Key": name}, timeout=30)
        except requests.ConnectionError:
            return None

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(ask, name) for name in names]
        while sum(future.done() for future in first) < 15:
            pass
        own_studio.kill()
        before = {name: future.result() for name, future in zip(names, first)}
    own_studio.start()
    made = set()
    rendered = 0
    for name in names:
        answer = before[name] or ask(name)
        # What was in flight when the process died is free again after a quarter of a minute.
        while answer.status_code == 409:
            time.sleep(int(answer.headers["Retry-After"]))
            answer = ask(name)
        assert answer.status_code in (200, 201), answer.text
        rendered += answer.status_code == 200
        made.add(answer.headers.get("X-QR-Short-Id") or answer.json()["short_id"])
    assert len(made) == 40
    assert requests.get(codes(own_studio), headers=owner, timeout=30).json()["count"] == 40 - rendered
    usage = own_studio.usage(key)
    assert (usage["used_this_month"], usage["active_dynamic_qrs"]) == (rendered, rendered)


def test_nodes_share_one_cap(tmp_path, databases):
    database = databases.url("postgres")
    nodes = []
    try:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            node = Studio(tmp_path / name, database)
            node.settings["QRSTUDIO_SECRET_KEY"] = "a secret that both of the nodes know"
            nodes.append(node.start())
        owner = nodes[0].sign_up("starter")
        answers = at_once([lambda node=nodes[number % 2]: create(node, owner) for number in range(24)])
        assert statuses(answers) == {201: 10, 403: 14}
        short_id = next(answer for answer in answers if answer.status_code == 201).json()["short_id"]
        change(nodes[0], owner, short_id, name="Changed")
        assert requests.get(codes(nodes[1], short_id), headers=owner, timeout=30).json()["name"] == "Changed"
    finally:
        for node in nodes:
            node.kill()
