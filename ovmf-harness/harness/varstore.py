# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The variable store in a copy of OVMF_VARS_4M.fd: append variables, list the live ones.

Written from edk2's VariableFormat.h. An oracle beside the tools under test, sharing nothing with them.
"""

import struct
import uuid
from typing import Iterable, Iterator, NamedTuple

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
CRASH = uuid.UUID("cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0")
NON_VOLATILE_BOOT_RUNTIME = 0x7
NON_VOLATILE_BOOT = 0x3

_STORE_HEADER = 0x48  # the firmware volume's header ends here
_STORE_GUID = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792")
_FIRST_VARIABLE = _STORE_HEADER + 28
_HEADER = struct.Struct("<HBBIQ16sIII16s")  # AUTHENTICATED_VARIABLE_HEADER, 60 bytes
_START_ID = 0x55AA
_STATE_ADDED = 0x3F
_STATE_IN_TRANSITION = 0x3E  # still the valid copy until its successor is complete
_STATE_DELETED = 0x3C
_LIVE_STATES = (_STATE_ADDED, _STATE_IN_TRANSITION)
_STATE_AT = 2
_NOT_DELETED_BIT = 0x02  # which firmware clears

# What firmware writes at once it writes to the spare block first, and notes each step in its working block, by clearing
# a bit (edk2, FaultTolerantWrite.h).
_BLOCK = 4096
_WORKING_GUID = uuid.UUID("9e58292b-7c68-497d-a0ce-6500fd9f1b95")
_WORKING_HEADER = 32
_WRITE_HEADER = struct.Struct("<B3x16s4xQQ")
_WRITE_RECORD = struct.Struct("<B7xQQQq")
_HEADER_ALLOCATED, _WRITES_ALLOCATED, _COMPLETE = 1, 2, 4
_SPARE_COMPLETE, _DESTINATION_COMPLETE = 2, 4


class Variable(NamedTuple):
    name: str
    guid: uuid.UUID
    data: bytes
    attributes: int = NON_VOLATILE_BOOT_RUNTIME


def _aligned(end: int) -> int:
    return -(-end // 4) * 4


def _end_of_store(image: bytes) -> int:
    if image[_STORE_HEADER : _STORE_HEADER + 16] != _STORE_GUID.bytes_le:
        raise ValueError("not an OVMF variable store with authenticated variables")
    return _STORE_HEADER + struct.unpack_from("<I", image, _STORE_HEADER + 16)[0]


def _slots(image: bytes) -> Iterator[tuple[int, int, int, Variable]]:
    """Each variable that was ever completed: its start, its end, its state, itself."""
    start, end_of_store = _FIRST_VARIABLE, _end_of_store(image)
    while start + _HEADER.size <= end_of_store:
        fields = _HEADER.unpack_from(image, start)
        start_id, state, _, attributes, _, _, _, name_size, data_size, guid = fields
        if start_id != _START_ID:
            return
        name_at = start + _HEADER.size
        data_at = name_at + name_size
        end = data_at + data_size
        name = image[name_at:data_at].decode("utf-16-le", errors="replace").rstrip("\0")  # it may be torn
        data = bytes(image[data_at:end])
        yield start, end, state, Variable(name, uuid.UUID(bytes_le=guid), data, attributes)
        start = _aligned(end)


def live_variables(image: bytes) -> list[Variable]:
    return [variable for _, _, state, variable in _slots(image) if state in _LIVE_STATES]


def crash_variables(image: bytes) -> dict[str, bytes]:
    return {variable.name: variable.data for variable in live_variables(image) if variable.guid == CRASH}


def size(variable: Variable) -> int:
    """What it takes of a store."""
    return _aligned(_HEADER.size + len(variable.name.encode("utf-16-le")) + 2 + len(variable.data))


def room(image: bytes, variables: Iterable[Variable]) -> int:
    """What such a store has left when it holds these and nothing else."""
    return _end_of_store(image) - _FIRST_VARIABLE - sum(map(size, variables))


def wear(image: bytes, room_left: int) -> bytes:
    """The image with a deleted variable behind those it has, which leaves so much room."""
    worn = Variable("Worn", CRASH, b"")
    end = _aligned(max((end for _, end, _, _ in _slots(image)), default=_FIRST_VARIABLE))
    filler = worn._replace(data=bytes(_end_of_store(image) - end - size(worn) - room_left))
    return append(image, [filler], _STATE_DELETED)


def recovered(image: bytes) -> bytes | None:
    """As firmware has to make it before it reads from it, where its power went while it wrote the store: what it was
    writing is taken from the spare block, once that is complete. None where there is nothing to go on with."""
    working = next((at for at in range(0, len(image), _BLOCK) if image[at : at + 16] == _WORKING_GUID.bytes_le), None)
    if working is None:
        return None
    at, spare = working + _WORKING_HEADER, working + _BLOCK
    while at + _WRITE_HEADER.size + _WRITE_RECORD.size <= spare:
        done, _, writes, private_size = _WRITE_HEADER.unpack_from(image, at)
        if done & _HEADER_ALLOCATED:
            return None
        if done & _COMPLETE and not done & _WRITES_ALLOCATED:
            step, block, offset, length, _ = _WRITE_RECORD.unpack_from(image, at + _WRITE_HEADER.size)
            if step & _SPARE_COMPLETE or not step & _DESTINATION_COMPLETE:
                return None
            start = block * _BLOCK + offset
            return image[:start] + image[spare + offset : spare + offset + length] + image[start + length :]
        at += _WRITE_HEADER.size + writes * (_WRITE_RECORD.size + private_size)
    return None


def append(image: bytes, variables: Iterable[Variable], state: int = _STATE_ADDED) -> bytes:
    """The image with more variables behind those it has, of which those with their names are deleted."""
    result = bytearray(image)
    at = max((end for _, end, _, _ in _slots(image)), default=_FIRST_VARIABLE)
    new = list(variables)
    names = {(variable.name, variable.guid) for variable in new}
    for start, _, _, old in _slots(image):
        if (old.name, old.guid) in names:
            result[start + _STATE_AT] &= ~_NOT_DELETED_BIT
    for variable in new:
        at = _aligned(at)
        name = variable.name.encode("utf-16-le") + b"\0\0"
        header = _HEADER.pack(_START_ID, state, 0, variable.attributes, 0, bytes(16), 0,
                              len(name), len(variable.data), variable.guid.bytes_le)
        body = header + name + variable.data
        if at + len(body) > _end_of_store(image):
            raise ValueError(f"no room for {variable.name} in the variable store")
        result[at : at + len(body)] = body
        at += len(body)
    return bytes(result)
