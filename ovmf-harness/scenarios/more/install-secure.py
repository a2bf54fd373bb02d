# SPDX-License-Identifier: BSD-2-Clause-Patent
"""With Secure Boot on, `install` takes what the firmware will start and refuses what it will not: signed by a key of
its own db, and, on a machine with Microsoft's keys, through Debian's shim with a key of the owner's.

The kernel is signed for the firmware in both cases, so that it starts without help; shim runs before it as somebody
else's SysPrep entry, as on a machine that boots through it: it shows the owner's keys to the system.
"""

import shutil
from dataclasses import replace
from pathlib import Path

from harness import check, crash, dumps, package, qemu, signing, varstore
from harness.backend import EFI
from harness.installing import mount_esp, said
from harness.loadoption import prepare_with, to_path
from harness.machine import LinuxBoot, Machine, start_linux
from harness.scenario import Run
from harness.signing import Signer

_ESP = "EFI/pstore-fw"
_SHIM, _TOOL = "EFI/debian/shimx64.efi", "EFI/tool/tool.efi"
_KEYS = "--key /keys/key.pem --cert /keys/cert.pem"
_CHECK = "run check pstore-fw check --json\n"
_WOULD_REFUSE = "would refuse the application"


def _machine(test: Run, name: str, kernel_signer: Signer, firmware: qemu.Firmware,
             variables: list[varstore.Variable]) -> Machine:
    """Whose kernel this signer has signed; without the application."""
    image = test.work / f"vmlinuz-{name}"
    image.write_bytes(kernel_signer.sign(signing.without_signature(test.lab.kernel.image.read_bytes())))
    lab = replace(test.lab, kernel=replace(test.lab.kernel, image=image))
    machine = test.machine(name, lab, erst=None, boot=start_linux(), firmware=firmware, variables=variables)
    machine.esp.remove(_ESP)
    return machine


def _carried(test: Run, owner: Signer) -> dict[str, bytes]:
    """What the guest installs with: the application as it was built, sbsign, and the owner's key."""
    sbsign = Path(shutil.which("sbsign"))
    return {"bin/pstore-fwx64.efi": test.lab.application.read_bytes(), "bin/sbsign": sbsign.read_bytes(),
            "keys/key.pem": owner.key.read_bytes(), "keys/cert.pem": owner.certificate.read_bytes(),
            "etc/os-release": b"ID=debian\n", **test.lab.userland.libraries(sbsign)}


def _check_refused(boot: LinuxBoot, name: str, pattern: str) -> None:
    check.status(boot.results[name], 1)
    check.one_line(f"what {name} says", boot.results[name].complaint, pattern)


def _check_says(boot: LinuxBoot, pattern: str) -> None:
    check.matches("what check says", boot.results["check"].text, pattern)


def _starts_and_dumps(machine: Machine) -> None:
    """After a panic the next boot has the application before Linux, and dumps."""
    stored = EFI.stored(machine)
    check.true("the store holds the panic", stored)
    boot = machine.linux_from_esp(_CHECK)
    saved = [dump.records for dump in dumps.events(machine.esp.read(dumps.ON_ESP))]
    check.equal("the records on the ESP", {name: data for records in saved for name, data in records.items()}, stored)
    _check_says(boot, "firmware starts the application before each boot")


def _own_key(test: Run) -> None:
    """The firmware trusts another signer as well, and then no more."""
    owner, revoked, firmware = signing.snakeoil(test.work), signing.new_signer(test.work, "revoked"), qemu.OVMF_SECURE
    store = firmware.variables.read_bytes()
    machine = _machine(test, "own-key", owner, firmware, [
        *crash.variables(1), signing.extended(store, "db", revoked.signature_list()),
        signing.extended(store, "dbx", revoked.revocation_list())])
    mount, files = mount_esp(test.lab)
    carried = files | _carried(test, owner)
    carried["bin/revoked.efi"] = revoked.sign(test.lab.application.read_bytes())
    with test.step("an application that nobody has signed is not installed, nor one by a revoked key, unless told"):
        boot = machine.linux_from_esp(f"{mount}run unsigned pstore-fw install\n"
                                      "run revoked pstore-fw install --image /bin/revoked.efi\n"
                                      f"run left ls /boot/efi/{_ESP}\n"
                                      f"run force pstore-fw install --force --image /bin/revoked.efi\n{_CHECK}",
                                      files=carried)
        for name in "unsigned", "revoked":
            _check_refused(boot, name, "Secure Boot is on.*" + _WOULD_REFUSE)
        check.true("nothing was written", boot.results["left"].status)
        said(boot, "force")
        check.matches("what force says", boot.results["force"].complaint, _WOULD_REFUSE)
        _check_says(boot, "the firmware " + _WOULD_REFUSE)
    with test.step("the firmware refuses it, as was said; signed, it takes its place"):
        boot = machine.linux_from_esp(f"{mount}run signed pstore-fw install {_KEYS}\n"
                                      f"run again pstore-fw install {_KEYS}\n", files=carried, panics=True)
        check.equal("what is dumped", machine.esp.read(dumps.ON_ESP), {})
        check.matches("what it said", said(boot, "signed"), "written and compared\nSysPrep0000: .*; as it was")
        check.matches("what it said again", said(boot, "again"), "SysPrep0000: .*; as it was")  # a signature has a time
    with test.step("the next boot starts it, and it dumps the panic"):
        _starts_and_dumps(machine)


def _through_shim(test: Run) -> None:
    for_kernel, owner, stranger = (signing.new_signer(test.work, name) for name in ("kernel", "owner", "stranger"))
    firmware = qemu.OVMF_MICROSOFT
    shim = package.file(test.lab.settings, "shim-signed", "usr/lib/shim/shimx64.efi.signed").read_bytes()
    machine = _machine(test, "shim", for_kernel, firmware, [
        signing.extended(firmware.variables.read_bytes(), "db", for_kernel.signature_list()), owner.enrolled(),
        *prepare_with(to_path(_SHIM), f"{to_path(_TOOL)} list")])
    application = test.lab.application.read_bytes()
    machine.esp.add({_SHIM: shim, _TOOL: owner.sign(application)})
    mount, files = mount_esp(test.lab)
    carried = files | _carried(test, owner) | {"bin/strange.efi": stranger.sign(application)}
    with test.step("through shim: what no enrolled key has signed is refused, and how to enroll one is said"):
        boot = machine.linux_from_esp(
            f"{mount}run refused pstore-fw install --shim\n"
            "run strange pstore-fw install --shim --image /bin/strange.efi\n"
            f"run direct pstore-fw install {_KEYS}\n"
            f"run signed pstore-fw install --shim {_KEYS}\n{_CHECK}", files=carried, panics=True)
        for name in "refused", "strange":
            _check_refused(boot, name, "shim would refuse the application.*mokutil --import")
        _check_refused(boot, "direct", "the firmware " + _WOULD_REFUSE)
        check.matches("what it said", said(boot, "signed"),
                      r"written and compared\nSysPrep0001: .*, through \\EFI\\debian\\shimx64.efi\n")
        _check_says(boot, "firmware starts the application before each boot")
    with test.step("the firmware starts shim, shim the application, and it dumps the panic"):
        _starts_and_dumps(machine)
    with test.step("removed, somebody else's entry through the same shim stays"):
        boot = machine.linux_from_esp(mount + "run uninstall pstore-fw uninstall\n", files=carried)
        check.matches("what it said", said(boot, "uninstall"), r"removed: 1 entry .*\nremoved: .*; dumps stay")
        names = {each.name for each in varstore.live_variables(machine.variable_image)}
        check.true("the tool's entry is there", "SysPrep0000" in names)
        check.true("ours is gone", "SysPrep0001" not in names)
        check.true("shim is there", machine.esp.read("EFI/debian"))


def run(test: Run) -> None:
    _own_key(test)
    _through_shim(test)
