# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What every machine of a run shares: the settings, QEMU and its accelerator, the firmware, the
guest's kernel and initramfs."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from harness import initramfs, kernel, qemu, shell, userland, varstore
from harness.architecture import X86_64, Architecture
from harness.esp import Esp
from harness.settings import Settings, SetupError

_PROBE_BOUND_S = 30
_NEEDED_PROGRAMS = ["setpriv", "sgdisk", "mformat", "mcopy", "busybox", "ldd", "sbsign"]


@dataclass(frozen=True)
class Lab:
    settings: Settings
    work: Path  # where this kernel's machines live
    emulator: qemu.Emulator
    firmware: qemu.Firmware  # where no other is asked for
    kernel: kernel.Kernel
    initramfs: bytes
    shell: bytes
    userland: userland.Userland
    architecture: Architecture = X86_64

    @property
    def application(self) -> Path:
        return self.settings.build / self.architecture.application


def _boots_with_kvm(program: str, scratch: Path, shell_image: bytes) -> bool:
    """/dev/kvm may be there and still fail on the first instructions of the firmware, so the firmware must
    have come as far as its shell and have switched the machine off."""
    variables = scratch / "vars.fd"
    variables.write_bytes(varstore.append(qemu.OVMF_VARIABLES.read_bytes(), shell.start("-nomap reset -s")))
    esp = Esp.create(scratch / "esp.img")
    esp.add({shell.FILE: shell_image})
    with qemu.Qemu(qemu.Emulator(program, "kvm"), variables, scratch / "serial.log", qemu.disk(esp.image),
                   qemu.Hardware(qemu.OVMF)) as machine:
        deadline = time.monotonic() + _PROBE_BOUND_S
        while not machine.ended and not machine.has_complained and time.monotonic() < deadline:
            time.sleep(0.1)
        return machine.ended and not machine.has_complained and b"UEFI Interactive Shell" in machine.serial


def _accelerator(program: str, work: Path, shell_image: bytes) -> str:
    verdict = work / "accelerator"
    if not verdict.exists():
        with tempfile.TemporaryDirectory(dir=work) as scratch:
            verdict.write_text("kvm" if _boots_with_kvm(program, Path(scratch), shell_image) else "tcg")
    return verdict.read_text()


def _firmware(settings: Settings) -> qemu.Firmware:
    if settings.firmware_code:
        return qemu.Firmware(settings.firmware_code, settings.firmware_variables)
    return qemu.OVMF


def prepare(settings: Settings) -> Lab:
    return with_kernel(settings, lambda: kernel.obtain(settings))


def with_kernel(settings: Settings, obtain: Callable[[], kernel.Kernel]) -> Lab:
    settings.require_programs()
    emulator = str(settings.emulator or X86_64.emulator)
    missing = [program for program in (emulator, *_NEEDED_PROGRAMS) if not shutil.which(program)]
    if missing or not qemu.OVMF_VARIABLES.exists():
        raise SetupError(f"{', '.join(missing) or qemu.OVMF_VARIABLES} is not there: run scripts/install-deps")
    settings.work.mkdir(parents=True, exist_ok=True)
    guest_kernel = obtain()
    work = settings.work / guest_kernel.version
    work.mkdir(exist_ok=True)
    programs = userland.native(settings)
    guest_initramfs = initramfs.base(guest_kernel, programs.command())
    shell_image = shell.image(qemu.OVMF.code)
    accelerator = _accelerator(emulator, settings.work, shell_image)
    return Lab(settings, work, qemu.Emulator(emulator, accelerator), _firmware(settings), guest_kernel,
               guest_initramfs, shell_image, programs)
