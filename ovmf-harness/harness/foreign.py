# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What machines of another architecture share: emulated, with that architecture's kernel, and with nothing of ours in
the guest or with the Linux command that was built for it (make arm64).
"""

import shutil
from dataclasses import replace

from harness import archive, initramfs, kernel, shell, sysroot
from harness.architecture import Architecture
from harness.check import Skipped
from harness.lab import Lab
from harness.qemu import Emulator, Firmware
from harness.settings import Settings, SetupError
from harness.userland import Userland


def lab(native: Lab, firmware: Firmware) -> Lab:
    """For machines of this firmware's architecture, which come to the shell that is in it."""
    architecture = firmware.architecture
    if not shutil.which(architecture.emulator) or not firmware.code.exists():
        raise SetupError(f"{architecture.emulator} or {firmware.code} is not there: run scripts/install-deps")
    try:
        guest_kernel = kernel.obtain_foreign(native.settings, architecture)
        busybox = kernel.busybox(native.settings, architecture)
    except archive.NotThere as error:
        raise Skipped(f"no kernel for {architecture.name}: {error}") from error
    return replace(native, emulator=Emulator(architecture.emulator, "tcg"), firmware=firmware, kernel=guest_kernel,
                   shell=shell.image(firmware.code), architecture=architecture,
                   initramfs=initramfs.base(guest_kernel, {}, busybox))


def _userland(settings: Settings, architecture: Architecture) -> Userland:
    ours = sysroot.directory(settings, architecture)
    root = ours / "sysroot"
    emulator = (sysroot.emulator(settings, architecture), "-L", root)
    linker = (*emulator, root / f"lib/ld-linux-{architecture.name}.so.1", "--list")
    made = Userland(settings, ours, architecture, kernel.busybox(settings, architecture), root, emulator, linker)
    if not made.linux_tool.is_file():
        raise SetupError(f"{made.linux_tool} is not there: run make {architecture.package} first")
    return made


def lab_with_command(native: Lab, firmware: Firmware) -> Lab:
    foreign = lab(native, firmware)
    programs = _userland(native.settings, foreign.architecture)
    work = native.settings.work / foreign.kernel.version
    work.mkdir(exist_ok=True)
    return replace(foreign, work=work, userland=programs,
                   initramfs=initramfs.base(foreign.kernel, programs.command(), programs.busybox))
