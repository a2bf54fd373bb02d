# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A module for the guest's kernel that oopses on request: Debian's kernels come without LKDTM.

Built against the kernel's headers, which are unpacked in the build directory and never installed.
"""

import os
import shutil
import subprocess
from pathlib import Path

from harness import archive, kernel, report
from harness.check import Skipped
from harness.lab import Lab

_SOURCE = Path(__file__).parent / "guest" / "oops.c"
_KBUILD = "obj-m := oops.o\n"
_INSTALLED = "/usr/src/linux-headers-"
# What a make that started us says to its own children.
_OF_MAKE = {"MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "O"}


def _header_packages(source: archive.Archive, version: str) -> list[str]:
    package = f"linux-headers-{version}"
    needed = [source.dependency(package, "", pattern)
              for pattern in (r"linux-headers-\S+-common", r"linux-kbuild-\S+")]
    return [package, *needed]


def _relocate(tree: Path) -> None:
    """The headers' absolute paths: their Makefile includes the one that all flavours share, and 7.2's names itself."""
    for makefile in tree.glob(f"{_INSTALLED[1:]}*/Makefile"):
        makefile.write_text(makefile.read_text().replace(_INSTALLED, f"{tree}{_INSTALLED}"))


def _headers(lab: Lab) -> Path:
    """The directory to build in."""
    settings, version = lab.settings, lab.kernel.version
    if settings.image:
        return settings.modules / "build"
    tree = kernel.directory(settings, version) / "headers"
    source = kernel.archive(settings)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.unpack(_header_packages(source, version), tree)
            _relocate(tree)
    return tree / "usr/src" / f"linux-headers-{version}"


def _make(headers: Path, directory: Path) -> Path:
    """gcc instead of the kernel's own compiler, which has a version in its name; no type information, which
    would need pahole."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    shutil.copy(_SOURCE, directory)
    (directory / "Kbuild").write_text(_KBUILD)
    command = ["make", "-C", headers, f"M={directory}", "CC=gcc", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_MAKE}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise Skipped(f"no module can be built against {headers}: {_first_error(done.stderr)}")
    return directory / "oops.ko"


def _first_error(complaint: str) -> str:
    lines = complaint.strip().splitlines()
    return next((line for line in lines if "rror" in line), lines[0] if lines else "make failed")


def obtain(lab: Lab) -> bytes:
    """The module's bytes; the scenario is skipped where it cannot be built."""
    directory = lab.work / "oops-module"
    with archive.locked(directory.with_name("oops-module.lock")):
        built = directory / "oops.ko"
        if not built.exists() or built.stat().st_mtime < _SOURCE.stat().st_mtime:
            report.say(f"building the oops module for {lab.kernel.version}")
            try:
                built = _make(_headers(lab), directory)
            except archive.NotThere as error:
                raise Skipped(f"no headers of {lab.kernel.version}: {error}") from error
        return built.read_bytes()
