# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The guest's initramfs: busybox, the modules it needs, the Linux command with its libraries.

It takes a tenth of a second to make, so it is made anew for every run and can never be stale.
"""

from pathlib import Path
from typing import Mapping

from harness import cpio
from harness.kernel import Kernel
from harness.userland import BUSYBOX

GUEST = Path(__file__).parent / "guest"
_MODULES = ["virtio_pci", "virtio_blk", "efivarfs", "efi_pstore"]
_PARAMETERS = {"efi_pstore": "pstore_disable=0"}  # some distributions' kernels come with it switched off


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


def system(kernel: Kernel, wanted: list[str], busybox: Path = BUSYBOX) -> bytes:
    """One that loads these modules and goes on with the system on a disk (guestdisk)."""
    return cpio.archive({
        "init": (GUEST / "system-initramfs").read_bytes(),
        "functions": (GUEST / "functions").read_bytes(),
        "bin/busybox": busybox.read_bytes(),
    } | _modules(kernel.load_order(wanted)))


def files(content: Mapping[str, bytes]) -> bytes:
    """Files that are unpacked over those of the initramfs before."""
    return cpio.archive(content)


def step(script: str, files: Mapping[str, bytes]) -> bytes:
    """What one boot adds, unpacked over the base: its script, and the files that the script uses."""
    return cpio.archive({"step": script.encode(), **files})
