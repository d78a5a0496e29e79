"""Scans while something is away or dies: redirects go on, and what was answered is kept, each scan once."""

import os
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from outages import Cable, Cluster, initdb
from phones import PHONE, Crowd, code, create, eventually, rows, scan
from studio import Studio, free_port

# How often each way to die is tried; `scripts/soak redirect` asks for more.
ROUNDS = int(os.environ.get("QRSTUDIO_TEST_ROUNDS", "3"))


@pytest.fixture
def cluster() -> Cluster:
    """A PostgreSQL that the test may stop."""
    program = initdb()
    if program is None:
        pytest.skip("there is no PostgreSQL server on this machine whose initdb could make a cluster to stop")
    cluster = Cluster(program)
    yield cluster.start()
    cluster.remove()


@pytest.fixture
def nodes(tmp_path):
    """Makes nodes, each with a data directory of its own; kills those that are left."""
    made = []

    def make(database: str | None, **settings) -> Studio:
        directory = tmp_path / f"node{len(made)}"
        directory.mkdir()
        node = Studio(directory, database)
        node.settings["QRSTUDIO_SECRET_KEY"] = "a secret that all nodes have, and nobody else"
        node.settings["QRSTUDIO_METRICS_LISTEN"] = f"127.0.0.1:{free_port()}"
        node.settings |= settings
        made.append(node)
        return node

    yield make
    for node in made:
        if node.process and node.process.poll() is None:
            node.kill()


def status(node: Studio) -> str:
    return requests.get(f"{node.url}/api/status/", timeout=60).json()["status"]


def test_kill_loses_no_scan_and_counts_none_twice(own_studio):
    """Sixteen clients scan as fast as they can; after `kill -9` what was answered is in the store, each exactly once."""
    own_studio.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    own_studio.start()
    owner = own_studio.sign_up("enterprise")
    crowd = Crowd(create(own_studio, owner))
    for _ in range(ROUNDS):
        crowd.go(own_studio).wait(1_000)
        own_studio.kill()
        crowd.join()
        own_studio.start()
    crowd.is_kept_once_each(own_studio, owner)


def test_kill_of_two_nodes_loses_no_scan(nodes, databases):
    database = databases.url("postgres")
    pair = [nodes(database, QRSTUDIO_RATE_LIMITS="off").start() for _ in range(2)]
    owner = pair[0].sign_up("enterprise")
    crowd = Crowd(create(pair[0], owner))
    for _ in range(ROUNDS):
        crowd.go(*pair).wait(1_000)
        for node in pair:
            node.kill()
        crowd.join()
        for node in pair:
            node.start()
    crowd.is_kept_once_each(pair[0], owner)


def test_kill_while_postgresql_is_stopped_loses_no_scan(nodes, cluster):
    """PostgreSQL dies, then the node; the node comes back first and redirects what it knows."""
    node = nodes(cluster.url, QRSTUDIO_RATE_LIMITS="off").start()
    owner = node.sign_up("enterprise")
    crowd = Crowd(create(node, owner))
    for _ in range(ROUNDS):
        crowd.go(node).wait(300)
        cluster.stop()
        crowd.wait(400)
        node.kill()
        crowd.join()
        node.start()
        crowd.go(node).wait(300)
        eventually(lambda: status(node), "degraded")
        node.kill()
        crowd.join()
        node.start()
        cluster.start()
        eventually(lambda: status(node), "ok", 60)
    crowd.is_kept_once_each(node, owner)


def test_a_drain_under_load_loses_no_scan(own_studio):
    """After SIGTERM, whatever was answered is in the database when the process is gone."""
    own_studio.settings["QRSTUDIO_RATE_LIMITS"] = "off"
    own_studio.start()
    owner = own_studio.sign_up("enterprise")
    crowd = Crowd(create(own_studio, owner))
    for _ in range(ROUNDS):
        crowd.go(own_studio).wait(1_000)
        assert own_studio.stop() == 0, own_studio.log_text()
        crowd.join()
        kept = [row[0] for row in rows(own_studio, "SELECT referrer FROM scans")]
        assert set(crowd.answered) <= set(kept)
        own_studio.start()
    crowd.is_kept_once_each(own_studio, owner)


def test_redirects_outlive_the_database(tmp_path, databases):
    from urllib.parse import urlsplit

    url = urlsplit(databases.url("postgres"))
    cable = Cable(url.port or 5432)
    credentials, _, _ = url.netloc.rpartition("@")
    through = url._replace(netloc=f"{credentials}@127.0.0.1:{cable.port}").geturl()
    studio = Studio(tmp_path, through)
    try:
        studio.start()
        owner = studio.sign_up("enterprise")
        known, new = create(studio, owner), create(studio, owner)
        assert scan(studio, known).status_code == 302
        eventually(lambda: code(studio, owner, known)["scan_count"], 1)
        cable.cut()
        for number in range(30):
            assert scan(studio, known, User_Agent=f"{PHONE} {number}").headers["Location"] == "https://example.com/menu"
        # Nobody has scanned it; the node has made it.
        assert scan(studio, new).status_code == 302
        # It may exist.
        away = scan(studio, "Unknown1")
        assert away.status_code == 503 and "Retry-After" in away.headers
        status = eventually(lambda: requests.get(f"{studio.url}/api/status/", timeout=30).json()["status"], "degraded")
        assert status == "degraded"
        cable.mend()
        eventually(lambda: requests.get(f"{studio.url}/api/status/", timeout=30).json()["status"], "ok")
        eventually(lambda: code(studio, owner, known)["scan_count"], 31)
        eventually(lambda: scan(studio, "Unknown1").status_code, 404)
    finally:
        if studio.process and studio.process.poll() is None:
            studio.kill()


def test_a_node_starts_while_postgresql_is_away(nodes, cluster):
    node = nodes(cluster.url).start()
    owner = node.sign_up("enterprise")
    assert node.metrics()["qrstudio_database_up"] == 1
    known, new, bad = (create(node, owner, f"https://{name}.example/") for name in ("known", "new", "bad"))
    other = nodes(cluster.url).start()
    unknown = create(other, owner, "https://unknown.example/")
    other.stop()
    for short_id in (known, bad):
        assert scan(node, short_id).status_code == 302
    node.admin("block", "bad.example")
    eventually(lambda: scan(node, bad).status_code, 451)
    counted = eventually(lambda: code(node, owner, known)["scan_count"], 1)
    for end, first in ((node.kill, True), (node.stop, False)):
        end()
        cluster.stop()
        node.start()
        assert "starting without the database" in node.log_text()
        for number in range(30):
            assert scan(node, known, User_Agent=f"{PHONE} {number}").headers["Location"] == "https://known.example/"
        assert scan(node, bad).status_code == 451
        # Nobody has scanned either before; the node has made one of them.
        assert scan(node, new).status_code == 302
        assert scan(node, unknown).status_code == (503 if first else 302)
        assert requests.get(f"{node.url}/api/v1/dynamic/", headers=owner, timeout=60).status_code == 503
        assert status(node) == "degraded"
        told = node.metrics()
        assert (told["qrstudio_database_up"], told["qrstudio_codes_known"]) == (0, 3 if first else 4)
        # How far the database had taken the scans of the process before is known to the database alone.
        assert told["qrstudio_scans_pending"] >= 30
        assert node.ask_metrics("/readyz").status_code == 200
        cluster.start()
        eventually(lambda: status(node), "ok", 60)
        # Nobody has scanned the fourth code; a node learns of it all the same, once it can.
        eventually(lambda: node.metrics()["qrstudio_codes_known"], 4)
        counted = eventually(lambda: code(node, owner, known)["scan_count"], counted + 30)
        eventually(lambda: node.metrics()["qrstudio_scans_pending"], 0)
        node.admin("unblock", "bad.example")
        eventually(lambda: scan(node, bad, "HEAD").status_code, 302)
        node.admin("block", "bad.example")
        eventually(lambda: scan(node, bad, "HEAD").status_code, 451)


def test_a_node_that_knows_nothing_does_not_start_without_its_database(nodes, cluster):
    cluster.stop()
    node = nodes(cluster.url)
    with pytest.raises(AssertionError, match="cannot reach PostgreSQL"):
        node.start()
    assert node.process.returncode == 1


def test_a_refused_login_ends_the_start_of_a_node_that_has_served(nodes, databases):
    database = databases.url("postgres")
    node = nodes(database).start()
    node.kill()
    node.settings["QRSTUDIO_DATABASE_URL"] = urlsplit(database)._replace(path="/no_such_database").geturl()
    with pytest.raises(AssertionError, match="has no database"):
        node.start()


def test_a_database_that_is_held_stops_no_scan(tmp_path):
    studio = Studio(tmp_path).start()
    try:
        owner = studio.sign_up("enterprise")
        short_id = create(studio, owner)
        with sqlite3.connect(tmp_path / "data" / "qrstudio.db", isolation_level=None) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            for number in range(20):
                assert scan(studio, short_id, User_Agent=f"{PHONE} {number}").status_code == 302
            holder.execute("ROLLBACK")
        eventually(lambda: code(studio, owner, short_id)["scan_count"], 20, 40)
    finally:
        studio.kill()


# In the first way others may still read, in the second nobody may do anything.
@pytest.mark.parametrize("mode", ["NORMAL", "EXCLUSIVE"])
def test_a_node_starts_while_its_database_is_held(nodes, mode):
    node = nodes(None).start()
    owner = node.sign_up("enterprise")
    known, bad = (create(node, owner, f"https://{name}.example/") for name in ("known", "bad"))
    for short_id in (known, bad):
        assert scan(node, short_id).status_code == 302
    node.admin("block", "bad.example")
    eventually(lambda: scan(node, bad).status_code, 451)
    eventually(lambda: code(node, owner, known)["scan_count"], 1)
    node.kill()
    holder = sqlite3.connect(node.directory / "data" / "qrstudio.db", isolation_level=None)
    holder.execute(f"PRAGMA locking_mode = {mode}")
    holder.execute("BEGIN EXCLUSIVE")
    node.start()
    for number in range(20):
        assert scan(node, known, User_Agent=f"{PHONE} {number}").headers["Location"] == "https://known.example/"
    assert scan(node, bad).status_code == 451
    eventually(lambda: status(node), "degraded", 60)
    holder.execute("ROLLBACK")
    holder.close()
    eventually(lambda: status(node), "ok", 60)
    eventually(lambda: code(node, owner, known)["scan_count"], 21, 60)


@pytest.fixture
def small_disk(tmp_path) -> Path:
    """A disk of 256 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no disk to fill: this machine does not let us mount one ({mounted.stderr.strip()})")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("durability", ["process", "fsync"])
def test_a_full_disk_stops_no_redirect(nodes, small_disk, durability):
    """What the journal cannot take is lost, counted and told of; what it can take again is kept."""
    node = nodes(None, QRSTUDIO_SCAN_DURABILITY=durability, QRSTUDIO_RATE_LIMITS="off")
    (node.directory / "data").mkdir()
    (node.directory / "data" / "journal").symlink_to(small_disk)
    node.start()
    owner = node.sign_up("enterprise")
    short_id = create(node, owner)
    assert scan(node, short_id).status_code == 302
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(4096))
    redirected = 1
    # The page of the disk that the journal has begun takes some more.
    while status(node) == "ok":
        assert scan(node, short_id).status_code == 302
        redirected += 1
        assert redirected < 1_000
    for _ in range(20):
        assert scan(node, short_id).status_code == 302
    assert status(node) == "degraded"
    assert "No space left on device" in node.log_text() and "are lost" in node.log_text()
    lost = node.metrics()["qrstudio_scans_lost_total"]
    assert 21 <= lost < redirected + 20
    filler.unlink()
    for _ in range(10):
        assert scan(node, short_id).status_code == 302
    told = node.metrics()
    assert (told["qrstudio_redirects_total"], told["qrstudio_scans_lost_total"]) == (redirected + 30, lost)
    eventually(lambda: code(node, owner, short_id)["scan_count"], redirected + 30 - lost)
    full = node.ask_metrics("/api/status/").json()
    assert (full["status"], full["components"]["journal"]["status"], full["components"]["journal"]["scans_lost"]) == ("degraded", "degraded", lost)
