# SPDX-License-Identifier: BSD-2-Clause-Patent
"""As SysPrep0000 the application says nothing where there is nothing to do, dumps a panic once before the kernel is
started again, and leaves a report, with which `check` knows more; settings with a wrong line count but for that.
"""

import json

from harness import check, dumps, report
from harness.backend import ERST
from harness.dumps import Dump
from harness.loadoption import prepare_with
from harness.machine import LinuxBoot, Machine, start_linux
from harness.scenario import Run

_PROGRAM = r"\EFI\pstore-fw\pstore-fwx64.efi"
_SETTINGS = "EFI/pstore-fw/pstore-fw.conf"
_KERNEL_STARTS = b"EFI stub: "
_CHECK = "run check pstore-fw check --json\n"
_OLD_EVENT = "20200101T000000Z-erst-panic1"


def _said(serial: str) -> list[str]:
    """What came to the console before the kernel, but for what the firmware itself says."""
    before = report.plain(serial.encode()).split(_KERNEL_STARTS.decode())[0]
    return [line for line in before.splitlines() if line.strip() and not line.startswith("BdsDxe: ")]


def _boot_as_seen_by_linux(boot: LinuxBoot) -> tuple[dict, list[str]]:
    told = json.loads(boot.results["check"].text)
    return told["boot"], [finding["text"] for finding in told["findings"]]


def _until_the_kernel_starts(machine: Machine, purpose: str) -> list[str]:
    machine.firmware(purpose, until=_KERNEL_STARTS)
    return _said(machine.last_log.read_text(errors="replace"))


def _check_empty(boot: LinuxBoot, machine: Machine) -> None:
    left, findings = _boot_as_seen_by_linux(boot)
    check.equal("what was said", _said(boot.serial), [])
    check.equal("what was dumped", machine.esp.read(dumps.ON_ESP), {})
    check.equal("records, and whether there is ERST",
                [left[each] for each in ("erst_records", "efi_records", "erst_present", "events_saved")],
                [0, 0, 1, None])
    check.true(f"numbers of the variables: {left}",
               0 < left["variable_largest"] <= left["variables_remaining"] < left["variables_total"])
    check.true(f"numbers of ERST: {left}", left["erst_base"] > 0 and left["erst_length"] > 0)
    check.matches("the space", "\n".join(findings), r"efivarfs: (at boot )?\d+ bytes (were|are) left for logs")


def _check_dumped(boot: LinuxBoot, machine: Machine, stored: dict[str, bytes]) -> Dump:
    left, findings = _boot_as_seen_by_linux(boot)
    dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.equal("the records on the ESP", dump.records, stored)
    check.equal("what was said", _said(boot.serial),
                [f"saved: {len(stored)} record{'s'[:len(stored) > 1]} of 1 event in \\EFI\\pstore-fw\\dumps, "
                 "3 files new"])
    check.equal("what Linux knows of it",
                [left[each] for each in ("erst_records", "records_saved", "events_saved", "files_new",
                                         "records_failed", "erst_cleared")],
                [len(stored), len(stored), 1, 3, 0, 0])
    check.matches("ERST's room", "\n".join(findings), rf"one more may be lost; at boot it held {len(stored)}$")
    return dump


def run(test: Run) -> None:
    machine = test.machine(boot=start_linux(), variables=prepare_with(_PROGRAM))
    with test.step("with empty stores nothing is said or written, and Linux knows what firmware saw"):
        _check_empty(machine.linux_from_esp(_CHECK, panics=True), machine)
    with test.step("a panic is dumped before Linux starts again, and Linux knows"):
        stored = ERST.stored(machine)
        check.true("ERST holds the panic", stored)
        dump = _check_dumped(machine.linux_from_esp(_CHECK), machine, stored)
    with test.step("a boot later nothing is said, and not a byte of the disk is another"):
        before = machine.esp.image.read_bytes()
        check.equal("what was said", _until_the_kernel_starts(machine, "again"), [])
        check.true("the disk is as it was", machine.esp.image.read_bytes() == before)
        check.equal("what is stored", ERST.stored(machine), stored)
    with test.step("a wrong line is told, and the others clear what has a copy and remove what is old"):
        old = {f"{dumps.ON_ESP}/{_OLD_EVENT}/{name}": data for name, data in dump.files.items()}
        settings = b"keep_events = 1\nkeep_bytes = much\nat_boot = dump-and-clear\n"
        machine.esp.add({**old, _SETTINGS: settings})
        said = _until_the_kernel_starts(machine, "settings")
        check.matches("the wrong line", said[0], r"pstore-fw\.conf: line 2: keep_bytes: 'much' is no size")
        check.matches("what was cleared", "\n".join(said), rf"^cleared: {len(stored)} records?, looked for again")
        check.matches("what was removed", "\n".join(said), r"^removed: 1 older event in")
        check.equal("what is stored", ERST.stored(machine), {})
        check.equal("what stays", dumps.only_event(machine.esp.read(dumps.ON_ESP)).files, dump.files)
