# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Small programs for the guest, built by the host's compilers: harness/guest/*.c."""

import subprocess
import tempfile
from pathlib import Path

from harness.initramfs import GUEST

_EFI_HEADERS = Path("/usr/include/efi")


def build(name: str) -> bytes:
    """For Linux, static."""
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / name
        subprocess.run(["gcc", "-O1", "-static", "-s", "-o", program, GUEST / f"{name}.c"], check=True,
                       capture_output=True)
        return program.read_bytes()


def build_efi(name: str) -> bytes:
    """For firmware, as the Makefile makes the application."""
    with tempfile.TemporaryDirectory() as scratch:
        made, image = Path(scratch) / "made.o", Path(scratch) / "made.efi"
        subprocess.run(["clang", "--target=x86_64-unknown-windows", "-O1", "-ffreestanding", "-fshort-wchar",
                        "-DGNU_EFI_USE_MS_ABI", "-isystem", _EFI_HEADERS, "-isystem", _EFI_HEADERS / "x86_64",
                        "-mgeneral-regs-only", "-mno-stack-arg-probe", "-c", "-o", made, GUEST / f"{name}.c"],
                       check=True)
        subprocess.run(["lld-link", "/nologo", "/subsystem:efi_application", "/entry:efi_main", "/nodefaultlib",
                        f"/out:{image}", made], check=True)
        return image.read_bytes()
