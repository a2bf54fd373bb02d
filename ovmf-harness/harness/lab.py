# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What every machine of a run shares: the settings, the accelerator, the guest's kernel and initramfs."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness import initramfs, kernel, loadoption, varstore
from harness.qemu import OVMF_VARIABLES, Qemu
from harness.settings import Settings, SetupError

_PROBE_BOUND_S = 30
_NEEDED_PROGRAMS = ["qemu-system-x86_64", "setpriv", "sgdisk", "mformat", "mcopy", "busybox", "ldd"]


@dataclass(frozen=True)
class Lab:
    settings: Settings
    work: Path  # where this kernel's machines live
    accelerator: str
    kernel: kernel.Kernel
    initramfs: bytes


def _boots_with_kvm(scratch: Path) -> bool:
    """/dev/kvm may be there and still fail on the first instructions of the firmware, so the firmware must
    have come as far as its shell and have switched the machine off."""
    variables = scratch / "vars.fd"
    variables.write_bytes(varstore.append(OVMF_VARIABLES.read_bytes(), [
        loadoption.boot_option(0, "switch off", loadoption.shell_path(), "Shell.efi -nomap reset -s"),
        loadoption.boot_order(0),
    ]))
    with Qemu("kvm", variables, scratch / "serial.log", []) as qemu:
        deadline = time.monotonic() + _PROBE_BOUND_S
        while not qemu.ended and not qemu.has_complained and time.monotonic() < deadline:
            time.sleep(0.1)
        return qemu.ended and not qemu.has_complained and b"UEFI Interactive Shell" in qemu.serial


def _accelerator(work: Path) -> str:
    verdict = work / "accelerator"
    if not verdict.exists():
        with tempfile.TemporaryDirectory(dir=work) as scratch:
            verdict.write_text("kvm" if _boots_with_kvm(Path(scratch)) else "tcg")
    return verdict.read_text()


def prepare(settings: Settings) -> Lab:
    settings.require_programs()
    missing = [program for program in _NEEDED_PROGRAMS if not shutil.which(program)]
    if missing or not OVMF_VARIABLES.exists():
        raise SetupError(f"{', '.join(missing) or OVMF_VARIABLES} is not there: run scripts/install-deps")
    settings.work.mkdir(parents=True, exist_ok=True)
    guest_kernel = kernel.obtain(settings)
    work = settings.work / guest_kernel.version
    work.mkdir(exist_ok=True)
    guest_initramfs = initramfs.base(guest_kernel, settings.linux_tool)
    return Lab(settings, work, _accelerator(settings.work), guest_kernel, guest_initramfs)
