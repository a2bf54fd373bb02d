# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The file in which U-Boot keeps its EFI variables on the ESP: written as it takes it, and read again.

Written from U-Boot's include/efi_variable.h. An oracle beside the tools under test, sharing nothing with them.
"""

import struct
import uuid
import zlib
from typing import Iterable

from harness.varstore import CRASH, Variable

NAME = "ubootefi.var"
_MAGIC = 0x0161566966456255  # "UbEfiVa", version 1
_FILE = struct.Struct("<QQII")  # struct efi_var_file: reserved, magic, length, crc32
_ENTRY = struct.Struct("<IIQ16s")  # struct efi_var_entry: length, attr, time, guid
_ALIGNMENT = 8


def _entry(variable: Variable) -> bytes:
    header = _ENTRY.pack(len(variable.data), variable.attributes, 0, variable.guid.bytes_le)
    entry = header + variable.name.encode("utf-16-le") + b"\0\0" + variable.data
    return entry + bytes(-len(entry) % _ALIGNMENT)


def make(variables: Iterable[Variable]) -> bytes:
    entries = b"".join(map(_entry, variables))
    return _FILE.pack(0, _MAGIC, _FILE.size + len(entries), zlib.crc32(entries)) + entries


def variables(file: bytes) -> list[Variable]:
    _, magic, length, checksum = _FILE.unpack_from(file)
    if magic != _MAGIC or zlib.crc32(file[_FILE.size:length]) != checksum:
        raise ValueError(f"no {NAME} that U-Boot would take")
    found = []
    at = _FILE.size
    while at < length:
        size, attributes, _, guid = _ENTRY.unpack_from(file, at)
        name_at = at + _ENTRY.size
        name_end = next(end for end in range(name_at, length, 2) if file[end:end + 2] == b"\0\0")
        end = name_end + 2 + size
        found.append(Variable(file[name_at:name_end].decode("utf-16-le"), uuid.UUID(bytes_le=guid),
                              file[name_end + 2:end], attributes))
        at = end + -end % _ALIGNMENT
    return found


def crash_variables(file: bytes) -> dict[str, bytes]:
    return {variable.name: variable.data for variable in variables(file) if variable.guid == CRASH}
