#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-services.py PROGRAM: what systemd says of the units: that they are right, and that the one which collects
can do little else. Nothing is said where there is no systemd-analyze."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

EXPOSURE_MAX = 30  # tenths; systemd-pstore.service has 9.5


def analyze(*words):
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)


def check_units(folder):
    result = analyze("verify", "--man=no", *map(str, sorted(folder.iterdir())))
    said = [line for line in result.stderr.splitlines() if "pstore-fw" in line]
    assert result.returncode == 0 and not said, result.stderr


def check_exposure(folder):
    words = ["security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE_MAX}"]
    result = analyze(*words, str(folder / "pstore-fw-collect.service"))
    assert result.returncode == 0 and "Overall exposure level" in result.stdout, result.stdout + result.stderr


def main():
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze\n0 passed, 0 failed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # As installed, where the program is.
        for unit in [*ROOT.glob("services/*.service"), *ROOT.glob("services/*.timer")]:
            text = unit.read_text().replace("/usr/local/bin/pstore-fw", str(Path(sys.argv[1]).resolve()))
            (Path(folder) / unit.name).write_text(text)
        return checks.run_all([check_units, check_exposure], Path(folder))


if __name__ == "__main__":
    sys.exit(main())
