"""Jobs: batches that nobody waits for, through crashes, cancellations and other nodes."""

import contextlib
import signal
import threading
import time
import uuid

import pytest
import requests

import archives
from studio import Studio
from test_bulk import BULK, DYNAMIC, MIB, post, spooled, urls, used

SLOW = {"size_inches": 15, "dpi": 600, "gradient_from": "#0B3D91", "gradient_to": "#7A1FA2"}


def queue(studio: Studio, key: str, items, **headers) -> str:
    answer = post(studio, key, items, Prefer="respond-async, wait=10", **headers)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}/" and answer.headers["Preference-Applied"] == "respond-async"
    assert list(job) == ["id", "status", "done", "total", "result_url", "errors", "expires_at"]
    assert (job["status"], job["done"], job["total"], job["result_url"], job["errors"]) == ("queued", 0, len(items), None, None)
    return job["id"]


def ask(studio: Studio, key: str, job: str, method="GET", path="") -> requests.Response:
    return requests.request(method, f"{studio.url}/api/v1/jobs/{job}/{path}", headers={"X-Api-Key": key}, timeout=60)


def wait(studio: Studio, key: str, job: str, seconds=60, until=("done", "failed"), done=0) -> dict:
    deadline = time.monotonic() + seconds
    while True:
        answer = ask(studio, key, job).json()
        if answer["status"] in until and answer["done"] >= done:
            return answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.02)


@contextlib.contextmanager
def slowed(studio: Studio):
    """The node runs a third of the time: a fast machine would be done before it has told how far it is, once a second."""
    over = threading.Event()

    def hold():
        while not over.is_set():
            studio.process.send_signal(signal.SIGSTOP)
            over.wait(0.03)
            studio.process.send_signal(signal.SIGCONT)
            over.wait(0.015)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        yield
    finally:
        over.set()
        holder.join()


def test_a_job_is_asked_for_until_it_is_done(any_engine):
    key, stranger = any_engine.new_key("starter"), any_engine.new_key("starter")
    items = [*urls(20), DYNAMIC]
    job = queue(any_engine, key, items)
    done = wait(any_engine, key, job)
    assert (done["status"], done["done"], done["total"], done["errors"]) == ("done", 21, 21, None)
    assert done["result_url"] == f"{any_engine.url}/api/v1/jobs/{job}/result/"
    assert used(any_engine, key) == 21 and any_engine.usage(key)["active_dynamic_qrs"] == 1
    for _ in range(2):
        result = requests.get(done["result_url"], headers={"X-Api-Key": key}, timeout=60)
        assert result.headers["Content-Disposition"] == 'attachment; filename="qrstudio-bulk-21.zip"'
        assert result.headers["Content-Length"] == str(len(result.content))
        pictures, manifest = archives.split(result.content)
        assert len(pictures) == 21 and manifest["plan"] == "starter"
    scanned = requests.get(manifest["items"][20]["public_url"], allow_redirects=False, timeout=30)
    assert scanned.headers["Location"] == "https://example.com/menu"
    # The workspace's other keys may ask, strangers find nothing, and nothing is found under other names.
    for method, path in (("GET", ""), ("GET", "result/"), ("DELETE", "")):
        assert ask(any_engine, stranger, job, method, path).json() == {"detail": "Not found."}
        assert ask(any_engine, key, "0" * 32, method, path).status_code == 404
        assert ask(any_engine, key, "x", method, path).status_code == 404
    assert ask(any_engine, key, job, "DELETE").status_code == 204
    assert ask(any_engine, key, job).status_code == 404 and ask(any_engine, key, job, path="result/").status_code == 404
    assert not [path for path in spooled(any_engine) if job in path.name]
    assert used(any_engine, key) == 21


def test_what_is_wrong_is_told_at_once_and_what_turns_out_later_in_the_job(any_engine):
    key = any_engine.new_key("starter")
    wrong = post(any_engine, key, [{}], Prefer="respond-async")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["0"])
    assert post(any_engine, key, urls(51), Prefer="respond-async").status_code == 400
    job = queue(any_engine, key, urls(2, logo_url="http://127.0.0.1/logo.png"))
    failed = wait(any_engine, key, job)
    text = "refusing to fetch 127.0.0.1: resolves to private/internal IP 127.0.0.1"
    assert (failed["status"], failed["errors"]) == ("failed", {"errors": {"0": text, "1": text}, "rendered_before_failure": 0})
    result = ask(any_engine, key, job, path="result/")
    assert (result.status_code, result.json()) == (409, {"detail": "This job has failed: there is no archive."})
    assert used(any_engine, key) == 0


def test_the_same_key_makes_one_job(any_engine):
    key, name = any_engine.new_key("enterprise"), str(uuid.uuid4())
    job = queue(any_engine, key, urls(3), Idempotency_Key=name)
    again = post(any_engine, key, urls(3), Prefer="respond-async", Idempotency_Key=name)
    assert (again.status_code, again.json()["id"], again.headers["Idempotent-Replayed"]) == (202, job, "true")
    wait(any_engine, key, job)
    assert used(any_engine, key) == 3


def test_ten_jobs_wait_and_one_that_is_cancelled_costs_nothing(own_studio):
    own_studio.start()
    key = own_studio.new_key("enterprise")
    jobs = [queue(own_studio, key, urls(1000, **SLOW)) for _ in range(10)]
    over = post(own_studio, key, urls(1), Prefer="respond-async")
    assert (over.status_code, over.json()) == (429, {"detail": "This workspace has 10 unfinished jobs. Wait for one of them, or cancel one."})
    running = wait(own_studio, key, jobs[0], until=("running",), done=5)
    assert running["done"] < 1000
    early = ask(own_studio, key, jobs[0], path="result/")
    assert (early.status_code, early.json()) == (409, {"detail": "This job is running: its archive is there when it is done."})
    for job in jobs:
        assert ask(own_studio, key, job, "DELETE").status_code == 204
    deadline = time.monotonic() + 10
    while files := [path for path in spooled(own_studio) if path.parent.name == "jobs"]:
        assert time.monotonic() < deadline, files
        time.sleep(0.05)
    assert used(own_studio, key) == 0
    done = wait(own_studio, key, queue(own_studio, key, urls(2)))
    assert done["status"] == "done"
    assert own_studio.stop() == 0, own_studio.log_text()


def test_a_job_goes_on_after_kill_and_after_a_restart(own_studio):
    own_studio.start()
    key = own_studio.new_key("enterprise")
    items = [*urls(160, **SLOW), *[DYNAMIC | SLOW] * 4]
    with slowed(own_studio):
        job = queue(own_studio, key, items)
        wait(own_studio, key, job, until=("running",), done=30)
    own_studio.kill()
    [part] = [path for path in spooled(own_studio) if path.parent.name == "jobs"]
    assert part.stat().st_size > MIB // 4
    own_studio.start()
    # Until the dead worker's time has passed nobody touches what it has left; then it goes on behind it.
    with slowed(own_studio):
        wait(own_studio, key, job, until=("running",), done=60)
    assert own_studio.stop() == 0, own_studio.log_text()
    own_studio.start()
    began = time.monotonic()
    done = wait(own_studio, key, job, until=("done", "failed"))
    # Given back, not taken for dead.
    assert done["status"] == "done" and time.monotonic() - began < 60
    assert used(own_studio, key) == 164 and own_studio.usage(key)["active_dynamic_qrs"] == 4
    result = requests.get(done["result_url"], headers={"X-Api-Key": key}, timeout=60)
    pictures, manifest = archives.split(result.content)
    assert len(pictures) == 164
    # What stood there before the crash was not drawn again.
    assert [line["cache"] for line in manifest["items"][:30]] == ["HIT"] * 30
    for number in (0, 29, 31, 159):
        assert pictures[f"qr-{number + 1:04}.png"] == own_studio.generate(key, **items[number]).content
    for line in manifest["items"][160:]:
        scanned = requests.get(line["public_url"], allow_redirects=False, timeout=30)
        assert scanned.headers["Location"] == "https://example.com/menu"
    assert own_studio.stop() == 0, own_studio.log_text()


def test_another_node_takes_a_job_over_and_hands_out_its_archive(tmp_path, databases):
    database = databases.url("postgres")
    directories = [tmp_path / name for name in ("one", "two")]
    for directory in directories:
        directory.mkdir()
    one, two = (Studio(directory, database) for directory in directories)
    for studio in (one, two):
        studio.settings |= {"QRSTUDIO_SECRET_KEY": "a secret that both nodes have, and nobody else", "QRSTUDIO_SCAN_URL": "https://qr.example.com"}
    one.start()
    try:
        key = one.new_key("enterprise")
        with slowed(one):
            job = queue(one, key, [*urls(100, **SLOW), DYNAMIC])
            wait(one, key, job, until=("running",), done=10)
        one.kill()
        two.start()
        done = wait(two, key, job)
        assert done["status"] == "done" and used(two, key) == 101
        first = ask(two, key, job, path="result/").content
        # The first is back, and has no archive of it: it draws it again, and charges nothing.
        one.start()
        second = ask(one, key, job, path="result/")
        assert second.status_code == 200, second.text
        assert archives.split(second.content)[0] == archives.split(first)[0]
        assert used(one, key) == 101 and one.usage(key)["active_dynamic_qrs"] == 1
    finally:
        for studio in (one, two):
            if studio.process and studio.process.poll() is None:
                assert studio.stop() == 0, studio.log_text()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_a_job_is_to_do_is_stored_encrypted(engine, tmp_path, databases):
    studio = Studio(tmp_path, databases.url(engine)).start()
    try:
        key = studio.new_key("enterprise")
        secret = f"correct-horse-{uuid.uuid4().hex}"
        items = [{"data_type": "wifi", "payload": {"ssid": "Guests", "password": secret}, "size_inches": 1}]
        job = queue(studio, key, items)
        assert wait(studio, key, job)["status"] == "done"
        stored = studio.stored()
        assert secret.encode() not in stored and secret.encode().hex().encode() not in stored
    finally:
        assert studio.stop() == 0, studio.log_text()


def test_an_unknown_preference_is_no_job(any_engine):
    answer = post(any_engine, any_engine.new_key("starter"), urls(1), Prefer="wait=10")
    assert answer.status_code == 200 and BULK
