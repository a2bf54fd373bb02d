# SPDX-License-Identifier: BSD-2-Clause-Patent
"""With Secure Boot on, and so lockdown, kexec_file_load() takes a kernel that a key of the firmware's has
signed, and the panic is saved; of one that none has signed, load says so in one line.

Both kernels are the distribution's, the first with the signature of OVMF's test key. Without a firmware's key,
as under SeaBIOS with lockdown=integrity, the distribution's own signature is of no key that Linux has.
"""

from harness import check, kdump, qemu, signing
from harness.qemu import Hardware
from harness.scenario import Run

_LOAD = f"""
run lockdown cat /sys/kernel/security/lockdown
cp /run/signed "/boot/vmlinuz-$(uname -r)"
echo path = kdump > /etc/pstore-fw/kdump.conf
{kdump.LOAD}
crash
"""
_LOAD_UNSIGNED = f"""
run lockdown cat /sys/kernel/security/lockdown
{kdump.LOAD}
run loaded cat /sys/kernel/kexec_crash_loaded
"""
_LOCKED_DOWN = r"\[integrity\]"


def _refuse(test: Run) -> None:
    seen = test.system("lockdown").linux(_LOAD_UNSIGNED, append=f"{kdump.RESERVED} lockdown=integrity")
    check.matches("the kernel is locked down", seen.results["lockdown"].text, _LOCKED_DOWN)
    check.status(seen.results["load"], 1)
    check.one_line("what load says", seen.results["load"].complaint, "sign")
    check.equal("whether a crash kernel is loaded", seen.results["loaded"].text, "0\n")


def _survive(test: Run) -> None:
    signed = test.work / "vmlinuz"
    unsigned = signing.without_signature(test.lab.kernel.image.read_bytes())
    signed.write_bytes(signing.snakeoil(test.work).sign(unsigned))
    system = test.system("secure-boot", hardware=Hardware(qemu.OVMF_SECURE, 1024), kernel=signed)
    crashed = kdump.crash(system, _LOAD, files={"signed": signed.read_bytes()})
    check.matches("the kernel is locked down", crashed.boot.results["lockdown"].text, _LOCKED_DOWN)
    kdump.check_unpacked(crashed.boot, "by itself, after a panic: the running kernel is locked down, and wants to see "
                                       "its signature")
    check.true("Secure Boot is on", "Secure boot enabled" in crashed.serial)
    kdump.comes_back(crashed)
    kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)


def run(test: Run) -> None:
    with test.step("lockdown without a key: load says why not"):
        _refuse(test)
    with test.step("a panic with Secure Boot on"):
        _survive(test)
