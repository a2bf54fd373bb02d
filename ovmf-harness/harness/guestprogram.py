# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Small programs for the guest, built static by the host's compiler: harness/guest/*.c."""

import subprocess
import tempfile
from pathlib import Path

from harness.initramfs import GUEST


def build(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / name
        subprocess.run(["gcc", "-O1", "-static", "-s", "-o", program, GUEST / f"{name}.c"], check=True,
                       capture_output=True)
        return program.read_bytes()
