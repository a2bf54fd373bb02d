# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The guest's initramfs: busybox, the modules it needs, the Linux command with its libraries.

It takes a tenth of a second to make, so it is made anew for every run and can never be stale.
"""

import re
import subprocess
from pathlib import Path
from typing import Mapping

from harness import cpio
from harness.kernel import Kernel

_BUSYBOX = Path("/bin/busybox")
_INIT = Path(__file__).parent / "guest" / "init"
_MODULES = ["virtio_pci", "virtio_blk", "efivarfs", "efi_pstore"]
_PARAMETERS = {"efi_pstore": "pstore_disable=0"}  # some distributions' kernels come with it switched off


def _libraries(program: Path) -> dict[str, bytes]:
    listing = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    paths = re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listing, re.MULTILINE)
    return {path.lstrip("/"): Path(path).read_bytes() for path in paths}


def base(kernel: Kernel, linux_tool: Path) -> bytes:
    modules = kernel.load_order(_MODULES)
    files = {
        "init": _INIT.read_bytes(),
        "bin/busybox": _BUSYBOX.read_bytes(),
        "bin/pstore-fw": linux_tool.read_bytes(),
        "modules/order": "".join(f"{name} {_PARAMETERS.get(name, '')}\n" for name, _ in modules).encode(),
    }
    files |= {f"modules/{name}.ko": content for name, content in modules}
    return cpio.archive(files | _libraries(linux_tool))


def step(script: str, files: Mapping[str, bytes]) -> bytes:
    """What one boot adds, unpacked over the base: its script, and the files that the script uses."""
    return cpio.archive({"step": script.encode(), **files})
