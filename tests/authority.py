"""Certificates of the test's own, by openssl."""

import subprocess
from pathlib import Path


class Authority:
    """A certificate authority of the test's own, by openssl."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.file = directory / "ca.pem"
        openssl(
            "req", "-x509", *NEW_KEY, "-keyout", directory / "ca.key", "-out", self.file, "-subj", "/CN=Test authority",
            "-days", "30", "-addext", "keyUsage=critical,keyCertSign", "-addext", "basicConstraints=critical,CA:TRUE",
        )

    def issue(self, into: Path, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 30) -> None:
        """Writes `cert.pem` (with its chain) and `key.pem` into a folder, the key for its owner only."""
        request, extensions, key = into / "request.pem", into / "extensions", into / "new-key.pem"
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("req", *NEW_KEY, "-keyout", key, "-out", request, "-subj", "/CN=qrstudio")
        made = openssl(
            "x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.directory / "ca.key", "-CAcreateserial",
            "-days", str(days), "-extfile", extensions,
        )
        (into / "cert.pem").write_bytes(made + self.file.read_bytes())
        key.chmod(0o600)
        key.rename(into / "key.pem")


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*arguments) -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout
