#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-services.py PROGRAM: what systemd says of the units: that they are right, and that the one which collects
can do little else; and systemd-pstore beside that one. What is not installed is left out, and that is said."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

EXPOSURE_MAX = 30  # tenths; systemd-pstore.service has 95

SYSTEMD_PSTORE = "/usr/lib/systemd/systemd-pstore"
SECONDS = 1709210119
EVENT = "20240229T123519Z-efi-panic1"


def run(*words):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, stdin=subprocess.DEVNULL)


class Units:
    """As installed, where the program is."""

    def __init__(self, folder, program):
        self.files = []
        for unit in sorted([*ROOT.glob("services/*.service"), *ROOT.glob("services/*.timer")]):
            self.files.append(folder / unit.name)
            self.files[-1].write_text(unit.read_text().replace("/usr/local/bin/pstore-fw", str(program)))


def check_units(subject):
    result = run("systemd-analyze", "verify", "--man=no", *subject.units.files)
    said = [line for line in result.stderr.splitlines() if "pstore-fw" in line]
    assert result.returncode == 0 and not said, result.stderr


def check_exposure(subject):
    (unit,) = [file for file in subject.units.files if file.name == "pstore-fw-collect.service"]
    result = run("systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE_MAX}", unit)
    assert result.returncode == 0 and "Overall exposure level" in result.stdout, result.stdout + result.stderr


class Machine:
    """A pstore of files, the archive of systemd-pstore, and what collect has made of both."""

    def __init__(self, folder, program):
        self.folder, self.program = folder, program
        self.store, self.archive, self.target = folder / "store", folder / "archive", folder / "target"

    def begin(self):
        for path in self.store, self.archive, self.target:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        for part in 1, 2, 3:
            name = f"dmesg-efi-{(SECONDS * 100 + part) * 1000 + 1}"
            (self.store / name).write_text(f"Panic#1 Part{part}\n<0>[    {4 - part}.0] part {part}\n")

    def systemd_pstore(self):
        result = run(SYSTEMD_PSTORE, self.store, self.archive)
        assert result.returncode == 0, result.stderr

    def collect(self, clear="crashes"):
        """The archive by the directories that hold files, of which nothing is cleared."""
        archives = sorted({path.parent for path in self.archive.glob("**/dmesg-efi-*")})
        for sources, clears in ([self.store], clear), (archives, "none"):
            words = [word for path in sources for word in ("--source", f"pstorefs:{path}")]
            settings = self.folder / "conf"
            settings.write_text(f"clear = {clears}\n")
            if words:
                result = run(self.program, "collect", "--volatile-copy", "-o", self.target, "--config", settings, *words)
                assert result.returncode == 0, result.stderr

    def assert_one_event(self):
        assert sorted(os.listdir(self.target)) == [EVENT], os.listdir(self.target)
        log = (self.target / EVENT / "dmesg.txt").read_text()
        assert log == "".join(f"<0>[    {4 - part}.0] part {part}\n" for part in (3, 2, 1)), log


def check_systemd_first(subject):
    machine = subject.machine
    machine.begin()
    machine.systemd_pstore()
    assert not os.listdir(machine.store)
    archived = sorted(machine.archive.glob("**/*"))
    for _ in range(2):
        machine.collect()
        machine.assert_one_event()
        assert sorted(machine.archive.glob("**/*")) == archived


def check_collect_first(subject):
    machine = subject.machine
    machine.begin()
    machine.collect()
    assert not os.listdir(machine.store)
    machine.systemd_pstore()
    assert not os.listdir(machine.archive)
    machine.assert_one_event()


def check_both_at_once(subject):
    """What collect has copied, and could not clear any more."""
    machine = subject.machine
    machine.begin()
    machine.collect(clear="none")
    machine.systemd_pstore()
    machine.collect()
    machine.assert_one_event()


class Subject(NamedTuple):
    units: Units
    machine: Machine


CHECKS = {
    "systemd-analyze": [check_units, check_exposure],
    SYSTEMD_PSTORE: [check_systemd_first, check_collect_first, check_both_at_once],
}


def main():
    program, possible = Path(sys.argv[1]).resolve(), []
    for needed, functions in CHECKS.items():
        if shutil.which(needed):
            possible += functions
        else:
            print(f"skipped: there is no {needed}")
    with tempfile.TemporaryDirectory() as folder:
        return checks.run_all(possible, Subject(Units(Path(folder), program), Machine(Path(folder), program)))


if __name__ == "__main__":
    sys.exit(main())
