# SPDX-License-Identifier: BSD-2-Clause-Patent
"""EFI_LOAD_OPTION (UEFI 2.10, 3.1.3): what a Boot#### variable holds."""

import struct
import uuid

from harness.varstore import GLOBAL, Variable

_ACTIVE = 0x1
_END_OF_PATH = struct.pack("<BBH", 0x7F, 0xFF, 4)

# Where OVMF keeps its built-in UEFI shell.
_OVMF_DXE_VOLUME = uuid.UUID("7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1")
_SHELL_FILE = uuid.UUID("7c04a583-9e3e-4f1c-ad65-e05268d0b4d1")


def _node(node_type: int, subtype: int, body: bytes) -> bytes:
    return struct.pack("<BBH", node_type, subtype, 4 + len(body)) + body


def shell_path() -> bytes:
    volume = _node(4, 7, _OVMF_DXE_VOLUME.bytes_le)
    return volume + _node(4, 6, _SHELL_FILE.bytes_le) + _END_OF_PATH


def file_path(partition_guid: uuid.UUID, first_sector: int, sectors: int, path: str) -> bytes:
    """The short form: the partition by its GUID, the file by its path, no file for the default one."""
    hard_drive = struct.pack("<IQQ16sBB", 1, first_sector, sectors, partition_guid.bytes_le, 2, 2)
    file = _node(4, 4, path.encode("utf-16-le") + b"\0\0") if path else b""
    return _node(4, 1, hard_drive) + file + _END_OF_PATH


def boot_option(number: int, title: str, path: bytes, arguments: str = "") -> Variable:
    optional_data = arguments.encode("utf-16-le") + b"\0\0" if arguments else b""
    data = struct.pack("<IH", _ACTIVE, len(path)) + title.encode("utf-16-le") + b"\0\0" + path + optional_data
    return Variable(f"Boot{number:04X}", GLOBAL, data)


def boot_order(*numbers: int) -> Variable:
    return Variable("BootOrder", GLOBAL, struct.pack(f"<{len(numbers)}H", *numbers))
