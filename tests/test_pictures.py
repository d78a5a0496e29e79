"""The pictures of the docs are what the binary draws today."""

import subprocess
import sys

from studio import ROOT


def test_the_readme_picture_is_fresh():
    done = subprocess.run([sys.executable, ROOT / "scripts/pictures", "--check"], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
