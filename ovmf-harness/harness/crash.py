# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Crash records that were in a store before its machine was first booted."""

import time

from harness import erstfile, varstore

_DAY_S = 24 * 60 * 60
_BEGINNING = int(time.time()) - 30 * _DAY_S


def log(number: int) -> bytes:
    """The only part of an oops's log."""
    lines = [f"<4>[{number:5}.{line:06}] line {line} of a log that was there before\n" for line in range(12)]
    return "".join([f"Oops#{number} Part1\n", *lines]).encode()


def erst_records(count: int) -> dict[int, bytes]:
    """Records of as many crashes, a day apart, by their ids."""
    records = {}
    for number in range(1, count + 1):
        when = _BEGINNING + number * _DAY_S
        identifier = (when << 32) + 1
        records[identifier] = erstfile.dmesg_record(identifier, when, log(number))
    return records


def variables(count: int) -> list[varstore.Variable]:
    """The same in EFI variables, as efi_pstore names them."""
    found = []
    for number in range(1, count + 1):
        name = f"dump-type0-1-{number}-{_BEGINNING + number * _DAY_S}-D"
        found.append(varstore.Variable(name, varstore.CRASH, log(number)))
    return found
