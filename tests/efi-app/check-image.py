#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-image.py IMAGE: is the application a PE image that every firmware takes, and nothing more?

The rules are those of the PE format and of UEFI 2.10, 2.1.1; sections of whole pages that are never both written
and executed, and NX_COMPAT, are what firmware with memory protection, and Microsoft's signing, ask for besides.
"""

import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

MACHINES = {"x64": 0x8664, "aa64": 0xAA64}  # by the ending of the name (UEFI 2.10, 3.5.1.1)
PE32_PLUS, EFI_APPLICATION = 0x20B, 10
RELOCATIONS_STRIPPED = 0x0001
DYNAMIC_BASE, NX_COMPAT = 0x0040, 0x0100
EXECUTE, WRITE = 0x20000000, 0x80000000
PAGE = 4096
# Directories of the optional header, by number; the application has only base relocations.
BASE_RELOCATIONS = 5
DIRECTORIES = 16
RELOCATION_NONE, RELOCATION_64 = 0, 10


class Image:
    def __init__(self, path):
        self.raw = path.read_bytes()
        self.machine_name = path.stem[len("pstore-fw"):]
        at, = self.load("<I", 0x3C)
        assert self.raw[:2] == b"MZ" and self.raw[at:at + 4] == b"PE\0\0", "no PE image"
        (self.machine, section_count, self.time, self.symbols, self.symbol_count, optional_size,
         self.characteristics) = self.load("<HHIIIHH", at + 4)
        optional = at + 24
        self.magic, = self.load("<H", optional)
        self.entry, = self.load("<I", optional + 16)
        self.base, self.section_alignment = self.load("<QI", optional + 24)
        self.size, = self.load("<I", optional + 56)
        self.subsystem, self.dll_characteristics = self.load("<HH", optional + 68)
        count, = self.load("<I", optional + 108)
        self.directories = [self.load("<II", optional + 112 + 8 * each) for each in range(count)]
        self.sections = [Section(self, optional + optional_size + 40 * each) for each in range(section_count)]

    def load(self, layout, at):
        return struct.unpack_from(layout, self.raw, at)

    def at_address(self, address, size):
        """The bytes of the file that are loaded there."""
        for section in self.sections:
            if section.address <= address and address + size <= section.address + section.raw_size:
                start = section.raw + address - section.address
                return self.raw[start:start + size]
        raise AssertionError(f"{address:#x} is in no section's part of the file")

    def relocations(self):
        """(kind, address) of each base relocation."""
        at, size = self.directories[BASE_RELOCATIONS]
        end = at + size
        while at < end:
            page, block_size = struct.unpack("<II", self.at_address(at, 8))
            assert 8 <= block_size <= end - at, f"a block of relocations has {block_size} bytes"
            for entry, in struct.iter_unpack("<H", self.at_address(at + 8, block_size - 8)):
                yield entry >> 12, page + (entry & 0xFFF)
            at += block_size


class Section:
    def __init__(self, image, at):
        self.name = image.raw[at:at + 8].rstrip(b"\0").decode()
        self.size, self.address, self.raw_size, self.raw = image.load("<IIII", at + 8)
        self.characteristics, = image.load("<I", at + 36)


def check_kind(image):
    assert image.machine == MACHINES[image.machine_name], f"machine {image.machine:#x}"
    assert image.magic == PE32_PLUS, f"optional header {image.magic:#x}"
    assert image.subsystem == EFI_APPLICATION, f"subsystem {image.subsystem}"
    code = [each for each in image.sections if each.characteristics & EXECUTE]
    assert any(each.address <= image.entry < each.address + each.size for each in code), f"entry {image.entry:#x}"


def check_memory_protection(image):
    assert image.dll_characteristics & NX_COMPAT, "not NX_COMPAT"
    assert image.section_alignment == PAGE, f"sections are aligned to {image.section_alignment}"
    for section in image.sections:
        assert section.address % PAGE == 0, f"{section.name} begins in the middle of a page"
        both = section.characteristics & EXECUTE and section.characteristics & WRITE
        assert not both, f"{section.name} is written and executed"


def check_relocations(image):
    """The loader adds where the image lies to each, so each has to be the address of something in it."""
    assert not image.characteristics & RELOCATIONS_STRIPPED, "the relocations are stripped"
    assert image.dll_characteristics & DYNAMIC_BASE, "no DYNAMIC_BASE"
    count = 0
    for kind, address in image.relocations():
        if kind == RELOCATION_NONE:
            continue
        assert kind == RELOCATION_64, f"a relocation of kind {kind}"
        value, = struct.unpack("<Q", image.at_address(address, 8))
        assert image.base <= value < image.base + image.size, f"{address:#x} is relocated, and is {value:#x}"
        count += 1
    assert count > 100, f"{count} relocations; the tables of names and functions alone need more"


def check_nothing_else(image):
    """No symbols, no debugging data, no imports, no tables for unwinding, and no date, so that the same sources
    make the same file."""
    assert image.symbols == image.symbol_count == 0, f"{image.symbol_count} symbols"
    assert len(image.directories) == DIRECTORIES, f"{len(image.directories)} directories"
    used = [each for each, (_, size) in enumerate(image.directories) if size]
    assert used == [BASE_RELOCATIONS], f"directories {used}"
    assert image.time == 0, f"made at {image.time}"
    known = {".text", ".rdata", ".data", ".reloc"}
    other = {section.name for section in image.sections} - known
    assert not other, f"sections {other}"


CHECKS = [check_kind, check_memory_protection, check_relocations, check_nothing_else]


def main():
    return checks.run_all(CHECKS, Image(Path(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
