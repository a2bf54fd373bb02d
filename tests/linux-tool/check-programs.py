#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-programs.py COMMAND CAPTURE: are the two programs for Linux as small as they are meant to be?

The command is installed where nothing else may be, by hand or on a rescue system: what it loads counts as its own.
"""

import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

# Of 12 MB libcrypto, which libkmod brings, has 4.7 (Debian 12) to 6.7 (sid), libc 2.
COMMAND_SIZE_MAX = 12_000_000
CAPTURE_SIZE_MAX = 1_500_000
UNWANTED = re.compile(r"lib(archive|xml2|icu\w+|stdc\+\+)\.so")

LOAD, INTERPRETER = 1, 3


class Program:
    """An ELF file of 64 bits, as much of it as is looked at."""

    def __init__(self, path):
        self.path = Path(path)
        self.raw = self.path.read_bytes()
        assert self.raw[:6] == b"\x7fELF\2\1", f"{path}: no ELF file of 64 bits, little-endian"
        at, = struct.unpack_from("<Q", self.raw, 32)
        size, count = struct.unpack_from("<HH", self.raw, 54)
        self.segments = [Segment(self.raw, at + size * each) for each in range(count)]

    def of_kind(self, kind):
        return [each for each in self.segments if each.kind == kind]

    def loaded_size(self):
        """Without what only a debugger reads, and a package does not have."""
        return sum(each.file_size for each in self.of_kind(LOAD))


class Segment:
    def __init__(self, raw, at):
        self.kind, self.flags, self.offset, _, _, self.file_size = struct.unpack_from("<IIQQQQ", raw, at)


class Programs(NamedTuple):
    command: Program
    capture: Program


def libraries(program):
    listing = subprocess.run(["ldd", program.path], check=True, capture_output=True, text=True).stdout
    assert "not found" not in listing, listing
    return [Path(each) for each in re.findall(r"(/\S+) \(0x", listing)]


def check_libraries(programs):
    unwanted = [path.name for path in libraries(programs.command) if UNWANTED.match(path.name)]
    assert not unwanted, f"loads {' '.join(unwanted)}"


def check_command_size(programs):
    found = libraries(programs.command)
    assert len(found) > 2, f"ldd names {len(found)} libraries"
    size = programs.command.loaded_size() + sum(path.stat().st_size for path in found)
    print(f"{programs.command.path.name} and {len(found)} libraries: {size} bytes")
    assert size < COMMAND_SIZE_MAX, f"the command and its libraries have {size} bytes"


def check_capture_is_alone(programs):
    assert not programs.capture.of_kind(INTERPRETER), "the crash kernel has no dynamic linker"


def check_capture_size(programs):
    size = len(programs.capture.raw)
    print(f"{programs.capture.path.name}: {size} bytes")
    assert size < CAPTURE_SIZE_MAX, f"the crash kernel's program has {size} bytes"


CHECKS = [check_libraries, check_command_size, check_capture_is_alone, check_capture_size]


def main():
    return checks.run_all(CHECKS, Programs(*map(Program, sys.argv[1:])))


if __name__ == "__main__":
    sys.exit(main())
