# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The programs that a kdump needs, out of the distribution's packages, unpacked and not installed."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness import archive, initramfs, kernel
from harness.settings import Settings

_PACKAGES = ["makedumpfile", "kexec-tools"]
_PROGRAMS = ["usr/bin/makedumpfile", "sbin/vmcore-dmesg", "sbin/kexec"]
# Of what the packages depend on, what programs load.
_LIBRARIES = re.compile(r"(lib|zlib)")


def obtain(settings: Settings) -> Path:
    """The tree that they are unpacked in."""
    tree = settings.build / "kdump-tools"
    source = kernel.archive(settings)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            needed = [package for package in source.closure(_PACKAGES) if _LIBRARIES.match(package)]
            source.unpack([*_PACKAGES, *needed], tree)
    return tree


def files(tree: Path) -> dict[str, bytes]:
    """The programs and their libraries, where the packages have them."""
    found = {}
    for program in _PROGRAMS:
        found |= {program: (tree / program).read_bytes()} | initramfs.libraries(tree / program, tree)
    return found


def log_of_image(tree: Path, vmcore: bytes) -> bytes:
    """The kernel's log, out of a memory image by makedumpfile."""
    with tempfile.TemporaryDirectory() as scratch:
        image, log = Path(scratch) / "vmcore", Path(scratch) / "log"
        image.write_bytes(vmcore)
        _run(tree, "usr/bin/makedumpfile", "--dump-dmesg", str(image), str(log))
        return log.read_bytes()


def _run(tree: Path, program: str, *arguments: str) -> None:
    search = f"{tree}/usr/lib/x86_64-linux-gnu:{tree}/lib/x86_64-linux-gnu"
    subprocess.run([tree / program, *arguments], check=True, capture_output=True,
                   env=os.environ | {"LD_LIBRARY_PATH": search})
