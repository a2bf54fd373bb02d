# SPDX-License-Identifier: BSD-2-Clause-Patent
"""EFI_LOAD_OPTION (UEFI 2.10, 3.1.3): what a Boot#### or SysPrep#### variable holds."""

import struct

from harness import esp
from harness.varstore import GLOBAL, Variable

_ACTIVE = 0x1
_END_OF_PATH = struct.pack("<BBH", 0x7F, 0xFF, 4)


def _node(node_type: int, subtype: int, body: bytes) -> bytes:
    return struct.pack("<BBH", node_type, subtype, 4 + len(body)) + body


def _esp_path(path: str) -> bytes:
    """The short form: the partition by its GUID, the file by its path, no file for the default one."""
    hard_drive = struct.pack("<IQQ16sBB", 1, esp.FIRST_SECTOR, esp.SECTORS, esp.PARTITION_GUID.bytes_le, 2, 2)
    file = _node(4, 4, path.encode("utf-16-le") + b"\0\0") if path else b""
    return _node(4, 1, hard_drive) + file + _END_OF_PATH


def to_path(file: str) -> str:
    """A file of the ESP as firmware names it."""
    return "\\" + file.replace("/", "\\")


def _option(name: str, title: str, path: bytes, arguments: str) -> Variable:
    optional_data = arguments.encode("utf-16-le") + b"\0\0" if arguments else b""
    data = struct.pack("<IH", _ACTIVE, len(path)) + title.encode("utf-16-le") + b"\0\0" + path + optional_data
    return Variable(name, GLOBAL, data)


def _only(kind: str, path: str, arguments: str) -> list[Variable]:
    return [_option(f"{kind}0000", "harness", _esp_path(path), arguments),
            Variable(f"{kind}Order", GLOBAL, struct.pack("<H", 0))]


def start_program(path: str = "", arguments: str = "") -> list[Variable]:
    """Make the firmware start a file of the ESP at once, with neither a menu nor a countdown; without a path, the
    one that every ESP is searched for."""
    return _only("Boot", path, arguments)


def prepare_with(path: str, arguments: str = "") -> list[Variable]:
    """Make the firmware start a file of the ESP before every boot option."""
    return _only("SysPrep", path, arguments)
