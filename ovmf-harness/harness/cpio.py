# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The "newc" cpio format (Linux, Documentation/driver-api/early-userspace/buffer-format.rst)."""

from pathlib import PurePosixPath
from typing import Iterable

_DIRECTORY = 0o040755
_EXECUTABLE = 0o100755


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _entry(inode: int, name: str, mode: int, data: bytes = b"") -> bytes:
    encoded = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return _pad(header + encoded) + _pad(data)


def _directories(names: Iterable[str]) -> list[str]:
    """Every parent, the outer ones first: the kernel makes no directory on its own."""
    parents = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    return sorted(parents - {"."})


def archive(files: dict[str, bytes]) -> bytes:
    """Executable files by path without a leading slash, with the directories they need."""
    entries = [(name, _DIRECTORY, b"") for name in _directories(files)]
    entries += [(name, _EXECUTABLE, data) for name, data in files.items()]
    entries.append(("TRAILER!!!", 0, b""))
    return b"".join(_entry(inode, *entry) for inode, entry in enumerate(entries, 1))
