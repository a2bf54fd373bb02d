# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The application dumps to FAT12, FAT16 and FAT32; of a disk that is full, read-only, damaged, dying or pulled out it
says so once, by name, and clears nothing that has no copy.
"""

import time
from pathlib import Path

from harness import check, crash, dumps, erstfile, qemu, report
from harness.backend import EFI, ERST
from harness.esp import Esp
from harness.machine import Machine
from harness.scenario import Run

_BOUND_S = 180
_PROGRAM = "pstore-fwx64.efi"
_VARIABLES, _IN_ERST = 7, 5
_RECORDS = _VARIABLES + _IN_ERST
_CLEAR = "clear --all --yes"
_ALL = rf"{_RECORDS} of {_RECORDS} records not saved"
_NOT_SAVED = {
    "FULL": r"no space left: \d+ of 12 records not saved",
    "READONLY": f"write protected: {_ALL}",
    "DAMAGED": f"the file system is damaged: {_ALL}",
    "DYING": f"input/output error: {_ALL}",
}
_ASKS = b"for good? [y/N]"
# USB is looked at once a second.
_NOTICED_S = 5


def _disks(test: Run) -> dict[str, Esp]:
    """By their labels, in the order in which firmware numbers them behind the ESP."""
    program = test.lab.settings.application.read_bytes()
    made = {}
    for label, megabytes, fat in (("FAT12", 2, 12), ("FAT16", 16, 16), ("FAT32", 40, 32), ("READONLY", 2, 12),
                                  ("DAMAGED", 16, 16), ("DYING", 2, 12), ("FULL", 2, 12), ("STICK", 2, 12)):
        made[label] = Esp.create_plain(test.work / f"{label}.img", megabytes, fat, label)
        made[label].add({_PROGRAM: program})
    made["FULL"].fill(bytes_left=20 * 1024)
    made["DAMAGED"].damage(dumps.ON_ESP)
    return made


def _devices(disks: dict[str, Esp]) -> list[str]:
    devices = []
    for label, disk in disks.items():
        if label == "DYING":
            devices += qemu.failing_disk(disk.image, label)
        elif label == "STICK":
            devices += qemu.stick(disk.image, label)
        else:
            devices += qemu.disk(disk.image, label)
    at = devices.index(f"if=none,id=READONLY-file,format=raw,cache=unsafe,file={disks['READONLY'].image}")
    devices[at] += ",readonly=on"
    return devices


def _script(labels: list[str]) -> list[str]:
    lines = ["echo -off", "fs0:"]
    for number, label in enumerate(labels, 1):
        if label == "STICK":
            lines.append(f"fs{number}:\\{_PROGRAM} clear --all")
        else:
            command = _CLEAR if label in _NOT_SAVED else "dump"
            lines.append(f"fs{number}:\\{_PROGRAM} {command} >a \\harness\\{label}.out 2>a \\harness\\{label}.err")
            lines.append(f"echo %lasterror% >a \\harness\\{label}.status")
    return [*lines, "reset -s"]


def _boot(machine: Machine, devices: list[str], patience: float) -> str:
    """What is on the console at the end."""
    with machine.running("disks", devices) as running:
        running.wait(_BOUND_S * patience, _ASKS)
        running.pull_out("STICK")
        time.sleep(_NOTICED_S)
        running.press("y")
        running.wait(_BOUND_S * patience)
        return report.plain(running.serial)


def _stored(machine: Machine) -> dict[str, bytes]:
    return EFI.stored(machine) | ERST.stored(machine)


def _saved(disk: Esp) -> dict[str, bytes]:
    found = {}
    for dump in dumps.events(disk.read(dumps.ON_ESP)):
        check.true(f"{dump.event} is whole", dump.is_whole)
        found |= dump.records
    return found


def run(test: Run) -> None:
    machine = test.machine(erst=erstfile.store(crash.erst_records(_IN_ERST)), variables=crash.variables(_VARIABLES))
    before = _stored(machine)
    disks = _disks(test)
    machine.run_script(_script(list(disks)))
    machine.esp.add({"harness/started": b""})
    with test.step("the application starts from each disk"):
        console = _boot(machine, _devices(disks), test.lab.settings.patience)
    said = machine.esp.read("harness")
    for number, label in enumerate(disks, 1):
        with test.step(f"{label}"):
            if label == "STICK":
                check.matches("what is said of a disk that was pulled out", console,
                              rf"FS{number}: \(STICK\): no disk is there")
                continue
            complaint = said[f"{label}.err"].decode().replace("\r\n", "\n")
            status = int(said[f"{label}.status"], 16)
            if label in _NOT_SAVED:
                check.equal("the exit status", status, 1)
                lines = [line for line in complaint.splitlines() if "not saved" in line]
                check.one_line("what is said of it", "\n".join(lines), rf"FS{number}: \({label}\): {_NOT_SAVED[label]}")
            else:
                check.equal(f"the exit status, with {complaint}", status, 0)
                check.equal("what was saved", _saved(disks[label]), before)
    with test.step("what has no copy is in its store"):
        check.equal("records that are neither", {**_stored(machine), **_saved(disks["FULL"])}, before)
