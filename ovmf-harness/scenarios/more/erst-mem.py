# SPDX-License-Identifier: BSD-2-Clause-Patent
"""ERST by /dev/mem on a stock kernel that was booted with erst_disable: listed, shown, dumped, written and cleared,
byte for byte what the image holds. Tables that name the kernel's own memory, a driver's (STRICT_DEVMEM) or a wide
port are refused with the reason, and so is everything under lockdown.
"""

import struct

from harness import check, crash, dumps, erstfile
from harness.backend import ERST
from harness.machine import Machine
from harness.scenario import Run

_NOTE = b"a note by /dev/mem\nof two lines\n"
_ERST_DISABLED = "erst_disable"
_LOCKED_DOWN = "erst_disable lockdown=integrity"

_USE = """
run list pstore-fw --source erst-mem list
run show pstore-fw --source erst-mem show {shown}
run dump pstore-fw --source erst-mem dump --output /tmp/dump
keep dump /tmp/dump
run long pstore-fw --source erst-mem write --type dmesg /long
run clear pstore-fw --source erst-mem clear {shown} --yes --output /tmp/copies --volatile-copy
run write pstore-fw --source erst-mem write --type dmesg /note
run after pstore-fw --source erst-mem list
"""

# The machine as it is, but for its table.
_REFUSE = """
for table in kernel driver port; do
        mkdir -p "/$table/sys/firmware/acpi/tables"
        ln -s /dev /proc "/$table"
        cp "/$table.table" "/$table/sys/firmware/acpi/tables/ERST"
        run "$table" pstore-fw --source "erst-mem:/$table" list
done
"""

_LOCKED = """
mount -t securityfs none /sys/kernel/security
run locked pstore-fw --source erst-mem list
"""

_HEADER = struct.Struct("<4sIBB6s8sI4sIIII")
_ENTRY = struct.Struct("<BBBBBBBBQQQ")
_GET_RANGE, _READ_REGISTER = 0x0D, 0x00
_MEMORY, _PORT = 0, 1
_DWORD, _WORD = 3, 2
_FIRST_MIB, _IOAPIC, _SMI_PORT = 0x100000, 0xFEC00000, 0xB2


def _table(space: int, access: int, address: int) -> bytes:
    """Valid, and of one instruction: it reads that register."""
    entry = _ENTRY.pack(_GET_RANGE, _READ_REGISTER, 0, 0, space, 4 << access, 0, access, address, 0, 2**64 - 1)
    length = _HEADER.size + len(entry)
    return _HEADER.pack(b"ERST", length, 1, 0, b"TEST", b"TEST", 1, b"TEST", 1, 12, 0, 1) + entry


# By the name of the table: what it is, and what is said of it.
_REFUSED = {
    "kernel": (_table(_MEMORY, _DWORD, _FIRST_MIB), "entry 0: 0x100000: lies in the kernel's own memory"),
    "driver": (_table(_MEMORY, _DWORD, _IOAPIC), r"entry 0: 0xfec00000: the kernel keeps it .*\(STRICT_DEVMEM"),
    "port": (_table(_PORT, _WORD, _SMI_PORT), "entry 0: port 0xb2: /dev/port has 8 bits at a time, and it wants 16"),
}


def _use(machine: Machine) -> None:
    before = ERST.stored(machine)
    shown = min(before)
    files = {"note": _NOTE, "long": 9000 * b"x", **{f"{name}.table": table for name, (table, _) in _REFUSED.items()}}
    seen = machine.linux(_USE.format(shown=shown) + _REFUSE, files, append=_ERST_DISABLED)
    for name in ("list", "show", "dump", "clear", "write", "after"):
        check.status(seen.results[name], 0)
    for each in before:
        check.true(f"the list has {each}", each in seen.results["list"].text)
    check.equal("what show shows", seen.results["show"].out, crash.log(1).split(b"\n", 1)[1])
    found = {each: record for event in dumps.events(dumps.below(seen.files, "dump"))
             for each, record in event.records.items()}
    check.equal("what was dumped", found, before)
    check.status(seen.results["long"], 1)
    check.one_line("what is said of too long a log", seen.results["long"].complaint, "too large for one record")
    after = ERST.stored(machine)
    written = seen.results["write"].text.strip()
    check.true(f"the image has {written}", after.get(written, b"").endswith(_NOTE))
    check.true(f"the list has {written}, too", written in seen.results["after"].text)
    del after[written], before[shown]
    check.equal("the other records", after, before)
    for name, (_, refusal) in _REFUSED.items():
        check.status(seen.results[name], 1)
        check.one_line(f"what is said of the table {name}", seen.results[name].complaint, refusal)


def run(test: Run) -> None:
    machine = test.machine(erst=erstfile.store(crash.erst_records(3)))
    with test.step("Linux with erst_disable: list, show, dump, clear, write"):
        _use(machine)
    before = machine.erst_image
    with test.step("under lockdown it is refused with the reason"):
        seen = machine.linux(_LOCKED, append=_LOCKED_DOWN)
        check.status(seen.results["locked"], 1)
        check.one_line("what it says", seen.results["locked"].complaint, r"locked down \(integrity\)")
        check.true("ERST is as it was", machine.erst_image == before)
