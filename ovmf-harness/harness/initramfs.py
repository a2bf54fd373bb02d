# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The guest's initramfs: busybox, the modules it needs, the Linux command with its libraries.

It takes a tenth of a second to make, so it is made anew for every run and can never be stale.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Mapping

from harness import cpio
from harness.kernel import Kernel

BUSYBOX = Path("/bin/busybox")
GUEST = Path(__file__).parent / "guest"
_MODULES = ["virtio_pci", "virtio_blk", "efivarfs", "efi_pstore"]
_PARAMETERS = {"efi_pstore": "pstore_disable=0"}  # some distributions' kernels come with it switched off


def libraries(program: Path, tree: Path = Path("/")) -> dict[str, bytes]:
    """What the dynamic linker loads with a program, of the tree that it was unpacked in or of the host."""
    search = ":".join(str(tree / each / "x86_64-linux-gnu") for each in ("lib", "usr/lib"))
    environment = os.environ | ({"LD_LIBRARY_PATH": search} if tree != Path("/") else {})
    listing = subprocess.run(["ldd", program], check=True, capture_output=True, text=True, env=environment)
    paths = map(Path, re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listing.stdout, re.MULTILINE))
    return {_place(path, tree): path.read_bytes() for path in paths}


def _place(path: Path, tree: Path) -> str:
    return str(path.relative_to(tree if path.is_relative_to(tree) else "/"))


def _modules(ordered: list[tuple[str, bytes]]) -> dict[str, bytes]:
    order = "".join(f"{name} {_PARAMETERS.get(name, '')}\n" for name, _ in ordered).encode()
    return {"modules/order": order} | {f"modules/{name}.ko": content for name, content in ordered}


def base(kernel: Kernel, programs: Mapping[str, bytes], busybox: Path = BUSYBOX) -> bytes:
    files = {
        "init": (GUEST / "init").read_bytes(),
        "functions": (GUEST / "functions").read_bytes(),
        "bin/busybox": busybox.read_bytes(),
    }
    return cpio.archive(files | _modules(kernel.load_order(_MODULES)) | programs)


def command(linux_tool: Path) -> dict[str, bytes]:
    return {"bin/pstore-fw": linux_tool.read_bytes()} | libraries(linux_tool)


def system(kernel: Kernel, wanted: list[str]) -> bytes:
    """One that loads these modules and goes on with the system on a disk (guestdisk)."""
    return cpio.archive({
        "init": (GUEST / "system-initramfs").read_bytes(),
        "functions": (GUEST / "functions").read_bytes(),
        "bin/busybox": BUSYBOX.read_bytes(),
    } | _modules(kernel.load_order(wanted)))


def files(content: Mapping[str, bytes]) -> bytes:
    """Files that are unpacked over those of the initramfs before."""
    return cpio.archive(content)


def step(script: str, files: Mapping[str, bytes]) -> bytes:
    """What one boot adds, unpacked over the base: its script, and the files that the script uses."""
    return cpio.archive({"step": script.encode(), **files})
