# SPDX-License-Identifier: BSD-2-Clause-Patent
"""`install` puts the application on the ESP of a machine that runs, and the next boot starts it before the boot
loader, where it dumps a panic; again it changes nothing, and brings an old one up to date; `uninstall` leaves the
variables and the files that were there before, and the dumps.
"""

import struct

from harness import check, dumps, varstore
from harness.backend import ERST
from harness.installing import mount_esp, reported, said
from harness.loadoption import prepare_with
from harness.machine import Machine, start_linux
from harness.scenario import Run

_ESP = "EFI/pstore-fw"
_TOOLS, _OURS = "SysPrep0000", "SysPrep0001"
_TOOL = r"\EFI\tool\tool.efi"  # somebody else's, of which the firmware finds no file


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


def run(test: Run) -> None:
    application = test.lab.application.read_bytes()
    mount, files = mount_esp(test.lab)
    carried = files | {"bin/pstore-fwx64.efi": application, "bin/old.efi": _older(application)}
    machine = test.machine(boot=start_linux(), variables=prepare_with(_TOOL))
    machine.esp.remove(_ESP)
    with test.step("installed, and again: the second time nothing is written"):
        tool = _variables(machine)[_TOOLS]
        boot = machine.linux_from_esp(mount + "run install pstore-fw install\nrun again pstore-fw install\n"
                                      "run json pstore-fw install --json\n", files=carried)
        check.matches("what it said", said(boot, "install"),
                      r"/boot/efi/EFI/pstore-fw/pstore-fwx64.efi: written and compared\nSysPrep0001: starts it")
        check.matches("what it said again", said(boot, "again"), r"is there already\nSysPrep0001: .*; as it was")
        check.equal("what it reports", reported(boot, "json"), {
            "schema": "pstore-fw/install/1", "file": f"/boot/efi/{_ESP}/pstore-fwx64.efi", "file_changed": False,
            "entry": _OURS, "entry_changed": False, "shim": None, "secure_boot": False})
        check.equal("the application", machine.esp.read(_ESP)["pstore-fwx64.efi"], application)
        check.equal("the order", _order(_variables(machine)), [0, 1])
        check.equal("somebody else's", _variables(machine)[_TOOLS], tool)
        # With what the firmware has added at its first boot.
        installed = _variables(machine)
    with test.step("the next boot starts it before the boot loader, and it dumps the panic"):
        machine.linux_from_esp("", panics=True)
        stored = ERST.stored(machine)
        check.true("ERST holds the panic", stored)
        boot = machine.linux_from_esp("run check pstore-fw check\n")
        check.matches("what check says", boot.results["check"].text, r"before each boot \(SysPrep0001\)")
        dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
        check.equal("the records on the ESP", dump.records, stored)
    with test.step("an older one is replaced by the one at hand"):
        boot = machine.linux_from_esp(mount + "run old pstore-fw install --image /bin/old.efi\n"
                                      "run new pstore-fw install\n", files=carried)
        check.matches("what it said", said(boot, "old"), "written and compared\nSysPrep0001: .*; as it was")
        check.matches("what it said then", said(boot, "new"), "written and compared\n")
        check.equal("the application", machine.esp.read(_ESP)["pstore-fwx64.efi"], application)
    with test.step("a boot option, and the next boot; SysPrep stays one"):
        boot = machine.linux_from_esp(mount + "run boot pstore-fw install --boot-entry --boot-next\n",
                                      files=carried)
        check.matches("what it said", said(boot, "boot"), "is the last boot option, and starts at the next boot")
        variables = _variables(machine)
        check.true("BootNext names it", variables["BootNext"][0] == variables["BootOrder"][0][-2:])
        check.equal("the order", _order(variables), [0, 1])
    with test.step("removed: the variables are those that were there before, and the dumps stay"):
        machine.firmware("boot-next", until=b"BdsDxe: starting Boot")
        boot = machine.linux_from_esp(mount + "run uninstall pstore-fw uninstall --json\nrun again pstore-fw uninstall\n",
                                      files=carried)
        check.equal("what it reports", reported(boot, "uninstall"), {
            "schema": "pstore-fw/uninstall/1", "entries_removed": 2, "file_removed": True})
        check.equal("nothing is left to be removed", boot.results["again"].status, 3)
        check.equal("the order", _order(_variables(machine)), [0])
        check.equal("all others", _others(_variables(machine)), _others(installed))
        check.equal("what stays on the ESP", {name.split("/")[0] for name in machine.esp.read(_ESP)}, {"dumps"})
        check.equal("the dump", dumps.only_event(machine.esp.read(dumps.ON_ESP)).files, dump.files)


def _older(application: bytes) -> bytes:
    """One of another build: of as many bytes, with another text."""
    at = application.index(b"saved: ")
    return application[:at] + b"SAVED: " + application[at + 7:]
