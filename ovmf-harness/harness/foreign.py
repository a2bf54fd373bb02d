# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What machines of another architecture share: emulated, with that architecture's kernel and nothing of ours in the
guest, as the Linux command is this one's.
"""

import shutil
from dataclasses import replace

from harness import archive, initramfs, kernel, shell
from harness.check import Skipped
from harness.lab import Lab
from harness.qemu import Firmware
from harness.settings import SetupError


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
    return replace(native, accelerator="tcg", kernel=guest_kernel, shell=shell.image(firmware.code),
                   initramfs=initramfs.base(guest_kernel, {}, busybox), architecture=architecture)
