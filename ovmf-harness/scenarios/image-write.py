# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Firmware and the kernel's pstore take what the Linux command wrote into the stores' files, and miss what it
cleared there; it finds again what they deleted. A variable store whose machine runs is left alone.

Both stores start as they come: a file of zeros, and the distribution's empty variable store.
"""

import json
import subprocess
import tempfile
from typing import Any

from harness import check, qemu
from harness.backend import EFI, ERST, Backend
from harness.machine import Machine
from harness.scenario import Run

_BOUND_S = 60
_FIRMWARE_RUNS = b"BdsDxe: "
_LOGS = [b"Panic#%d Part1\n<0>[    1.000000] written on the host\n" % number for number in (1, 2, 3)]


class _Host:
    """The Linux command, here and now, over the file behind a machine's store."""

    def __init__(self, test: Run, source: str):
        self.command = [test.lab.settings.linux_tool, "--quiet", "--source", source]

    def run(self, *words: str, given: bytes = b"") -> bytes:
        done = subprocess.run([*self.command, *words], input=given, capture_output=True)
        check.equal(f"exit status of {' '.join(words)}\n{done.stderr.decode()}", done.returncode, 0)
        return done.stdout

    def deleted(self) -> dict[str, bytes]:
        """The logs that are found again, by the ids that their records had."""
        listed: Any = json.loads(self.run("list", "--deleted", "--json"))
        ids = [record["id"] for event in listed["events"] for record in event["records"] if record["deleted"]]
        return {each.split("@")[0]: self.run("show", "--deleted", "--raw", each) for each in ids}


def _write_and_clear(host: _Host, machine: Machine, backend: Backend) -> dict[str, bytes]:
    """Writes three records and clears the second one; returns the others' logs."""
    ids = [host.run("write", given=log).decode().strip() for log in _LOGS]
    with tempfile.TemporaryDirectory() as dumps:
        host.run("clear", ids[1], "--yes", "--output", dumps)
    kept = {ids[0]: _LOGS[0], ids[2]: _LOGS[2]}
    check.equal("what the harness itself finds", sorted(backend.stored(machine)), sorted(kept))
    check.equal("what is found again", list(host.deleted()), [ids[1]])
    return kept


def _list_in_firmware(machine: Machine, backend: Backend, kept: dict[str, bytes]) -> None:
    commands = {f"show{number}": f"show --parts {each}" for number, each in enumerate(kept)}
    results = machine.application({"list": f"list --source {backend.name}", **commands})
    check.status(results["list"], 0)
    listed = [word for word in results["list"].text.split() if word.startswith(f"{backend.name}:")]
    check.equal("the records that the application lists", sorted(listed), sorted(kept))
    for number, log in enumerate(kept.values()):
        check.equal("what it shows of one", results[f"show{number}"].text, log.decode())


def _read_with_linux(machine: Machine, backend: Backend, kept: dict[str, bytes]) -> None:
    seen = machine.linux("keep pstore /sys/fs/pstore")
    shown = backend.pstore_texts(seen.files, backend.stored(machine))
    check.equal("what the kernel's pstore shows", shown, kept)


def _delete_in_firmware(host: _Host, machine: Machine, backend: Backend, kept: dict[str, bytes]) -> None:
    check.status(machine.application({"clear": "clear --all --yes"})["clear"], 0)
    check.equal(f"what is left in {backend.title}", backend.stored(machine), {})
    found = host.deleted()
    for each, log in kept.items():
        check.true(f"{each} is found again, with its log", found.get(each, b"").endswith(log))


def _leave_running_alone(test: Run, machine: Machine) -> None:
    """Flash is a drive, and QEMU locks its drives."""
    image = test.work / "running.fd"
    image.write_bytes(machine.variable_image)
    command = [*_Host(test, f"efi-image:{image}").command, "write"]
    with qemu.Qemu(test.lab.emulator, image, test.work / "running.log", [],
                   qemu.Hardware(test.lab.firmware)) as running:
        running.wait(_BOUND_S * test.lab.settings.patience, _FIRMWARE_RUNS)
        done = subprocess.run(command, input=_LOGS[0], capture_output=True)
    check.equal("exit status", done.returncode, 1)
    check.one_line("what write says", done.stderr.decode(), "in use by another program")


def run(test: Run) -> None:
    for backend in (ERST, EFI):
        machine = test.machine(backend.name, **backend.only)
        host = _Host(test, machine.image_sources[backend.name])
        with test.step(f"the host writes into the file behind {backend.title}, and clears"):
            kept = _write_and_clear(host, machine, backend)
        with test.step("the application lists what was written"):
            _list_in_firmware(machine, backend, kept)
        with test.step("the kernel's pstore shows the same"):
            _read_with_linux(machine, backend, kept)
        with test.step("the application clears it, the host finds it again"):
            _delete_in_firmware(host, machine, backend, kept)
    with test.step("nothing is written into the flash of a machine that runs"):
        _leave_running_alone(test, machine)
