# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The EFI system partition in a GPT disk image, made and read without root and without mounting."""

import os
import subprocess
import tempfile
import uuid
from pathlib import Path

PARTITION_GUID = uuid.UUID("6f7b0f0a-94a5-4a0c-8f0e-5d2b6f1f3c11")
FIRST_SECTOR = 2048
SECTORS = 64 * 1024 * 2  # 64 MiB: FAT32 needs more than 32
SECTOR_BYTES = 512

# No user's mtools settings, no complaints about geometry.
_MTOOLS = {"MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"}


class Esp:
    def __init__(self, image: Path):
        self.image = image

    @classmethod
    def create(cls, image: Path) -> "Esp":
        image.unlink(missing_ok=True)
        with open(image, "wb") as disk:
            # The last sectors hold the second copy of the partition table.
            disk.truncate((FIRST_SECTOR + SECTORS + 2048) * SECTOR_BYTES)
        _run("sgdisk", f"--new=1:{FIRST_SECTOR}:+{SECTORS // 2048}M", "--typecode=1:EF00",
             f"--partition-guid=1:{PARTITION_GUID}", str(image))
        esp = cls(image)
        esp._mtool("mformat", "-F", "-T", str(SECTORS), "-v", "ESP", "::")
        return esp

    def _mtool(self, tool: str, *arguments: str) -> None:
        _run(tool, "-i", f"{self.image}@@{FIRST_SECTOR * SECTOR_BYTES}", *arguments)

    def add(self, files: dict[str, bytes]) -> None:
        """Write files by path, as "EFI/pstore-fw/note.txt"; directories are made, files replaced."""
        with tempfile.TemporaryDirectory() as scratch:
            for path, data in files.items():
                target = Path(scratch) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            tops = sorted(str(top) for top in Path(scratch).iterdir())
            self._mtool("mcopy", "-s", "-o", "-Q", *tops, "::/")

    def read(self, directory: str = "") -> dict[str, bytes]:
        """Every file below a directory, by its path from there; none when there is no such directory."""
        with tempfile.TemporaryDirectory() as scratch:
            self._mtool("mcopy", "-s", "-n", "::/", scratch)
            top = Path(scratch) / directory
            files = [path for path in top.rglob("*") if path.is_file()]
            return {str(file.relative_to(top)): file.read_bytes() for file in files}


def _run(*command: str) -> None:
    environment = os.environ | _MTOOLS
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, env=environment)
