"""Receivers of webhooks that do as they are told, and notice when two deliveries of one event overlap."""

import contextlib
import queue
import select
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Arrival:
    """A delivery as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Behaviour:
    """How a path answers."""

    #: First to last; the last one again and again.
    statuses: list[int] = field(default_factory=lambda: [200])
    body: bytes = b"thanks"
    headers: dict[str, str] = field(default_factory=dict)
    #: Held back until then, or for so long.
    until: threading.Event | None = None
    seconds: float = 0.0
    #: Bytes come one by one, and never end.
    drips: bool = False


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


class Receiver:
    """A receiver with a behaviour for each path; unknown paths say 200 at once."""

    def __init__(self, certificate: Path | None = None):
        self.behaviours: dict[str, Behaviour] = {}
        self.overlaps: list[tuple[str, str]] = []
        self.arrivals: queue.Queue[Arrival] = queue.Queue()
        self.seen: dict[str, list[str]] = {}
        self._lock = threading.Lock()
        self._under_way: set[tuple[str, str]] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.take(self)

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_) -> None:
        for behaviour in self.behaviours.values():
            if behaviour.until:
                behaviour.until.set()
        self.server.shutdown()
        self.server.server_close()

    def take(self, request: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.rfile.read(int(headers["content-length"]))
        arrival = Arrival(request.path, headers, body)
        with self.once(arrival):
            behaviour = self.behaviours.get(request.path, Behaviour())
            with self._lock:
                self.seen.setdefault(request.path, []).append(arrival.event)
                status = behaviour.statuses[0] if len(behaviour.statuses) == 1 else behaviour.statuses.pop(0)
            self.arrivals.put(arrival)
            with contextlib.suppress(OSError):
                self.answer(request, behaviour, status)

    @contextlib.contextmanager
    def once(self, arrival: Arrival) -> Iterator[None]:
        """Notes whether the same event is under way to the same path."""
        key = (arrival.path, arrival.event)
        with self._lock:
            if key in self._under_way:
                self.overlaps.append(key)
            self._under_way.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(key)

    @staticmethod
    def answer(request: BaseHTTPRequestHandler, behaviour: Behaviour, status: int) -> None:
        # Whoever has hung up is not told anything any more: that delivery is over.
        while behaviour.until and not behaviour.until.wait(0.02):
            if select.select([request.connection], [], [], 0)[0]:
                return
        time.sleep(behaviour.seconds)
        request.send_response(status)
        for name, value in behaviour.headers.items():
            request.send_header(name, value)
        if behaviour.drips:
            request.end_headers()
            while True:
                request.wfile.write(b".")
                time.sleep(0.2)
        request.send_header("Content-Length", str(len(behaviour.body)))
        request.end_headers()
        request.wfile.write(behaviour.body)

    def next(self, seconds: float = 30) -> Arrival:
        """The next delivery; waits for it."""
        return self.arrivals.get(timeout=seconds)

    def events(self, path: str) -> list[str]:
        """The events that have come to a path, repeats as often as they came."""
        with self._lock:
            return list(self.seen.get(path, []))

    def wait_for(self, path: str, count: int, seconds: float = 60) -> list[str]:
        """Waits until so many different events have come to a path."""
        deadline = time.monotonic() + seconds
        while len(set(self.events(path))) < count:
            left = deadline - time.monotonic()
            assert left > 0, f"{len(set(self.events(path)))} of {count} events came to {path}"
            with contextlib.suppress(queue.Empty):
                self.arrivals.get(timeout=left)
        return self.events(path)
