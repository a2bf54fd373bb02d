# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the application writes, Linux reads after a reboot, and the other way round, in both stores.

The stock kernel lets nobody but itself write to ERST. So there the other way round is a log that the kernel
writes: the one of a shutdown, which printk.always_kmsg_dump makes it keep.
"""

from harness import check, dumps
from harness.backend import EFI, ERST
from harness.machine import Machine, Result
from harness.scenario import Run

_FROM_FIRMWARE = b"a note from the application\nof two lines\n"
_FROM_LINUX = b"a note from Linux\nof two lines\n"
_FROM_KERNEL = b"reboot: Power down"


def _written(result: Result, pattern: str) -> str:
    check.status(result, 0)
    check.one_line("what write prints is the record's id", result.text, rf"^{pattern}$")
    return result.text.strip()


def _write_in_firmware(machine: Machine) -> tuple[str, str]:
    results = machine.application({
        "erst": "write --source erst --type dmesg note.txt",
        "efi": "write --source efi note.txt",
    }, {"note.txt": _FROM_FIRMWARE})
    in_erst = _written(results["erst"], "erst:[0-9a-f]{16}")
    in_efi = _written(results["efi"], r"efi:dump-type0-\d+-\d+-\d+-D")
    check.equal("the records in ERST", list(ERST.stored(machine)), [in_erst])
    check.equal("the records in EFI variables", list(EFI.stored(machine)), [in_efi])
    return in_erst, in_efi


def _read_and_write_with_linux(machine: Machine, in_erst: str, in_efi: str) -> str:
    seen = machine.linux(f"""
        keep pstore /sys/fs/pstore
        run list pstore-fw list
        run show pstore-fw --source efivarfs show {in_efi}
        run write pstore-fw --source efivarfs write --type dmesg /note.txt
    """, {"note.txt": _FROM_LINUX}, append="printk.always_kmsg_dump=1")
    shown = ERST.pstore_texts(seen.files, {})
    check.equal("what the kernel's pstore shows of ERST", shown, {in_erst: _FROM_FIRMWARE})
    check.status(seen.results["show"], 0)
    check.equal("what the Linux command shows of EFI", seen.results["show"].out, _FROM_FIRMWARE)
    for each in (in_erst, in_efi):
        check.true(f"the Linux command lists {each}", each in seen.results["list"].text)
    return _written(seen.results["write"], r"efi:dump-type0-\d+-\d+-\d+-D")


def _read_in_firmware(machine: Machine, from_linux: str, before: set[str]) -> None:
    from_kernel = set(ERST.stored(machine)) - before
    check.true("the kernel kept a log in ERST when it shut down", from_kernel)
    results = machine.application({"list": "list", "show": f"show {from_linux}", "dump": "dump"})
    for result in results.values():
        check.status(result, 0)
    for each in [from_linux, *from_kernel]:
        check.true(f"the application lists {each}", each in results["list"].text)
    check.equal("what the application shows", results["show"].text, _FROM_LINUX.decode())
    saved = machine.esp.read(dumps.ON_ESP)
    notes = [data for path, data in saved.items() if path.endswith(f"{dumps.file_name(from_linux)}.bin")]
    check.equal("the dump of it", notes, [_FROM_LINUX])
    shutdown = [dump for dump in dumps.events(saved) if "-erst-shutdown" in dump.event]
    check.equal("the number of shutdowns in the dump", len(shutdown), 1)
    check.true("its log ends with the power going", _FROM_KERNEL in shutdown[0].log.splitlines()[-1])


def run(test: Run) -> None:
    machine = test.machine()
    with test.step("the application writes a record to each store"):
        in_erst, in_efi = _write_in_firmware(machine)
    with test.step("Linux reads both, writes one to each store"):
        from_linux = _read_and_write_with_linux(machine, in_erst, in_efi)
    with test.step("the application reads what Linux wrote"):
        _read_in_firmware(machine, from_linux, {in_erst})
