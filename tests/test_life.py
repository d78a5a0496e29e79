"""Life and death of the service: `kill -9`, drains, slow clients, damaged files, taken ports."""

import os
import pty
import re
import socket
import stat
import subprocess
import threading
import time
import uuid

import pytest
import requests

from studio import BINARY, Studio, clean_environment, run


def render_as(studio: Studio, key: str, name: str) -> requests.Response:
    """A render that may be sent again."""
    return requests.post(f"{studio.url}/api/v1/generate/", json={"data": name, "size_inches": 1}, timeout=30,
                         headers={"X-Api-Key": key, "Idempotency-Key": name})


def test_kill_charges_exactly_what_was_or_can_still_be_answered(own_studio):
    """After `kill -9`, what is charged is what clients have seen and what a replay still shows them, no more and no less."""
    own_studio.start()
    key = own_studio.new_key("enterprise")
    answered, unanswered = [], []
    enough = threading.Event()

    def work():
        while True:
            name = str(uuid.uuid4())
            try:
                assert render_as(own_studio, key, name).status_code == 200
            except requests.RequestException:
                unanswered.append(name)
                return
            answered.append(name)
            if len(answered) > 60:
                enough.set()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    own_studio.kill()
    for thread in threads:
        thread.join()
    own_studio.start()
    used = own_studio.usage(key)["used_this_month"]
    replays = [render_as(own_studio, key, name) for name in unanswered]
    # Whose commit had not happened is drawn now, or waits for the end of the first one's time.
    assert {answer.status_code for answer in replays} <= {200, 409}
    replayed = sum("Idempotent-Replayed" in answer.headers for answer in replays)
    assert used == len(answered) + replayed
    for name in answered[-20:]:
        assert render_as(own_studio, key, name).headers["Idempotent-Replayed"] == "true"


def test_kill_loses_no_charge_of_requests_without_a_name(own_studio):
    """Charges that are committed in groups: every answered picture is charged; at most those in flight are beside them."""
    own_studio.start()
    key = own_studio.new_key("enterprise")
    clients, answered = 8, []
    enough = threading.Event()

    def render():
        while True:
            try:
                if own_studio.generate(key, data="https://example.com", size_inches=1).status_code == 200:
                    answered.append(1)
            except requests.RequestException:
                return
            if len(answered) > 60:
                enough.set()

    threads = [threading.Thread(target=render) for _ in range(clients)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    own_studio.kill()
    for thread in threads:
        thread.join()
    own_studio.start()
    used = own_studio.usage(key)["used_this_month"]
    assert len(answered) <= used <= len(answered) + clients


def test_kill_never_makes_one_key_twice(own_studio):
    """A key that is asked for until it is answered stands there once, and nowhere in the database in the clear."""
    own_studio.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    own_studio.start()
    body = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada"}
    owner = {"Authorization": f"Bearer {requests.post(f'{own_studio.url}/api/auth/signup/', json=body, timeout=30).json()['access']}"}
    url = f"{own_studio.url}/api/v1/keys/"
    made: dict[str, str] = {}
    enough = threading.Event()

    def insist():
        for _ in range(15):
            name, deadline = str(uuid.uuid4()), time.monotonic() + 90
            while name not in made:
                assert time.monotonic() < deadline, f"{name} was never answered"
                try:
                    answer = requests.post(url, json={"name": name}, headers=owner | {"Idempotency-Key": name}, timeout=30)
                except requests.RequestException:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 201:
                    made[name] = answer.json()["raw_key"]
                else:
                    assert answer.status_code == 409, answer.text
                    time.sleep(int(answer.headers["Retry-After"]))
            if len(made) > 40:
                enough.set()

    threads = [threading.Thread(target=insist) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    own_studio.kill()
    own_studio.start()
    for thread in threads:
        thread.join()
    listed = requests.get(url, headers=owner, timeout=30).json()["keys"]
    assert sorted(key["name"] for key in listed) == sorted(made)
    for raw in list(made.values())[:10]:
        assert own_studio.usage(raw)["key_prefix"] == raw[:12]
    stored = own_studio.stored()
    for raw in made.values():
        assert raw[:12].encode() in stored
        assert raw.encode() not in stored and raw.encode().hex().encode() not in stored


def test_kill_never_makes_one_idempotency_key_pay_twice(own_studio):
    """Whoever sends a request again until it is answered pays once, whenever the server died."""
    own_studio.start()
    key = own_studio.new_key("enterprise")
    answers: dict[str, bytes] = {}
    enough = threading.Event()

    def insist():
        for _ in range(30):
            name, status = str(uuid.uuid4()), 0
            deadline = time.monotonic() + 90
            while status != 200:
                assert time.monotonic() < deadline, f"{name} was never answered"
                try:
                    answer = render_as(own_studio, key, name)
                except requests.RequestException:
                    time.sleep(0.05)
                    continue
                status = answer.status_code
                if status == 409:
                    assert answer.json() == {"detail": "A request with this Idempotency-Key is still in progress."}
                    time.sleep(int(answer.headers["Retry-After"]))
            answers[name] = answer.content
            if len(answers) > 40:
                enough.set()

    threads = [threading.Thread(target=insist) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    own_studio.kill()
    own_studio.start()
    for thread in threads:
        thread.join()
    assert len(answers) == own_studio.usage(key)["used_this_month"] == 8 * 30
    for name, picture in list(answers.items())[:20]:
        again = render_as(own_studio, key, name)
        assert (again.status_code, again.headers["Idempotent-Replayed"], again.content) == (200, "true", picture)
    assert own_studio.usage(key)["used_this_month"] == 8 * 30


@pytest.mark.parametrize("remaining", [7, 100])
def test_parallel_requests_against_few_remaining_are_counted_exactly(own_studio, remaining):
    """n at once against r: min(n, r) succeed, whether they are committed in groups, kept for a retry, or carry a dynamic code."""
    # It is the quota that refuses here, not the limit on requests a minute.
    own_studio.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    own_studio.start()
    key = own_studio.new_key("enterprise", "ada@example.com")
    own_studio.admin("set-quota", "ada@example.com", str(remaining))
    plain = {"data": "x", "size_inches": 1}
    dynamic = {"data_type": "dynamic", "size_inches": 1, "payload": {"name": "x", "destination_url": "https://example.com/"}}
    kinds = [(plain, False), (plain, True), (dynamic, False), (dynamic, True)]
    statuses, start = [], threading.Barrier(24)

    def render(number):
        fields, is_named = kinds[number % 4]
        headers = {"X-Api-Key": key} | ({"Idempotency-Key": str(number)} if is_named else {})
        start.wait()
        statuses.append(requests.post(f"{own_studio.url}/api/v1/generate/", json=fields, headers=headers, timeout=30).status_code)

    threads = [threading.Thread(target=render, args=[number]) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paid = min(24, remaining)
    assert sorted(statuses) == [200] * paid + [429] * (24 - paid)
    assert own_studio.usage(key)["used_this_month"] == paid


def test_a_drain_finishes_what_is_in_flight(own_studio):
    own_studio.start()
    key = own_studio.new_key()
    body = b'{"data": "https://example.com", "size_inches": 1}'
    with socket.create_connection(("127.0.0.1", own_studio.port)) as client:
        client.sendall(
            f"POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:10]
        )
        wait_until(lambda: established(own_studio.port) >= 1)
        own_studio.process.terminate()
        wait_until(lambda: refused(own_studio.port))
        client.sendall(body[10:])
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
    assert own_studio.process.wait(timeout=40) == 0


def test_a_second_server_starts_while_the_first_drains(own_studio, tmp_path):
    own_studio.start()
    with socket.create_connection(("127.0.0.1", own_studio.port)) as client:
        client.sendall(b"POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\n")
        own_studio.process.terminate()
        wait_until(lambda: refused(own_studio.port))
        second = Studio(own_studio.directory)
        second.port, second.url, second.settings = own_studio.port, own_studio.url, own_studio.settings
        second.start()
        assert second.stop() == 0


def test_a_client_that_never_ends_its_headers_is_cut_off(studio):
    with socket.create_connection(("127.0.0.1", studio.port)) as client:
        client.sendall(b"POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        client.settimeout(20)
        began = time.monotonic()
        while client.recv(4096):
            pass
        # The bound is 10 s; this only tells that the server, not the test, ended it.
        assert time.monotonic() - began > 5


def test_a_damaged_database_is_named_and_left_alone(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    own = Studio(tmp_path).start()
    own.stop()
    files = [path for path in data.iterdir() if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    assert len(files) == 1
    files[0].write_bytes(b"this is not a database, " * 200)
    before = files[0].read_bytes()
    done = run("serve", env=own.settings)
    assert done.returncode == 1
    assert files[0].name in done.stderr.decode() and b"panicked" not in done.stderr
    assert files[0].read_bytes() == before


def test_a_taken_port_is_named(studio, tmp_path):
    done = run("serve", env={"QRSTUDIO_LISTEN": f"127.0.0.1:{studio.port}", "QRSTUDIO_DATA_DIR": str(tmp_path / "data")})
    assert done.returncode == 1
    assert str(studio.port) in done.stderr.decode() and "QRSTUDIO_LISTEN" in done.stderr.decode()


def test_an_unusable_data_directory_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("serve", env={"QRSTUDIO_DATA_DIR": str(tmp_path / "file" / "data"), "QRSTUDIO_LISTEN": "127.0.0.1:0"})
    assert done.returncode == 1
    assert str(tmp_path / "file") in done.stderr.decode()


def test_the_database_is_for_its_owner_only(studio):
    for path in (studio.directory / "data").iterdir():
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_first_run_shows_its_key_to_a_terminal_only(tmp_path):
    """Through a pipe there is no key, through a terminal there is one, once, and it works."""
    first = Studio(tmp_path / "pipe")
    first.directory.mkdir()
    first.start().stop()
    assert "smk_" not in first.log_text()

    shown = Studio(tmp_path / "terminal")
    shown.directory.mkdir()
    terminal, end = pty.openpty()
    shown.process = subprocess.Popen(
        [BINARY, "serve"], env=clean_environment() | shown.settings | {"TERM": "xterm"}, cwd=shown.directory,
        stdin=end, stdout=end, stderr=end,
    )
    try:
        text = b""
        while not (found := re.search(rb"smk_[A-Za-z0-9_-]{36}", text)):
            text += os.read(terminal, 4096)
        key = found[0].decode()
        wait_until(lambda: not refused(shown.port))
        assert shown.generate(key, data="https://example.com", size_inches=1).status_code == 200
        assert shown.usage(key)["plan"] == "enterprise"
    finally:
        shown.kill()


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except ConnectionError:
        return True


def established(port: int) -> int:
    """Connections that a client holds open to `port`."""
    hexadecimal = f":{port:04X}"
    with open("/proc/net/tcp") as table:
        return sum(1 for line in table if line.split()[2].endswith(hexadecimal) and line.split()[3] == "01")


def wait_until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)
