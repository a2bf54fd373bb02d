# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Modules for the guest's kernel that Debian's come without: one that oopses on request, in place of LKDTM; one
that hangs the machine; the kernel's own window into ERST, /dev/erst_dbg; and efi_test, by which fwts calls the
firmware.

Built against the kernel's headers, which are unpacked in the build directory and never installed.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import archive, kernel, report
from harness.check import Skipped
from harness.initramfs import GUEST
from harness.lab import Lab

_INSTALLED = "/usr/src/linux-headers-"
# What a make that started us says to its own children.
_OF_MAKE = {"MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "O"}
# Of the kernel's source.
_ERST_DBG = ["drivers/acpi/apei/erst-dbg.c", "drivers/acpi/apei/apei-internal.h"]
_EFI_TEST = ["drivers/firmware/efi/test/efi_test.c", "drivers/firmware/efi/test/efi_test.h"]
_EFIVARFS_TESTS = [f"tools/testing/selftests/efivarfs/{name}"
                   for name in ("efivarfs.sh", "open-unlink.c", "create-read.c")]


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


def _unpack_source(source: archive.Archive, version: str, tree: Path) -> None:
    """Of the kernel's whole source, which is one packed archive in its package, what is used here."""
    package = "linux-source-" + re.match(r"\d+\.\d+", version)[0]
    with tempfile.TemporaryDirectory(dir=tree.parent) as scratch:
        source.unpack([package], Path(scratch) / "package")
        packed = Path(scratch) / f"package/usr/src/{package}.tar.xz"
        (Path(scratch) / "files").mkdir()
        archive.output("tar", "-xf", str(packed), "-C", f"{scratch}/files", "--strip-components=1", "--occurrence=1",
                       *(f"{package}/{name}" for name in [*_ERST_DBG, *_EFI_TEST, *_EFIVARFS_TESTS]))
        (Path(scratch) / "files").rename(tree)


def _source(lab: Lab, names: list[str]) -> list[Path]:
    """These files, of the release that the kernel is of."""
    tree = kernel.directory(lab.settings, lab.kernel.version) / "source"
    source = kernel.archive(lab.settings)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            report.say(f"downloading the source of {lab.kernel.version}")
            tree.parent.mkdir(parents=True, exist_ok=True)
            source.prepare()
            _unpack_source(source, lab.kernel.version, tree)
    return [tree / name for name in names]


def _make(headers: Path, name: str, sources: list[Path], directory: Path) -> None:
    """gcc instead of the kernel's own compiler, which has a version in its name; no type information, which
    would need pahole."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for path in sources:
        shutil.copy(path, directory)
    (directory / "Kbuild").write_text(f"obj-m := {name}.o\n")
    command = ["make", "-C", headers, f"M={directory}", "CC=gcc", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_MAKE}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise Skipped(f"no module {name} can be built against {headers}: {_first_error(done.stderr)}")


def _first_error(complaint: str) -> str:
    lines = complaint.strip().splitlines()
    return next((line for line in lines if "rror" in line), lines[0] if lines else "make failed")


def _build(lab: Lab, name: str, sources: list[Path]) -> bytes:
    directory = lab.work / f"{name}-module"
    built = directory / f"{name}.ko"
    with archive.locked(directory.with_name(f"{directory.name}.lock")):
        if not built.exists() or built.stat().st_mtime < max(path.stat().st_mtime for path in sources):
            report.say(f"building the module {name} for {lab.kernel.version}")
            try:
                _make(_headers(lab), name, sources, directory)
            except archive.NotThere as error:
                raise Skipped(f"no headers of {lab.kernel.version}: {error}") from error
        return built.read_bytes()


def oops(lab: Lab) -> bytes:
    """The module's bytes; the scenario is skipped where it cannot be built."""
    return _build(lab, "oops", [GUEST / "oops.c"])


def hang(lab: Lab) -> bytes:
    """The same."""
    return _build(lab, "hang", [GUEST / "hang.c"])


def _of_source(lab: Lab, name: str, names: list[str]) -> bytes:
    try:
        return _build(lab, name, _source(lab, names))
    except archive.NotThere as error:
        raise Skipped(f"no source of {lab.kernel.version}: {error}") from error


def erst_dbg(lab: Lab) -> bytes:
    """The same."""
    return _of_source(lab, "erst-dbg", _ERST_DBG)


def efi_test(lab: Lab) -> bytes:
    """The same."""
    return _of_source(lab, "efi_test", _EFI_TEST)


def efivarfs_tests(lab: Lab) -> list[Path]:
    """The kernel's own tests of efivarfs: a script, and the programs that it calls. archive.NotThere."""
    return _source(lab, _EFIVARFS_TESTS)
