# SPDX-License-Identifier: BSD-2-Clause-Patent
"""`install` puts the application on the ESP of a machine that runs, and the next boot starts it before the boot
loader, where it dumps a panic; again it changes nothing, and brings an old one up to date; `uninstall` leaves the
variables and the files that were there before, and the dumps.
"""

import struct

from harness import check, dumps, varstore
from harness.backend import ERST
from harness.loadoption import prepare_with
from harness.machine import LinuxBoot, Machine, start_linux
from harness.scenario import Run

_ESP = "EFI/pstore-fw"
_TOOLS, _OURS = "SysPrep0000", "SysPrep0001"
_TOOL = r"\EFI\tool\tool.efi"  # somebody else's, of which the firmware finds no file
_FAT = ["vfat", "nls_cp437", "nls_ascii", "nls_iso8859_1"]
_MOUNT = """
for module in /fat/*.ko; do insmod $module; done
mkdir -p /boot/efi
mount -t vfat "$(disk esp)1" /boot/efi
"""


def mount_esp(test: Run) -> tuple[str, dict[str, bytes]]:
    """Lines of a step's script that mount the ESP, and the files that they need."""
    return _MOUNT, {f"fat/{number}.ko": content
                    for number, (_, content) in enumerate(test.lab.kernel.load_order(_FAT))}


def _variables(machine: Machine) -> dict[str, tuple[bytes, int]]:
    """All that `install` may touch, or must not."""
    return {each.name: (each.data, each.attributes) for each in varstore.live_variables(machine.variable_image)
            if each.guid == varstore.GLOBAL and each.name.startswith(("SysPrep", "Boot"))}


def _order(variables: dict[str, tuple[bytes, int]]) -> list[int]:
    data = variables["SysPrepOrder"][0]
    return list(struct.unpack(f"<{len(data) // 2}H", data))


def _others(variables: dict[str, tuple[bytes, int]]) -> dict[str, object]:
    """Firmware moves options of its own to the end of their order as it finds devices."""
    others = {name: value for name, value in variables.items() if name not in (_OURS, "SysPrepOrder")}
    return others | {"BootOrder": sorted(others["BootOrder"][0])}


def _said(boot: LinuxBoot, name: str) -> str:
    check.equal(f"{name}: {boot.results[name].complaint}", boot.results[name].status, 0)
    return boot.results[name].text


def run(test: Run) -> None:
    application = test.lab.application.read_bytes()
    mount, files = mount_esp(test)
    carried = files | {"bin/pstore-fwx64.efi": application, "bin/old.efi": _older(application)}
    machine = test.machine(boot=start_linux(), variables=prepare_with(_TOOL))
    machine.esp.remove(_ESP)
    with test.step("installed, and again: the second time nothing is written"):
        tool = _variables(machine)[_TOOLS]
        boot = machine.linux_from_esp(mount + "run bare pstore-fw check --json\nrun install pstore-fw install\n"
                                      "run again pstore-fw install\nrun check pstore-fw check --json\n", files=carried)
        check.matches("what it said", _said(boot, "install"),
                      r"/boot/efi/EFI/pstore-fw/pstore-fwx64.efi: written and compared\nSysPrep0001: starts it")
        check.matches("what it said again", _said(boot, "again"), r"is there already\nSysPrep0001: .*; as it was")
        check.equal("the application", machine.esp.read(_ESP)["pstore-fwx64.efi"], application)
        check.equal("the order", _order(_variables(machine)), [0, 1])
        check.equal("somebody else's", _variables(machine)[_TOOLS], tool)
        # With what the firmware has added at its first boot.
        installed = _variables(machine)
    with test.step("the next boot starts it before the boot loader, and it dumps the panic"):
        machine.linux_from_esp("", panics=True)
        stored = ERST.stored(machine)
        check.true("ERST holds the panic", stored)
        boot = machine.linux_from_esp("run check pstore-fw check --json\n")
        dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
        check.equal("the records on the ESP", dump.records, stored)
    with test.step("an older one is replaced by the one at hand"):
        boot = machine.linux_from_esp(mount + "run old pstore-fw install --image /bin/old.efi\n"
                                      "run new pstore-fw install\n", files=carried)
        check.matches("what it said", _said(boot, "old"), "written and compared\nSysPrep0001: .*; as it was")
        check.matches("what it said then", _said(boot, "new"), "written and compared\n")
        check.equal("the application", machine.esp.read(_ESP)["pstore-fwx64.efi"], application)
    with test.step("a boot option, and the next boot; SysPrep stays one"):
        boot = machine.linux_from_esp(mount + "run boot pstore-fw install --boot-entry --boot-next\n", files=carried)
        check.matches("what it said", _said(boot, "boot"), "is the last boot option, and starts at the next boot")
        variables = _variables(machine)
        check.true("BootNext names it", variables["BootNext"][0] == variables["BootOrder"][0][-2:])
        check.equal("the order", _order(variables), [0, 1])
    with test.step("removed: the variables are those that were there before, and the dumps stay"):
        machine.firmware("boot-next", until=b"BdsDxe: starting Boot")
        boot = machine.linux_from_esp(mount + "run uninstall pstore-fw uninstall\nrun again pstore-fw uninstall\n",
                                      files=carried)
        check.matches("what it said", _said(boot, "uninstall"), r"removed: 2 entries.*\nremoved: .*; dumps stay")
        check.equal("nothing is left to be removed", boot.results["again"].status, 3)
        check.equal("the order", _order(_variables(machine)), [0])
        check.equal("all others", _others(_variables(machine)), _others(installed))
        check.equal("what stays on the ESP", {name.split("/")[0] for name in machine.esp.read(_ESP)}, {"dumps"})
        check.equal("the dump", dumps.only_event(machine.esp.read(dumps.ON_ESP)).files, dump.files)


def _older(application: bytes) -> bytes:
    """One of another build: of as many bytes, with another text."""
    at = application.index(b"saved: ")
    return application[:at] + b"SAVED: " + application[at + 7:]
