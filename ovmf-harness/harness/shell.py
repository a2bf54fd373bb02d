# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The UEFI shell, taken out of edk2's own image: a file, which firmware starts as any other.

The one that is built in it may not: OVMF of 2025 takes every boot option for it as its own, and starts that by hand
only (edk2 OvmfPkg/Library/PlatformBootManagerCommonLib, PlatformRegisterFvBootOption()).
"""

import lzma
import uuid
from pathlib import Path

from harness.loadoption import start_program, to_path
from harness.settings import SetupError
from harness.varstore import Variable

FILE = "EFI/harness/shell.efi"  # on the ESP

# UEFI PI 1.8 volume 3: a GUIDed section, 3.2.5.7, a file's header, 3.2.3.1, and the sections in it, 3.2.4.1.
_LZMA_SECTION = uuid.UUID("ee4e5898-3914-4259-9d6e-dc7bd79403cf").bytes_le
_SHELL_FILE = uuid.UUID("7c04a583-9e3e-4f1c-ad65-e05268d0b4d1").bytes_le
_FILE_HEADER_BYTES = 24
_TYPE_AT, _FILE_SIZE_AT = 18, 20
_APPLICATION = 0x09
_SECTION_HEADER_BYTES = 4
_GUIDED_SECTION = 0x02
_PE32_SECTION = 0x10
_SECTION_ALIGNMENT = 4


def _size(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset:offset + 3], "little")


def _volumes(image: bytes) -> bytes:
    """The firmware volumes that are compressed. What decompresses them has that GUID, too."""
    guid = image.find(_LZMA_SECTION)
    while guid > 0 and image[guid - 1] != _GUIDED_SECTION:
        guid = image.find(_LZMA_SECTION, guid + 1)
    if guid < _SECTION_HEADER_BYTES:
        raise ValueError("no section of LZMA")
    section = image[guid - _SECTION_HEADER_BYTES:]
    data_offset = int.from_bytes(section[20:22], "little")
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(section[data_offset:])


def _application(volumes: bytes, name: bytes) -> bytes:
    """A file's GUID stands elsewhere, too; its header is where the type is right."""
    found = volumes.find(name)
    while found >= 0 and volumes[found + _TYPE_AT] != _APPLICATION:
        found = volumes.find(name, found + 1)
    if found < 0:
        raise ValueError("no shell")
    return volumes[found + _FILE_HEADER_BYTES:found + _size(volumes, found + _FILE_SIZE_AT)]


def _pe_image(sections: bytes) -> bytes:
    at = 0
    while at + _SECTION_HEADER_BYTES < len(sections):
        size = max(_size(sections, at), _SECTION_HEADER_BYTES)
        if sections[at + 3] == _PE32_SECTION:
            return sections[at + _SECTION_HEADER_BYTES:at + size]
        at += -(-size // _SECTION_ALIGNMENT) * _SECTION_ALIGNMENT
    raise ValueError("a shell without a PE image")


def image(firmware: Path) -> bytes:
    try:
        return _pe_image(_application(_volumes(firmware.read_bytes()), _SHELL_FILE))
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise SetupError(f"{firmware}: {error}") from error


def start(arguments: str) -> list[Variable]:
    """Make the firmware start the file."""
    return start_program(to_path(FILE), f"Shell.efi {arguments}")
