"""Phones that scan codes, and what is kept of their scans."""

import http.client
import random
import sqlite3
import subprocess
import threading
import time
import uuid

import requests

from studio import Studio

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def create(studio: Studio, owner: dict, destination: str = "https://example.com/menu", **fields) -> str:
    body = {"name": "Menu", "destination_url": destination} | fields
    answer = requests.post(f"{studio.url}/api/v1/dynamic/", json=body, headers=owner, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()["short_id"]


def code(studio: Studio, owner: dict, short_id: str) -> dict:
    return requests.get(f"{studio.url}/api/v1/dynamic/{short_id}/", headers=owner, timeout=30).json()


def change(studio: Studio, owner: dict, short_id: str, **fields) -> None:
    answer = requests.patch(f"{studio.url}/api/v1/dynamic/{short_id}/", json=fields, headers=owner, timeout=30)
    assert answer.status_code == 200, answer.text


def scan(studio: Studio, short_id: str, method: str = "GET", **headers) -> requests.Response:
    headers = {"User-Agent": PHONE} | {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, f"{studio.url}/q/{short_id}/", headers=headers, allow_redirects=False, timeout=30)


def eventually(look, wanted, seconds: float = 20):
    """What `look` returns once it is what is wanted."""
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted:
        assert time.monotonic() < deadline, f"{found!r} instead of {wanted!r}"
        time.sleep(0.05)
    return found


def rows(studio: Studio, sql: str) -> list[tuple[str, ...]]:
    """What a statement finds, as text, on either engine."""
    if studio.database:
        done = subprocess.run(["psql", "-w", "-qXAt", "-F", "\t", studio.database, "-c", sql], check=True, capture_output=True, text=True)
        return [tuple(line.split("\t")) for line in done.stdout.splitlines()]
    with sqlite3.connect(studio.directory / "data" / "qrstudio.db") as database:
        return [tuple(str(value) for value in row) for row in database.execute(sql)]


class Crowd:
    """Sixteen phones that scan a code as fast as they can, each time coming from a host of its own."""

    def __init__(self, short_id: str):
        self.short_id = short_id
        self.answered: list[str] = []
        self.cut: set[str] = set()
        self.in_flight: set[str] = set()
        self.wrong: list[int] = []
        self.guard = threading.Lock()
        self.phones: list[threading.Thread] = []

    def go(self, *nodes: Studio) -> "Crowd":
        """Sets them off; each ends when its node does."""
        self.phones = [threading.Thread(target=self.scan, args=(nodes[number % len(nodes)],), daemon=True) for number in range(16)]
        for phone in self.phones:
            phone.start()
        return self

    def scan(self, node: Studio) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=120)
        while True:
            host = f"{uuid.uuid4().hex}.example"
            with self.guard:
                self.in_flight.add(host)
            try:
                connection.request("GET", f"/q/{self.short_id}/", headers={"User-Agent": PHONE, "Referer": f"https://{host}/"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                with self.guard:
                    self.in_flight.discard(host)
                    self.cut.add(host)
                return
            with self.guard:
                self.in_flight.discard(host)
                self.answered.append(host)
                if answer.status != 302:
                    self.wrong.append(answer.status)

    def wait(self, scans: int) -> None:
        """Returns once so many more were answered, at a random moment with at least eight in flight."""
        enough = len(self.answered) + scans + random.randrange(scans // 2)
        while len(self.answered) < enough or len(self.in_flight) < 8:
            assert any(phone.is_alive() for phone in self.phones), "every phone has given up"
            time.sleep(0.001)

    def join(self) -> None:
        for phone in self.phones:
            phone.join()
        assert self.wrong == []

    def is_kept_once_each(self, studio: Studio, owner: dict) -> None:
        """Whoever was answered is kept, exactly once; whoever was cut off may be; nobody else is."""
        def kept() -> list[str]:
            return [row[0] for row in rows(studio, "SELECT referrer FROM scans")]

        eventually(lambda: set(self.answered) - set(kept()), set(), 90)
        found = kept()
        assert len(found) == len(set(found))
        assert set(found) <= set(self.answered) | self.cut
        eventually(lambda: code(studio, owner, self.short_id)["scan_count"], len(found))
