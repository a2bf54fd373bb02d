# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Under U-Boot, UEFI by other people than edk2's, the application is started as \\EFI\\BOOT\\BOOTX64.EFI, and dumps;
told what to do it lists, shows and clears, and a reset later the records are gone.

There is no shell, nothing but one console, and the variables are a file of the ESP, which U-Boot writes anew. The
kernel's command line, which U-Boot hands to everything that it starts, is no reason not to dump.
"""

import re
import subprocess

from harness import check, crash, dumps, esp, ubootfile
from harness.scenario import Run
from harness.uboot import UBoot

_RECORDS = 3
_COMMANDS = {
    "list": "list",
    "show": "show --all --parts",
    "clear": "clear --all --yes",
    "emptied": "list",
    "usage": "list --no-such-option",
}
_STATUSES = {"list": 0, "show": 0, "clear": 0, "emptied": 3, "usage": 2}
_DUMPED = b"saved: "
# U-Boot leaves the number of free clusters as it was, which is no more than a hint to who allocates (FAT 1.03, FSInfo).
_HINT = re.compile(r"^Free cluster summary wrong .*\n +Auto-correcting\.\n|^Leaving filesystem unchanged\.\n|^\n",
                   re.MULTILINE)


def _check_dumped(machine: UBoot, count: int) -> None:
    """Every record, in a file system that has no fault."""
    found = dumps.events(machine.esp.read(dumps.ON_ESP))
    records = {each: data for dump in found for each, data in dump.records.items()}
    check.equal("the records on the ESP", records, {f"efi:{each.name}": each.data for each in crash.variables(count)})
    partition = machine.esp.image.with_suffix(".fat")
    with open(machine.esp.image, "rb") as image:
        image.seek(esp.FIRST_SECTOR * esp.SECTOR_BYTES)
        partition.write_bytes(image.read(esp.SECTORS * esp.SECTOR_BYTES))
    done = subprocess.run(["fsck.vfat", "-n", partition], capture_output=True, text=True)
    _, *faults, _ = _HINT.sub("", done.stdout).splitlines()
    check.equal("what fsck.vfat finds", faults, [])


def _check_on_host(test: Run, machine: UBoot, status: int) -> None:
    """The Linux command reads that file too."""
    file = test.work / ubootfile.NAME
    file.write_bytes(machine.variables)
    done = subprocess.run([test.lab.settings.linux_tool, "--source", f"efi-image:{file}", "list"],
                          capture_output=True, text=True)
    check.equal(f"exit status of list on the host\n{done.stderr}", done.returncode, status)


def run(test: Run) -> None:
    with test.step("started by U-Boot itself, it dumps"):
        machine = test.uboot("bootx64", variables=crash.variables(1))
        machine.esp.add({"EFI/BOOT/BOOTX64.EFI": test.lab.settings.application.read_bytes()})
        console = machine.firmware(until=_DUMPED)
        check.matches("it says why it dumps", console, "^the load options are not for this program, so it dumps")
        _check_dumped(machine, 1)
    machine = test.uboot(variables=crash.variables(_RECORDS))
    with test.step("it lists, shows and clears, and its status is told"):
        _check_on_host(test, machine, 0)
        results = machine.application(_COMMANDS)
        check.equal("the statuses", {name: result.status for name, result in results.items()}, _STATUSES)
        for number, variable in enumerate(crash.variables(_RECORDS), 1):
            check.true(f"{variable.name} is listed", variable.name in results["list"].text)
            check.true(f"the log in {variable.name} is shown", crash.log(number).decode() in results["show"].text)
        _check_dumped(machine, _RECORDS)
        check.equal("what is left in the variables' file", ubootfile.crash_variables(machine.variables), {})
        _check_on_host(test, machine, 3)
    with test.step("a reset later they are gone"):
        check.equal("status of list", machine.application({"list": "list"})["list"].status, 3)
