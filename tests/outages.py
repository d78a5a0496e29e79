"""A database that goes away: a line to PostgreSQL that can be cut, and a PostgreSQL that can be stopped."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from studio import free_port


class Cable:
    """A line to PostgreSQL that can be cut."""

    def __init__(self, port: int = 5432):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.is_cut = False
        self.ends: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            self.ends += [near, far]
            for one, other in [(near, far), (far, near)]:
                threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            end.close()

    def cut(self) -> None:
        self.is_cut = True
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def mend(self) -> None:
        self.is_cut = False


def initdb() -> Path | None:
    """The newest `initdb` of this machine."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    on_path = shutil.which("initdb")
    return versions[-1] if versions else on_path and Path(on_path)


class Cluster:
    """A PostgreSQL of the test's own."""

    def __init__(self, initdb: Path):
        self.control = initdb.parent / "pg_ctl"
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        # Not below pytest's directory, which PostgreSQL's user may not enter.
        self.directory = Path(tempfile.mkdtemp(prefix="qrstudio-test-cluster-"))
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")
        self.run(initdb, "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def run(self, *command) -> None:
        """PostgreSQL refuses to run as root."""
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with open(self.directory / "output", "ab") as output:
            done = subprocess.run([*prefix, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        assert done.returncode == 0, (self.directory / "output").read_text()

    def start(self) -> "Cluster":
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.directory}"
        self.run(self.control, "-D", self.data, "-w", "-t", "120", "-l", self.directory / "log", "-o", options, "start")
        return self

    def stop(self) -> None:
        """As a crash of its machine would."""
        self.run(self.control, "-D", self.data, "-w", "-t", "120", "-m", "immediate", "stop")

    def remove(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.directory)
