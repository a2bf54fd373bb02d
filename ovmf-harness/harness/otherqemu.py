# SPDX-License-Identifier: BSD-2-Clause-Patent
"""QEMU and OVMF of a release of the distribution: those of the one in use are installed, those of another unpacked and
run with its own dynamic linker and libraries."""

import gzip
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness import archive
from harness.architecture import X86_64
from harness.archive import NotThere
from harness.settings import Settings

_PACKAGES = ["qemu-system-x86", "ovmf"]
# Of what they depend on, what a program loads or shows to its guest.
_NEEDED = re.compile(r"(lib|zlib|qemu-system-|seabios|ipxe-qemu|ovmf)")
_LIBRARIES = "usr/lib/x86_64-linux-gnu"
# Unpacked one by one, packages of before and after the merge of /usr have both.
_LINKERS = ("usr/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2", f"{_LIBRARIES}/ld-linux-x86-64.so.2")
_START = """\
#!/bin/sh
QEMU_MODULE_DIR={tree}/{libraries}/qemu exec {linker} \\
        --library-path {tree}/{libraries}:{tree}/lib/x86_64-linux-gnu \\
        {tree}/usr/bin/qemu-system-x86_64 -L {tree}/usr/share/qemu -L {tree}/usr/share/seabios "$@"
"""
_CHANGES = "doc/ovmf/changelog.Debian.gz"  # beside the directory of OVMF's files


@dataclass(frozen=True)
class Release:
    emulator: Path
    firmware: Path  # the directory of OVMF's files

    @property
    def qemu_version(self) -> str:
        told = subprocess.run([self.emulator, "--version"], check=True, capture_output=True, text=True)
        return re.search(r"version (\S+)", told.stdout)[1]

    @property
    def ovmf_version(self) -> str:
        """Of the package, where its changes are there to be read."""
        changes = self.firmware.parent / _CHANGES
        if not changes.is_file():
            return "unknown"
        return re.search(r"\((.*?)\)", gzip.decompress(changes.read_bytes()).decode())[1]


def obtain(settings: Settings, name: str) -> Release:
    """NotThere when the mirror has no such release, or not all of it."""
    if name == archive.codename():
        return Release(Path(shutil.which(X86_64.emulator)), Path("/usr/share/OVMF"))
    tree = settings.build / "machines" / name
    source = archive.Archive(settings.build / f"apt-{name}", release=name)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            tree.parent.mkdir(exist_ok=True)
            source.unpack([each for each in source.closure(_PACKAGES) if _NEEDED.match(each)], tree)
    return Release(_starter(tree), tree / "usr/share/OVMF")


def _starter(tree: Path) -> Path:
    linker = next((tree / path for path in _LINKERS if (tree / path).exists()), None)
    if linker is None:
        raise NotThere(f"{tree} has no dynamic linker")
    # What runs is the dynamic linker. Beside it QEMU looks for this, and then for no modules of the host's QEMU.
    (linker.resolve().parent / "qemu-bundle").mkdir(exist_ok=True)
    script = tree / "qemu"
    script.write_text(_START.format(tree=tree, libraries=_LIBRARIES, linker=linker))
    script.chmod(0o755)
    return script
