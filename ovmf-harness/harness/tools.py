# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Programs for guests, out of the distribution's packages, unpacked and not installed: those that a kdump needs."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness import archive, kernel
from harness.architecture import X86_64
from harness.settings import SetupError
from harness.userland import Userland

_MAKEDUMPFILE = "makedumpfile"


@dataclass(frozen=True)
class Tools:
    name: str  # of the tree that they are unpacked in
    packages: tuple[str, ...]
    programs: tuple[str, ...]


KDUMP = Tools("kdump-tools", ("makedumpfile", "kexec-tools"), (_MAKEDUMPFILE, "vmcore-dmesg", "kexec"))
# Where packages have programs: releases have moved them from one to the other.
_DIRECTORIES = ("usr/sbin", "usr/bin", "sbin", "bin")
# Of what the packages depend on, what programs load.
_LIBRARIES = re.compile(r"(lib|zlib)")


def obtain(userland: Userland, wanted: Tools = KDUMP) -> Path:
    """The tree that they are unpacked in."""
    architecture = userland.architecture
    suffix = "" if architecture is X86_64 else f"-{architecture.package}"
    tree = userland.settings.build / f"{wanted.name}{suffix}"
    source = kernel.archive(userland.settings, architecture)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            needed = [package for package in source.closure([*wanted.packages]) if _LIBRARIES.match(package)]
            source.unpack(list({*wanted.packages, *needed}), tree)
    return tree


def _program(tree: Path, name: str) -> Path:
    found = shutil.which(name, path=":".join(str(tree / directory) for directory in _DIRECTORIES))
    if not found:
        raise SetupError(f"{tree} has no {name}: remove it, and it is made anew")
    return Path(found)


def files(userland: Userland, wanted: Tools = KDUMP) -> dict[str, bytes]:
    """The programs and their libraries, where the packages have them."""
    tree = obtain(userland, wanted)
    found = {}
    for program in (_program(tree, name) for name in wanted.programs):
        found |= {str(program.relative_to(tree)): program.read_bytes()} | userland.libraries(program, tree)
    return found


# Who printed each line, which makedumpfile tells since 1.7.6, also where the kernel itself does not print it.
_CALLER = re.compile(rb"^(\[ *\d+\.\d{6}\]) \[ *[CT]\d+\]", re.MULTILINE)


def without_callers(log: bytes) -> bytes:
    """A log by makedumpfile as the kernel printed it."""
    return _CALLER.sub(rb"\1", log)


def log_of_image(userland: Userland, vmcore: bytes) -> bytes:
    """The kernel's log, out of a memory image by makedumpfile."""
    with tempfile.TemporaryDirectory() as scratch:
        image, log = Path(scratch) / "vmcore", Path(scratch) / "log"
        image.write_bytes(vmcore)
        _run(userland, _MAKEDUMPFILE, "--dump-dmesg", str(image), str(log))
        return without_callers(log.read_bytes())


def _run(userland: Userland, program: str, *arguments: str) -> None:
    tree = obtain(userland)
    subprocess.run([*userland.emulator, _program(tree, program), *arguments], check=True, capture_output=True,
                   env=userland.environment(tree))
