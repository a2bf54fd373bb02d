#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-image.py IMAGE: is the application a PE image that every firmware takes, and nothing more?

The rules are those of the PE format and of UEFI 2.10, 2.1.1; sections of whole pages that are never both written
and executed, and NX_COMPAT, are what firmware with memory protection, and Microsoft's signing, ask for besides.
The .sbat section is what shim asks for (its SBAT.md). A signed image is the same one and a certificate.
"""

import struct
import subprocess
import sys
import tempfile
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
SIZE_MAX = {"x64": 230 << 10, "aa64": 224 << 10}  # as clang 14 makes it: what makes it larger should be worth it
# Directories of the optional header, by number; the application has only base relocations, and once it is signed
# certificates, which alone are no part of a section.
CERTIFICATES, BASE_RELOCATIONS = 4, 5
DIRECTORIES = 16
RELOCATION_NONE, RELOCATION_64 = 0, 10
FILE_ALIGNMENT = 512
CERTIFICATE_ALIGNMENT = 8
CERTIFICATE_HEADER, REVISION_2, PKCS_SIGNED_DATA = "<IHH", 0x0200, 2  # WIN_CERTIFICATE (UEFI 2.10, 32.2.4)
SBAT_COLUMNS = 6


class Image:
    def __init__(self, path):
        self.path = path
        self.raw = path.read_bytes()
        self.machine_name = path.name.split(".")[0][len("pstore-fw"):]
        at, = self.load("<I", 0x3C)
        assert self.raw[:2] == b"MZ" and self.raw[at:at + 4] == b"PE\0\0", "no PE image"
        (self.machine, section_count, self.time, self.symbols, self.symbol_count, optional_size,
         self.characteristics) = self.load("<HHIIIHH", at + 4)
        optional = at + 24
        self.magic, = self.load("<H", optional)
        self.entry, = self.load("<I", optional + 16)
        self.base, self.section_alignment, self.file_alignment = self.load("<QII", optional + 24)
        self.size, self.header_size, _ = self.load("<III", optional + 56)
        self.subsystem, self.dll_characteristics = self.load("<HH", optional + 68)
        count, = self.load("<I", optional + 108)
        self.directories = [self.load("<II", optional + 112 + 8 * each) for each in range(count)]
        self.sections = [Section(self, optional + optional_size + 40 * each) for each in range(section_count)]

    def load(self, layout, at):
        return struct.unpack_from(layout, self.raw, at)

    def section(self, name):
        found = [each for each in self.sections if each.name == name]
        assert len(found) == 1, f"{len(found)} sections {name}"
        return found[0]

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
    known = {".text", ".rdata", ".data", ".sbat", ".reloc"}
    other = {section.name for section in image.sections} - known
    assert not other, f"sections {other}"


def end_of_sections(image):
    """Of their bytes in the file, which have to follow each other and the headers."""
    assert image.file_alignment == FILE_ALIGNMENT, f"the file is aligned to {image.file_alignment}"
    end = image.header_size
    for section in image.sections:
        assert section.raw == end, f"{section.name} lies at {section.raw:#x} of the file, expected {end:#x}"
        end += section.raw_size
    return end


def check_size(image):
    """Flash that is left over in firmware is small, and an ESP may be."""
    limit = SIZE_MAX[image.machine_name]
    assert len(image.raw) <= limit, f"{len(image.raw)} bytes, of {limit} at most"


def check_no_data_behind(image):
    """What is in no section is not loaded, and who signs has to wonder what it is."""
    end = end_of_sections(image)
    assert len(image.raw) == end, f"{len(image.raw) - end} bytes behind the last section"


def check_sbat(image):
    """Rows of six columns: SBAT itself, and the component that we are."""
    section = image.section(".sbat")
    assert not section.characteristics & (EXECUTE | WRITE), f".sbat is no constant: {section.characteristics:#x}"
    text = image.at_address(section.address, section.size).rstrip(b"\0").decode("ascii")
    assert text.endswith("\n"), "the last row does not end"
    rows = [row.split(",") for row in text.splitlines()]
    assert all(len(row) == SBAT_COLUMNS and all(row) for row in rows), f"not {SBAT_COLUMNS} columns: {rows}"
    version = (ROOT / "VERSION").read_text().strip()
    assert [row[:2] for row in rows] == [["sbat", "1"], ["pstore-fw", "1"]], f"components {rows}"
    assert rows[1][4] == version, f"version {rows[1][4]}, expected {version}"


def check_sbat_for_tools(image):
    """Who reviews what is to be signed takes the section out by objcopy, which knows the images of its own system."""
    if image.machine_name != "x64":
        return
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "sbat"
        run("objcopy", "-O", "binary", "--only-section=.sbat", image.path, out)
        section = image.section(".sbat")
        taken = out.read_bytes()
    assert taken == image.at_address(section.address, section.size), f"objcopy finds {taken}"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr}"
    return done.stdout + done.stderr


def make_key(directory, name):
    """A private key and a certificate of it."""
    key, certificate = directory / f"{name}.key", directory / f"{name}.pem"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}/", "-days", "2",
        "-keyout", key, "-out", certificate)
    return key, certificate


def sign(*words):
    return subprocess.run([ROOT / "scripts/sign-image", *words], capture_output=True, text=True)


def check_certificate(signed, image):
    """The same image, and behind it one certificate to the end of the file."""
    at, size = signed.directories[CERTIFICATES]
    end = end_of_sections(signed)
    start = image.header_size
    assert signed.raw[start:end] == image.raw[start:], "the sections have changed"
    assert at == end and at % CERTIFICATE_ALIGNMENT == 0, f"the certificate is at {at:#x}, expected {end:#x}"
    assert at + size == len(signed.raw), f"{len(signed.raw) - at - size} bytes behind the certificate"
    length, revision, kind = signed.load(CERTIFICATE_HEADER, at)
    assert (revision, kind) == (REVISION_2, PKCS_SIGNED_DATA), f"certificate {revision:#x} {kind}"
    assert size - CERTIFICATE_ALIGNMENT < length <= size, f"a certificate of {length} bytes in {size}"


def check_signed(image):
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        key, certificate = make_key(directory, "ours")
        copy = directory / image.path.name
        copy.write_bytes(image.raw)
        done = sign(key, certificate, copy)
        assert done.returncode == 0 and done.stderr == "", f"sign-image: {done.stderr}"
        signed = Image(directory / f"{copy.name}.signed")
        run("sbverify", "--cert", certificate, signed.path)
    check_kind(signed)
    check_memory_protection(signed)
    check_sbat(signed)
    check_certificate(signed, image)


def check_refusals_to_sign(image):
    """One line, a status, and no file."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        key, certificate = make_key(directory, "ours")
        _, other = make_key(directory, "another's")
        copy = directory / image.path.name
        copy.write_bytes(image.raw)
        for words, complaint in ((("", "", copy), "KEY= and CERT= have to name"),
                                 ((key, "", copy), "KEY= and CERT= have to name"),
                                 ((directory / "none", certificate, copy), "none cannot be read"),
                                 ((key, other, copy), "cannot be signed: error in key/certificate chain"),
                                 ((certificate, certificate, copy), "cannot be signed: Can't load key"),
                                 ((key, certificate, key), "cannot be signed: ")):
            done = sign(*words)
            assert done.returncode == 1, f"status {done.returncode} of {words}"
            assert complaint in done.stderr and done.stderr.count("\n") == 1, f"{words}: {done.stderr}"
        made = [each.name for each in directory.iterdir() if ".signed" in each.name]
        assert not made, f"left behind: {made}"


CHECKS = [check_kind, check_memory_protection, check_relocations, check_nothing_else, check_size, check_no_data_behind, check_sbat,
          check_sbat_for_tools, check_signed, check_refusals_to_sign]


def main():
    return checks.run_all(CHECKS, Image(Path(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
