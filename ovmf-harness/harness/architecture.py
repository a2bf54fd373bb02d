# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A processor, and what those who name it call it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    name: str  # QEMU's and uname's
    package: str  # Debian's
    image: str  # UEFI 2.10, 3.5.1.1
    console: str  # Linux's first serial port
    processor: tuple[str, ...]  # QEMU's options for one that is emulated
    exception: bytes  # what firmware prints before it stops for ever

    @property
    def emulator(self) -> str:
        return f"qemu-system-{self.name}"

    @property
    def application(self) -> str:
        return f"pstore-fw{self.image}.efi"

    @property
    def default_program(self) -> str:
        """What firmware starts of an ESP without being told."""
        return f"EFI/BOOT/BOOT{self.image.upper()}.EFI"


# QEMU 7.2 emulates cmpxchg16b so that flags are wrong now and then, and Linux allocates memory by it since
# 6.5: such kernels died of it, in about one boot of a hundred, anywhere.
X86_64 = Architecture("x86_64", "amd64", "x64", "ttyS0", ("-cpu", "qemu64,-cx16"), b"!!!! X64 Exception Type")
AARCH64 = Architecture("aarch64", "arm64", "aa64", "ttyAMA0", ("-cpu", "cortex-a57"), b"Exception at 0x")
