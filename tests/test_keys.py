"""Keys as their owner handles them over HTTP."""

import requests

from studio import Studio

UNKNOWN = (401, {"detail": "Invalid or revoked API key."})


def render(studio: Studio, key: str) -> requests.Response:
    return studio.generate(key, data="https://example.com", size_inches=1)


def refusal(answer: requests.Response) -> tuple[int, dict]:
    return answer.status_code, answer.json()


def test_the_life_of_a_key(any_engine):
    """Signed up, made, used, rotated, revoked: each step counts from the very next request."""
    url = f"{any_engine.url}/api/v1/keys/"
    owner = any_engine.sign_up()
    assert requests.get(url, headers=owner, timeout=30).json() == {"keys": []}

    answer = requests.post(url, json={"name": "shop"}, headers=owner, timeout=30)
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    made = answer.json()
    first = made["raw_key"]
    assert made["warning"] == "Store this key securely. It will NOT be shown again."
    assert first.startswith("smk_") and len(first) == 40 and made["key_prefix"] == first[:12]
    assert render(any_engine, first).headers["Content-Type"] == "image/png"

    rotated = requests.post(f"{url}{made['id']}/rotate/", headers=owner, timeout=30)
    assert rotated.status_code == 200 and rotated.json()["id"] == made["id"]
    second = rotated.json()["raw_key"]
    assert second != first
    assert refusal(render(any_engine, first)) == UNKNOWN
    assert render(any_engine, second).status_code == 200
    assert any_engine.usage(second)["key_used_this_month"] == 2

    # A machine must not mint keys.
    answer = requests.post(url, json={"name": "more"}, headers={"X-Api-Key": second}, timeout=30)
    assert refusal(answer) == (401, {"detail": "Authentication credentials were not provided."})

    for _ in range(2):
        assert requests.delete(f"{url}{made['id']}/", headers=owner, timeout=30).status_code == 204
    assert refusal(render(any_engine, second)) == UNKNOWN
    answer = requests.post(f"{url}{made['id']}/rotate/", headers=owner, timeout=30)
    assert refusal(answer) == (404, {"detail": "Not found."})

    (listed,) = requests.get(url, headers=owner, timeout=30).json()["keys"]
    assert listed["is_active"] is False and listed["revoked_at"] and listed["last_used_at"]
    assert first not in any_engine.log_text() and second not in any_engine.log_text()


def test_another_workspaces_key_is_not_there(any_engine):
    url = f"{any_engine.url}/api/v1/keys/"
    owner, stranger = any_engine.sign_up(), any_engine.sign_up()
    made = requests.post(url, json={"name": "shop"}, headers=owner, timeout=30).json()
    for method, tail in (("DELETE", ""), ("POST", "rotate/")):
        theirs, nobodys = (
            requests.request(method, f"{url}{number}/{tail}", headers=stranger, timeout=30)
            for number in (made["id"], 10**9)
        )
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content) == (404, b'{"detail":"Not found."}')
    assert render(any_engine, made["raw_key"]).status_code == 200


def test_a_revocation_counts_on_every_node(tmp_path, databases):
    """Two servers on one database: what one is told, the other does at once."""
    database = databases.url("postgres")
    nodes = []
    try:
        for name in ("one", "two"):
            directory = tmp_path / name
            directory.mkdir()
            node = Studio(directory, database)
            # Sessions are signed by the same secret on all nodes.
            node.settings["QRSTUDIO_SECRET_KEY"] = "a secret that both of the nodes know"
            nodes.append(node.start())
        one, two = nodes
        owner = one.sign_up()
        made = requests.post(f"{one.url}/api/v1/keys/", json={"name": "shop"}, headers=owner, timeout=30).json()
        key = made["raw_key"]
        assert render(two, key).status_code == 200
        rotated = requests.post(f"{one.url}/api/v1/keys/{made['id']}/rotate/", headers=owner, timeout=30).json()
        assert refusal(render(two, key)) == UNKNOWN
        assert render(two, rotated["raw_key"]).status_code == 200
        assert requests.delete(f"{two.url}/api/v1/keys/{made['id']}/", headers=owner, timeout=30).status_code == 204
        for node in nodes:
            assert refusal(render(node, rotated["raw_key"])) == UNKNOWN
    finally:
        for node in nodes:
            node.kill()
