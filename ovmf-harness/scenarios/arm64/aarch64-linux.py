# SPDX-License-Identifier: BSD-2-Clause-Patent
"""On AArch64 the Linux command, built for it, lists, shows, dumps and clears a panic of the distribution's kernel that
EFI variables kept; what it dumped is what pstore showed, and the flash has nothing left.
"""

from harness import check, dumps, foreign, qemu
from harness.backend import EFI
from harness.scenario import Run

_READ_AND_CLEAR = """
keep pstore /sys/fs/pstore
run list pstore-fw list
run show pstore-fw show
run check pstore-fw check
run clear pstore-fw clear --all --yes --volatile-copy --output /tmp/dump
keep dump /tmp/dump
run emptied pstore-fw list
"""


def run(test: Run) -> None:
    lab = foreign.lab_with_command(test.lab, qemu.AAVMF)
    machine = test.machine(lab=lab, firmware=qemu.AAVMF, erst=None)
    with test.step(f"Linux panics; the log goes to {EFI.title}"):
        serial = machine.linux("", panics=True).serial
        stored = EFI.stored(machine)
        check.true(f"{EFI.title} hold records after the panic", stored)
    with test.step("Linux reboots; the command shows and clears it"):
        seen = machine.linux(_READ_AND_CLEAR)
        for name in ("list", "show", "clear"):
            check.status(seen.results[name], 0)
        check.status(seen.results["emptied"], 3)
        check.equal(f"what is left in {EFI.title}", EFI.stored(machine), {})
    with test.step("the dump is what pstore showed and what was printed"):
        dump = dumps.only_event(dumps.below(seen.files, "dump"))
        dumps.check_agrees(dump, stored, EFI.pstore_texts(seen.files, stored))
        dumps.check_on_serial(dump.log, serial)
        check.true("the list names the event", dump.event in seen.results["list"].text)
        check.true("show has the panic's message", "sysrq triggered crash" in seen.results["show"].text)
