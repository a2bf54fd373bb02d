# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What `check` says of pstore on a real kernel is so, and each remedy mends when it is typed: a back end that was
asked for and never registers, a driver that is disabled, a pstore that is not mounted.
"""

from harness import check
from harness.machine import LinuxBoot, Machine
from harness.scenario import Run

# The guest has its modules and nothing that finds them. The first remedy of a report is run as it stands, with
# the lines that it goes on in.
_MEND = """
        mkdir -p /etc/modprobe.d /lib/modules/$(uname -r)
        cp /modules/*.ko /lib/modules/$(uname -r)
        depmod
        mend() {
                remedy=$(sed -n '/^ *mend it: /,/[^\\\\]$/{s/^ *mend it: //;p;/[^\\\\]$/q}' /out/$1.out)
                eval "$remedy" || echo "$1: failed: $remedy" >> /out/mend.failed
        }
"""


def _says(boot: LinuxBoot, name: str, status: int, *words: str) -> None:
    result = boot.results[name]
    check.status(result, status)
    unfolded = " ".join(result.text.replace(" \\\n", "\n").split())
    for word in words:
        check.true(f"{name} says {word!r}: {result.text}", word.strip() in unfolded)


def _never_registers(machine: Machine, name: str, why: str) -> None:
    boot = machine.linux("run check pstore-fw check\ndmesg > /out/log", append=f"pstore.backend={name}")
    _says(boot, "check", 2, f"back end {name}, which was asked for, is not there: {why}",
          f"mend it: boot without pstore.backend={name} ", "now: a panic leaves no trace")
    check.true("the kernel has no back end", b"pstore: Registered" not in boot.files["log"])


def _registers(machine: Machine) -> None:
    boot = machine.linux("run check pstore-fw check", append="pstore.backend=erst")
    _says(boot, "check", 0, "pstore writes a crash to erst", "now: a panic is written to pstore's erst")


def _mends(machine: Machine) -> None:
    boot = machine.linux(_MEND + """
        modprobe -r efi_pstore
        modprobe efi_pstore pstore_disable=1
        run disabled pstore-fw check
        mend disabled
        run enabled pstore-fw check
        umount /sys/fs/pstore
        run unmounted pstore-fw check --source pstorefs
        run list pstore-fw list --source pstorefs
        mend unmounted
        run mounted pstore-fw check
    """, append="erst_disable")
    check.true("each remedy runs", "mend.failed" not in boot.files)
    _says(boot, "disabled", 2, "efi_pstore is there and disabled")
    _says(boot, "enabled", 0, "pstore writes a crash to efi")
    _says(boot, "unmounted", 1, "pstore is not mounted")
    check.true("list says why it sees nothing", "pstore is not mounted" in boot.results["list"].complaint)
    _says(boot, "mounted", 0)


def run(test: Run) -> None:
    machine = test.machine()
    with test.step("a name that no driver has is no back end"):
        _never_registers(machine, "none", "no back end has this name")
    with test.step("ramoops without its driver is none either"):
        _never_registers(machine, "ramoops", "its driver is not loaded")
    with test.step("the name of one that is there is"):
        _registers(machine)
    with test.step("remedies mend"):
        _mends(machine)
