#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-services.py PROGRAM: what systemd says of the units: that they are right, and that the one which collects
can do little else; and systemd-pstore beside that one. What is not installed is left out, and that is said."""

import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

EXPOSURE_MAX = 30  # tenths; systemd-pstore.service has 95

SYSTEMD_PSTORE = "/usr/lib/systemd/systemd-pstore"


def run(*words):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, stdin=subprocess.DEVNULL)


class Units:
    """As installed, where the program is."""

    def __init__(self, folder, program):
        self.files = []
        for unit in sorted([*ROOT.glob("services/*.service"), *ROOT.glob("services/*.socket"),
                            *ROOT.glob("services/*.timer")]):
            self.files.append(folder / unit.name)
            self.files[-1].write_text(unit.read_text().replace("/usr/local/bin/pstore-fw", str(program)))


def check_units(subject):
    result = run("systemd-analyze", "verify", "--man=no", *subject.units.files)
    said = [line for line in result.stderr.splitlines() if "pstore-fw" in line]
    assert result.returncode == 0 and not said, result.stderr


def check_exposure(subject):
    """Of those that read what others have written."""
    for unit in subject.units.files:
        if unit.name in ("pstore-fw-collect.service", "pstore-fw-receive@.service"):
            result = run("systemd-analyze", "security", "--offline=yes", "--no-pager",
                         f"--threshold={EXPOSURE_MAX}", unit)
            assert result.returncode == 0 and "Overall exposure level" in result.stdout, result.stdout + result.stderr


def check_rules(subject):
    """Each rule is one that udev can read, its labels are there, and what it starts is a unit of ours."""
    rules = (ROOT / "services/pstore-fw-kdump.rules").read_text()
    for line in rules.splitlines():
        assert line.startswith("#") or re.fullmatch(r'(\w+({\w+})?(==|!=|\+?=)"[^"]+"(, (?=\w)|$))+', line), line
    assert set(re.findall(r'GOTO="(\w+)"', rules)) == set(re.findall(r'LABEL="(\w+)"', rules))
    (unit,) = re.findall(r'RUN\+="/bin/systemctl --no-block start ([^"]+)"', rules)
    assert unit in [file.name for file in subject.units.files], unit


class Crash(NamedTuple):
    """Real ones, as the kernel showed their parts, and the store behind them."""

    files: Path
    image: Path
    kind: str  # of the image

    def unpack(self, path):
        content = self.image.read_bytes()
        path.write_bytes(lzma.decompress(content) if self.image.suffix == ".xz" else content)

    def seconds(self, name):
        number = int(name.rsplit("-", 1)[1])
        return number >> 32 if self.kind == "erst-image" else number // 100000

    def logs(self):
        """What each event is to be called, and its log."""
        parts = {}
        for path in self.files.iterdir():
            line, text = path.read_bytes().split(b"\n", 1)
            reason, count, part = re.fullmatch(rb"(\w+)#(\d+) Part(\d+)", line).groups()
            what = f"{path.name.split('-')[1]}-{reason.decode().lower()}{int(count)}"
            parts.setdefault(what, []).append((int(part), self.seconds(path.name), text))
        return {f"{datetime.fromtimestamp(min(parts[what])[1], timezone.utc):%Y%m%dT%H%M%SZ}-{what}":
                b"".join(text for _, _, text in sorted(parts[what], reverse=True)) for what in parts}


def crashes():
    corpus, data = Path(os.environ.get("CORPUS", "/nowhere")) / "crash", ROOT / "tests/data"
    return [Crash(data / "linux-tool/erst/pstore", data / "erst-image/linux-6.1-panic.bin", "erst-image"),
            Crash(data / "linux-tool/efi/pstore", data / "variable-store/linux-6.1-panic.fd", "efi-image"),
            *(Crash(path.parent / "pstore", path, "erst-image") for path in sorted(corpus.glob("*/erst.bin"))),
            *(Crash(path.parent / "pstore", path, "efi-image") for path in sorted(corpus.glob("*/vars.fd.xz")))]


class Machine:
    """A pstore, the archive of systemd-pstore, and what collect has made of both."""

    def __init__(self, folder, program, crash):
        self.program, self.crash = program, crash
        self.store, self.archive, self.target = folder / "store", folder / "archive", folder / "target"
        self.image, self.settings = folder / "image", folder / "conf"
        self.names_target = True
        for path in self.store, self.archive, self.target:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        for path in crash.files.iterdir():
            copy = self.store / path.name
            shutil.copyfile(path, copy)
            os.utime(copy, (crash.seconds(path.name),) * 2)  # all that tells the time of a record in ERST
        self.image.unlink(missing_ok=True)

    def shows_image(self):
        """The bytes as stored can be had as well; what is removed from pstore is removed there."""
        self.crash.unpack(self.image)

    def systemd_pstore(self):
        result = run(SYSTEMD_PSTORE, self.store, self.archive)
        assert result.returncode == 0, result.stderr
        self.image.unlink(missing_ok=True)

    def sources(self):
        specs = [f"{self.crash.kind}:{self.image}"] if self.image.exists() else []
        specs += [f"pstorefs:{self.store}", f"dir:{self.archive}"] + [f"dir:{self.target}"] * self.names_target
        return [word for spec in specs for word in ("--source", spec)]

    def collect(self, clear="crashes"):
        self.settings.write_text(f"clear = {clear}\n")
        result = run(self.program, "collect", "--json", "--volatile-copy", "-o", self.target, "--config", self.settings,
                     *self.sources())
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def list(self):
        result = run(self.program, "list", "--json", *self.sources())
        return {event["id"]: event["places"] for event in json.loads(result.stdout)["events"]}

    def look(self):
        """All that is there, and whether it was written anew."""
        return {path: (path.is_file() and path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
                for path in [self.store, self.archive, self.target] for path in path.glob("**/*")}

    def assert_collected(self, *places, whole=True):
        """Each event once in the target, and in these places, `whole` or not; and there is nothing left to do."""
        logs = self.crash.logs()
        assert sorted(os.listdir(self.target)) == sorted(logs), os.listdir(self.target)
        for event, log in logs.items():
            assert (self.target / event / "dmesg.txt").read_bytes() == log, event
        assert not os.listdir(self.store), os.listdir(self.store)
        listed = self.list()
        assert sorted(listed) == sorted(logs), listed.keys()
        for event in listed.values():
            assert [place["location"] for place in event] == [str(path) for path in places], event
            assert [place["complete"] for place in event] == [whole] * (len(places) - 1) + [True], event
        before, report = self.look(), self.collect()
        assert self.look() == before
        assert report["events"] == report["removed"] == [] and report["cleared"] == 0, report


def check_systemd_first(subject):
    for machine in subject.machines():
        machine.systemd_pstore()
        assert not os.listdir(machine.store)
        archived = machine.look()
        machine.collect()
        machine.assert_collected(machine.archive, machine.target)
        assert archived.items() <= machine.look().items()


def check_collect_first(subject):
    for machine in subject.machines():
        machine.collect()
        assert not os.listdir(machine.store)
        machine.systemd_pstore()
        assert not os.listdir(machine.archive)
        machine.assert_collected(machine.target)


def check_cut_off(subject):
    """What collect has copied, and did not come to clear before systemd-pstore came."""
    for machine in subject.machines():
        machine.collect(clear="none")
        assert os.listdir(machine.store)
        machine.systemd_pstore()
        machine.collect()
        machine.assert_collected(machine.archive, machine.target)


def check_cut_off_as_stored(subject):
    """The copy has the bytes as stored, the archive text: it is one crash, and one copy, all the same."""
    for machine in subject.machines():
        machine.shows_image()
        machine.collect(clear="none")
        (event, *_) = machine.crash.logs()
        assert b'"stored"' in (machine.target / event / "manifest.json").read_bytes()
        machine.systemd_pstore()
        for machine.names_target in False, True:
            machine.collect()
        machine.assert_collected(machine.archive, machine.target)


def check_in_between(subject):
    """systemd-pstore has moved some parts when collect comes, and has nothing left to move then."""
    for machine in subject.machines():
        late = [path for path in machine.store.iterdir() if re.match(rb".* Part\d*[02468]\n", path.read_bytes())]
        for path in late:
            path.rename(machine.image.with_name(path.name))
        machine.systemd_pstore()
        for path in late:
            machine.image.with_name(path.name).rename(path)
        machine.collect()
        machine.systemd_pstore()
        machine.assert_collected(machine.archive, machine.target, whole=False)


class Subject(NamedTuple):
    units: Units
    folder: Path
    program: Path

    def machines(self):
        return (Machine(self.folder, self.program, crash) for crash in crashes())


CHECKS = {
    "systemd-analyze": [check_units, check_exposure, check_rules],
    SYSTEMD_PSTORE: [check_systemd_first, check_collect_first, check_cut_off, check_cut_off_as_stored,
                     check_in_between],
}


def main():
    program, possible = Path(sys.argv[1]).resolve(), []
    for needed, functions in CHECKS.items():
        if shutil.which(needed):
            possible += functions
        else:
            print(f"skipped: there is no {needed}")
    with tempfile.TemporaryDirectory() as folder:
        return checks.run_all(possible, Subject(Units(Path(folder), program), Path(folder), program))


if __name__ == "__main__":
    sys.exit(main())
