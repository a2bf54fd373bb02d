# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The two stores that a crash can go to, each with what the harness itself knows about it."""

import re
from dataclasses import dataclass
from typing import Any, Callable

from harness import erstfile, varstore
from harness.machine import Machine


@dataclass(frozen=True)
class Backend:
    name: str  # as in the records' ids
    title: str
    only: dict[str, Any]  # how a machine is made on which the kernel uses it
    stored: Callable[[Machine], dict[str, bytes]]  # the records' bytes by their ids, read by the harness
    compressed: Callable[[str, bytes], bool]  # whether the record of this id is marked so
    id_from_pstore: Callable[[str, dict[str, bytes]], str]  # the id behind the number in a pstore file's name

    def pstore_texts(self, files: dict[str, bytes], stored: dict[str, bytes]) -> dict[str, bytes]:
        """What the kernel's pstore showed, by the records' ids."""
        texts = {}
        for path, text in files.items():
            if found := re.fullmatch(r"pstore/dmesg-\w+-(\d+)", path):
                texts[self.id_from_pstore(found[1], stored)] = text
        return texts


def _erst_stored(machine: Machine) -> dict[str, bytes]:
    return {f"erst:{number:016x}": record for number, record in erstfile.records(machine.erst_image).items()}


def _erst_id(number: str, _stored: dict[str, bytes]) -> str:
    return f"erst:{int(number):016x}"


def _erst_compressed(_id: str, record: bytes) -> bool:
    return erstfile.is_compressed(record)


def _efi_stored(machine: Machine) -> dict[str, bytes]:
    return {f"efi:{name}": data for name, data in varstore.crash_variables(machine.variable_image).items()}


def _efi_compressed(variable: str, _record: bytes) -> bool:
    return variable.endswith("-C")


def _generic_id(variable: str) -> int:
    """The number that efi_pstore gives a record, from "dump-type0-<part>-<count>-<time>-C"."""
    _, _, part, count, time, *_ = variable.split("-")
    return (int(time) * 100 + int(part)) * 1000 + int(count)


def _efi_id(number: str, stored: dict[str, bytes]) -> str:
    return next(each for each in stored if _generic_id(each) == int(number))


ERST = Backend("erst", "ERST", {}, _erst_stored, _erst_compressed, _erst_id)
EFI = Backend("efi", "the EFI variables", {"erst": None}, _efi_stored, _efi_compressed, _efi_id)
