#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-programs.py COMMAND CAPTURE OBJECT…: are the two programs for Linux small, and hardened as others are?

The command is installed where nothing else may be, by hand or on a rescue system: what it loads counts as its own.
The objects are those of the crash kernel's program, which has no symbols left that tell how it was compiled.
"""

import json
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

SHARED_OBJECT = 3  # the kind of file that a program at any address has, too
LOAD, DYNAMIC, INTERPRETER = 1, 2, 3
STACK, RELRO = 0x6474E551, 0x6474E552
EXECUTE, WRITE = 1, 2
FLAGS, FLAGS_1 = 30, 0x6FFFFFFB
BIND_NOW, NOW = 8, 1
SYMBOLS, NOTE, DYNAMIC_SYMBOLS = 2, 7, 11
OPENED_NOTE = 0x407C0C0A  # https://systemd.io/ELF_DLOPEN_METADATA/


class ElfFile:
    """Of 64 bits; as much of it as is looked at (System V ABI, chapters 4 and 5)."""

    def __init__(self, path):
        self.path = Path(path)
        self.raw = self.path.read_bytes()
        assert self.raw[:6] == b"\x7fELF\2\1", f"{path}: no ELF file of 64 bits, little-endian"
        self.kind, = self.load("<H", 16)
        segments, sections = self.load("<QQ", 32)
        segment_size, segment_count, section_size, section_count = self.load("<HHHH", 54)
        self.segments = [Segment(*self.load("<IIQQQQ", segments + segment_size * each))
                         for each in range(segment_count)]
        self.sections = [Section(*self.load("<IIQQQQI", sections + section_size * each))
                         for each in range(section_count)]

    def load(self, layout, at):
        return struct.unpack_from(layout, self.raw, at)

    def of_kind(self, kind):
        return [each for each in self.segments if each.kind == kind]

    def loaded_size(self):
        """Without what only a debugger reads, and a package does not have."""
        return sum(each.file_size for each in self.of_kind(LOAD))

    def dynamic(self):
        """Values for the dynamic linker by their tag, of those that are there once at most."""
        return dict(self.load("<QQ", each.offset + at) for each in self.of_kind(DYNAMIC)
                    for at in range(0, each.file_size, 16))

    def wanted(self):
        """The names of what it takes from elsewhere."""
        names = set()
        for table in self.sections:
            if table.kind not in (SYMBOLS, DYNAMIC_SYMBOLS):
                continue
            for at in range(table.offset, table.offset + table.size, 24):
                name, _, _, section = self.load("<IBBH", at)
                start = self.sections[table.link].offset + name
                if section == 0:
                    names.add(self.raw[start:self.raw.index(b"\0", start)].decode())
        return names

    def opened(self):
        """The names of libraries that it opens while it runs, as its notes tell those who make packages."""
        names = []
        for section in self.sections:
            at, end = section.offset, section.offset + section.size
            while section.kind == NOTE and at < end:
                name_size, size, kind = self.load("<III", at)
                at += 12 + (name_size + 3 & ~3)
                if kind == OPENED_NOTE:
                    told = json.loads(self.raw[at:at + size].rstrip(b"\0"))
                    names += [name for each in told for name in each["soname"]]
                at += size + 3 & ~3
        return names


class Segment(NamedTuple):
    kind: int
    flags: int
    offset: int
    address: int
    physical_address: int
    file_size: int


class Section(NamedTuple):
    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int  # of symbols: the section of their names


class Programs(NamedTuple):
    command: ElfFile
    capture: ElfFile
    wanted: list[set[str]]  # by the code of each, from libc and from its other parts


def libraries(program):
    listing = subprocess.run(["ldd", program.path], check=True, capture_output=True, text=True).stdout
    assert "not found" not in listing, listing
    return [Path(each) for each in re.findall(r"(/\S+) \(0x", listing)]


def check_libraries(programs):
    unwanted = [path.name for path in libraries(programs.command) if UNWANTED.match(path.name)]
    assert not unwanted, f"loads {' '.join(unwanted)}"


def check_opened(programs):
    """A library that is opened where it is there has to be named, and not to be needed."""
    opened = programs.command.opened()
    assert opened == ["libsystemd.so.0"], f"its notes name {opened}"
    needed = [path.name for path in libraries(programs.command) if path.name in opened]
    assert not needed, f"needs {' '.join(needed)}"


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


def check_addresses(programs):
    for each in (programs.command, programs.capture):
        assert each.kind == SHARED_OBJECT, f"{each.path.name} is of kind {each.kind}, and has one address only"


def check_read_only(programs):
    """What the dynamic linker filled in is not written again, and it fills in all of it at the start."""
    for each in (programs.command, programs.capture):
        values = each.dynamic()
        assert each.of_kind(RELRO), f"{each.path.name} has no RELRO"
        now = values.get(FLAGS, 0) & BIND_NOW or values.get(FLAGS_1, 0) & NOW
        assert now, f"{each.path.name} is not bound at its start"


def check_execution(programs):
    for each in (programs.command, programs.capture):
        stack = each.of_kind(STACK)
        assert stack and not stack[0].flags & EXECUTE, f"{each.path.name} has a stack that can be executed"
        both = [segment for segment in each.of_kind(LOAD) if segment.flags & EXECUTE and segment.flags & WRITE]
        assert not both, f"{each.path.name} has memory that is written and executed"


def check_canaries(programs):
    for wanted in programs.wanted:
        assert "__stack_chk_fail" in wanted, "compiled without -fstack-protector-strong"


def check_bounds(programs):
    """Functions of libc in the form that knows the size of its buffer."""
    for wanted in programs.wanted:
        assert any(re.fullmatch(r"__\w+_chk", name) for name in wanted), "compiled without _FORTIFY_SOURCE"


def check_places(programs):
    """The same bytes wherever the tree lies, and wherever it is built."""
    for each in (programs.command, programs.capture):
        for place in (ROOT, each.path.resolve().parent):
            found = re.search(rb"\0" + re.escape(bytes(place)) + rb"[/\0]", each.raw)
            assert not found, f"{each.path.name} has {place} in it"


CHECKS = [
    check_libraries, check_opened, check_command_size, check_capture_is_alone, check_capture_size,
    check_addresses, check_read_only, check_execution, check_canaries, check_bounds,
    check_places,
]


def main():
    command, capture, *objects = map(ElfFile, sys.argv[1:])
    wanted = [command.wanted(), set().union(*(each.wanted() for each in objects))]
    return checks.run_all(CHECKS, Programs(command, capture, wanted))


if __name__ == "__main__":
    sys.exit(main())
