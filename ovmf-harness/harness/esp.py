# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The EFI system partition in a GPT disk image, made and read without root and without mounting."""

import os
import re
import subprocess
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

PARTITION_GUID = uuid.UUID("6f7b0f0a-94a5-4a0c-8f0e-5d2b6f1f3c11")
FIRST_SECTOR = 2048
SECTORS = 64 * 1024 * 2  # 64 MiB: FAT32 needs more than 32
SECTOR_BYTES = 512
# Of an entry in a directory.
_IS_DIRECTORY = 0x10
_FIRST_CLUSTER_AT = 26

# No user's mtools settings, no complaints about geometry.
_MTOOLS = {"MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"}


class Esp:
    def __init__(self, image: Path, first_sector: int = FIRST_SECTOR):
        self.image = image
        self._first_sector = first_sector

    @classmethod
    def create(cls, image: Path, label: str = "ESP") -> "Esp":
        image.unlink(missing_ok=True)
        with open(image, "wb") as disk:
            # The last sectors hold the second copy of the partition table.
            disk.truncate((FIRST_SECTOR + SECTORS + 2048) * SECTOR_BYTES)
        _run("sgdisk", f"--new=1:{FIRST_SECTOR}:+{SECTORS // 2048}M", "--typecode=1:EF00",
             f"--partition-guid=1:{PARTITION_GUID}", str(image))
        esp = cls(image)
        esp._mtool("mformat", "-F", "-T", str(SECTORS), "-v", label, "::")
        return esp

    @classmethod
    def create_plain(cls, image: Path, megabytes: int, fat: int = 12, label: str = "PLAIN") -> "Esp":
        """A disk without partitions, of FAT12, FAT16 or FAT32."""
        image.unlink(missing_ok=True)
        _run("mkfs.vfat", "-C", "-F", str(fat), "-n", label, str(image), str(megabytes * 1024))
        return cls(image, first_sector=0)

    def _mtool(self, tool: str, *arguments: str) -> str:
        return _run(tool, "-i", f"{self.image}@@{self._first_sector * SECTOR_BYTES}", *arguments)

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
            return _files_below(Path(scratch) / directory)

    def read_what_can_be(self, directory: str) -> dict[str, bytes]:
        """The same of a file system that may be damaged."""
        with tempfile.TemporaryDirectory() as scratch:
            with suppress(subprocess.CalledProcessError):
                self._mtool("mcopy", "-s", "-n", f"::/{directory}", scratch)
            return _files_below(Path(scratch) / Path(directory).name)

    def remove(self, path: str) -> None:
        """A file, or a directory with all that is in it."""
        self._mtool("mdeltree", f"::/{path}")

    def names(self, directory: str) -> set[str]:
        """Of the files and directories in a directory; none when there is no such directory."""
        with suppress(subprocess.CalledProcessError):
            return {line.rstrip("/").split("/")[-1] for line in self._mtool("mdir", "-b", f"::/{directory}").split("\n")
                    if line}
        return set()

    def is_torn(self, directory: str) -> bool:
        """Its name is there, and not what each directory begins with."""
        with suppress(subprocess.CalledProcessError):
            return re.search(r"^\. +<DIR>", self._mtool("mdir", f"::/{directory}"), re.MULTILINE) is None
        return True

    def fill(self, bytes_left: int) -> None:
        """With a file, as far as that."""
        free = int(re.search(r"([\d ]+) bytes free", self._mtool("mdir", "::/"))[1].replace(" ", ""))
        self.add({"filler.bin": bytes(free - bytes_left)})

    def damage(self, directory: str) -> None:
        """Make a directory, whose content lies where no cluster is: FAT12 and FAT16."""
        for depth in range(1, len(Path(directory).parts) + 1):
            self._mtool("mmd", "::/" + "/".join(Path(directory).parts[:depth]))
        disk = bytearray(self.image.read_bytes())
        entry = disk.index(Path(directory).name.upper().encode().ljust(11) + bytes([_IS_DIRECTORY]))
        disk[entry + _FIRST_CLUSTER_AT:entry + _FIRST_CLUSTER_AT + 2] = b"\xe0\xff"
        self.image.write_bytes(disk)


def _files_below(top: Path) -> dict[str, bytes]:
    return {str(file.relative_to(top)): file.read_bytes() for file in top.rglob("*") if file.is_file()}


def _run(*command: str) -> str:
    environment = os.environ | _MTOOLS
    done = subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL, env=environment)
    return done.stdout.decode(errors="replace")
