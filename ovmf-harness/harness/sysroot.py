# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the Linux command is built and tested with for another architecture: its libraries, and what runs its programs.

Both are the archive's, unpacked and not installed: no second architecture for this machine's dpkg.
"""

import os
import shutil
from pathlib import Path

from harness import kernel, package
from harness.architecture import Architecture
from harness.archive import Archive, locked
from harness.check import Skipped
from harness.settings import SetupError, Settings

# As scripts/install-deps has them. Their dependencies come along; of the compiler its own library alone.
_LIBRARIES = ("libc6-dev", "libefivar-dev", "libefiboot-dev", "libjson-c-dev", "zlib1g-dev", "liblzo2-dev", "liblz4-dev",
              "libzstd-dev", "liblzma-dev", "libblkid-dev", "libkmod-dev", "libsodium-dev", "libsystemd-dev",
              "libcmocka-dev")


def directory(settings: Settings, architecture: Architecture) -> Path:
    """Of all that is built for it."""
    return settings.build / architecture.package


def _compiler_library(source: Archive) -> str:
    """libgcc, with what a program starts and ends with."""
    compiler = source.dependency("gcc", "", r"gcc-\d+")
    return source.dependency(compiler, "", r"libgcc-\d+-dev")


def _make_relative(tree: Path) -> None:
    """The links that lead to where they would be installed."""
    for directory, directories, files in os.walk(tree):
        for name in (*directories, *files):
            link = Path(directory, name)
            if link.is_symlink() and os.readlink(link).startswith("/"):
                target = os.path.relpath(f"{tree}{os.readlink(link)}", directory)
                link.unlink()
                link.symlink_to(target)


def libraries(settings: Settings, architecture: Architecture, tree: Path) -> None:
    source = kernel.archive(settings, architecture)
    with locked(source.root / "lock"):
        if tree.is_dir():
            return
        source.prepare()
        raw = tree.with_name(tree.name + ".unpacked")
        shutil.rmtree(raw, ignore_errors=True)
        raw.parent.mkdir(parents=True, exist_ok=True)
        source.unpack(source.closure([*_LIBRARIES, _compiler_library(source)]), raw)
        _make_relative(raw)
        # Where a package puts nothing there itself, the base system has this link.
        if not (raw / "lib").exists():
            (raw / "lib").symlink_to("usr/lib")
        raw.rename(tree)


def _write_program(path: Path, *lines: str) -> None:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)


def emulated(settings: Settings, architecture: Architecture, tree: Path, place: Path) -> None:
    """Programs in `place` that run those of this architecture: `run` any, in whose eyes O is `place`, and there the
    Linux command under its own name, as tests look for it."""
    qemu = f"'{emulator(settings, architecture)}' -L '{tree}'"
    place.mkdir(parents=True, exist_ok=True)
    _write_program(place / "run", f"export O='{place}' EMULATOR='{place}/run'", f'exec {qemu} "$@"')
    # QEMU before 8.1 starts itself where a program starts itself anew, as this one does for another directory.
    _write_program(place / "pstore-fw",
                   'for word; do case $word in efivarfs:*) export EFIVARFS_PATH="${word#efivarfs:}/" ;; esac; done',
                   f"""exec {qemu} '{place.parent}/pstore-fw' "$@\"""")


def emulator(settings: Settings, architecture: Architecture) -> Path:
    """QEMU for single programs: the one installed, or one that needs no library beside it."""
    name = f"qemu-{architecture.name}"
    installed = shutil.which(name) or shutil.which(f"{name}-static")
    if installed:
        return Path(installed)
    try:
        return package.file(settings, "qemu-user-static", f"usr/bin/{name}-static")
    except Skipped as reason:
        raise SetupError(f"{name} is not there: install qemu-user ({reason})") from reason
