# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The file behind QEMU's acpi-erst device and the records in it, apart from the tools under test.

The layout is that of QEMU's hw/acpi/erst.c; the records are those of Linux's drivers/acpi/apei/erst.c.
"""

import struct
import uuid
from pathlib import Path
from typing import Iterator

SIZE = 64 * 1024
_RECORD_SIZE = 8192
RECORDS_WHEN_FULL = SIZE // _RECORD_SIZE - 1  # the first slot holds the header

_HEADER = struct.Struct("<8sIIHHI")
_MAGIC = b"ERSTSTOR"
_VERSION = 0x0100

_LINUX_CREATOR = uuid.UUID("75a574e3-5052-4b29-8a8e-be2c6490b89d")
_DMESG = uuid.UUID("c197e04e-d545-4a70-9c17-a5549419eb12")
_DMESG_COMPRESSED = uuid.UUID("4f118707-04dd-4055-b5dd-956d34ddfac6")
_NIL = uuid.UUID(int=0)
_SECTION_TYPE_AT = 144
_PAYLOAD_AT = 200


def _slots(image: bytes) -> Iterator[tuple[int, int]]:
    """The id and the place of each record; an all-zero file is a store that was never used."""
    if not any(image):
        return
    magic, record_size, storage_offset, version, _, _ = _HEADER.unpack_from(image)
    if magic != _MAGIC or version != _VERSION:
        raise ValueError("not a store of QEMU's acpi-erst")
    slots = len(image) // record_size
    identifiers = struct.unpack_from(f"<{slots}Q", image, _HEADER.size)
    for slot in range(storage_offset // record_size, slots):
        if identifiers[slot]:
            yield identifiers[slot], slot * record_size


def records(image: bytes) -> dict[int, bytes]:
    """Each CPER record by its id, cut to its own length."""
    found = {}
    for identifier, start in _slots(image):
        (length,) = struct.unpack_from("<I", image, start + 20)
        found[identifier] = image[start : start + length]
    return found


def is_compressed(record: bytes) -> bool:
    return record[_SECTION_TYPE_AT : _SECTION_TYPE_AT + 16] == _DMESG_COMPRESSED.bytes_le


def dmesg_record(identifier: int, timestamp: int, text: bytes) -> bytes:
    """A record as Linux's pstore writes it, uncompressed."""
    length = _PAYLOAD_AT + len(text)
    header = struct.pack("<4sHIHIIIQ16s16s16s16sQIQ12s",
                         b"CPER", 0x0100, 0xFFFFFFFF, 1, 1, 2, length, timestamp, _NIL.bytes, _NIL.bytes,
                         _LINUX_CREATOR.bytes_le, _NIL.bytes, identifier, 2,
                         int.from_bytes(b"ER", "little"), bytes(12))
    section = struct.pack("<IIHBBI16s16sI20s", _PAYLOAD_AT, len(text), 0x0100, 0, 0, 1, _DMESG.bytes_le,
                          _NIL.bytes, 1, bytes(20))
    return header + section + text


def store(contents: dict[int, bytes], record_size: int = _RECORD_SIZE) -> bytes:
    """A whole file that holds these records. QEMU takes the size of one, and of what it exchanges them in, from
    there."""
    slots = 1 + RECORDS_WHEN_FULL
    identifiers = [0, *contents, *[0] * (slots - 1 - len(contents))]
    header = _HEADER.pack(_MAGIC, record_size, record_size, _VERSION, 0, len(contents))
    first_slot = header + struct.pack(f"<{slots}Q", *identifiers)
    bodies = b"".join(record.ljust(record_size, b"\xff") for record in contents.values())
    return (first_slot.ljust(record_size, b"\0") + bodies).ljust(slots * record_size, b"\0")


def write(path: Path, contents: dict[int, bytes], size: int) -> None:
    """A file of any size that holds these records, as QEMU would have made it; the rest of it is a hole."""
    slots = size // _RECORD_SIZE
    map_end = _HEADER.size + 8 * slots
    storage = -(-map_end // _RECORD_SIZE)
    identifiers = [*[0] * storage, *contents, *[0] * (slots - storage - len(contents))]
    with open(path, "wb") as file:
        file.truncate(size)
        file.write(_HEADER.pack(_MAGIC, _RECORD_SIZE, storage * _RECORD_SIZE, _VERSION, 0, len(contents)))
        file.write(struct.pack(f"<{slots}Q", *identifiers))
        file.seek(storage * _RECORD_SIZE)
        for record in contents.values():
            file.write(record.ljust(_RECORD_SIZE, b"\xff"))
