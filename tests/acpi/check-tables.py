#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-tables.py PROGRAM TABLES [--update]: holds `pstore-fw erst` against iasl and against golden dumps.

TABLES is where the build put acpi/tables/{good,bad}/*.asl, compiled. Checks:
- the text for each good table, and the refusal of each bad one, is the .txt beside its source;
- all fields of all entries are what `iasl -d` says, also of the real tables of CORPUS, where that is;
- every bad table is refused, and entry and field are those that the rules give for what `iasl -d` says;
- defects that iasl cannot express (truncated, wrong checksum, wrong length, another signature) by patching;
- however many findings there are, each is told;
- some hundred tables with random defects: iasl and we agree on entries and verdict.

--update writes the golden dumps anew: look at their difference before they are committed.
"""

import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

SOURCES = ROOT / "acpi/tables"
CORPUS = Path(os.environ.get("CORPUS", "none")) / "erst"

HEADER, ENTRY = 48, 32
WITHOUT_REGISTER = {0x04, 0x08, 0x09, 0x0C, 0x0F}  # NOOP, ADD, SUBTRACT, STALL, GOTO
LAST_INSTRUCTION = 0x12
LAST_PORT = 0xFFFF
MUTANTS = 400

# what iasl calls the fields of an entry, in table order, and what the JSON does
FIELDS = [
    ("Action", "action"), ("Instruction", "instruction"), ("Flags (decoded below)", "flags"),
    ("Reserved", "reserved"), ("Space ID", "space"), ("Bit Width", "bit_width"), ("Bit Offset", "bit_offset"),
    ("Encoded Access Width", "access"), ("Address", "address"), ("Value", "value"), ("Mask", "mask"),
]
REGISTER = ("space", "bit_width", "bit_offset", "access", "address")
# Field and value; how iasl writes the columns of its brackets changes between its releases.
IASL_LINE = re.compile(r"^\[[^]]*\] +(.*?) : ([0-9A-F]+)\b")


# --- the two readers ------------------------------------------------------------------------------

def disassemble(paths, folder):
    """What `iasl -d` says of each file: (header fields, entries)."""
    subprocess.run(["iasl", "-d", *map(str, paths)], cwd=folder, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60)
    return [parse_listing(path.with_suffix(".dsl")) for path in paths]


def parse_listing(path):
    names, header, entries = dict(FIELDS), {}, []
    if not path.is_file():
        return None
    for line in path.read_text(errors="replace").splitlines():
        found = IASL_LINE.match(line)
        if line.startswith("Raw Table Data"):
            break
        if not found:
            continue
        label, number = found.group(1), int(found.group(2), 16)
        if label == "Action":
            entries.append({})
        if entries and label in names:
            entries[-1][names[label]] = number
        elif not entries:
            header[label] = number
    return header, entries[:(header["Table Length"] - HEADER) // ENTRY]  # not the stray bytes behind them


def run(program, path, *options):
    return subprocess.run([program, "erst", str(path), *options], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def our_entries(program, path):
    result = run(program, path, "--json")
    assert result.returncode == 0, f"{path.name}: status {result.returncode}: {result.stderr}"
    return [{name: number(entry["register"][name] if name in REGISTER else entry[name]) for _, name in FIELDS}
            for entry in json.loads(result.stdout)["entries"]]


def refusal(program, path):
    """The one line of a refusal, without the file's name; None when the table is taken."""
    result = run(program, path)
    if result.returncode == 0:
        return None
    lines = result.stderr.splitlines()
    assert result.returncode == 1 and len(lines) == 1 and not result.stdout, f"{path.name}: {result}"
    assert lines[0].startswith(f"pstore-fw: {path}: "), lines[0]
    return lines[0][len(f"pstore-fw: {path}: "):]


# --- the rules once more, over what iasl says -----------------------------------------------------

def access_bits(entry):
    if not 1 <= entry["access"] <= 4:
        return 0
    bits, width = 4 << entry["access"], entry["bit_width"]
    if width in (32, 64) and entry["bit_offset"] == 0 and bits < width and entry["address"] % (width // 8) == 0:
        return width
    return bits


def entry_fault(entry):
    """The first field that is wrong, in Linux's order, and its offset in the entry."""
    if entry["instruction"] > LAST_INSTRUCTION:
        return "instruction", 1
    if entry["instruction"] in WITHOUT_REGISTER:
        return None
    bits = access_bits(entry)
    if entry["address"] == 0:
        return "address", 8
    if bits == 0:
        return "access size", 7
    if entry["bit_width"] + entry["bit_offset"] > bits:
        return "bit width", 5
    if entry["space"] > 1:
        return "address space", 4
    if entry["space"] == 1 and entry["address"] + bits // 8 - 1 > LAST_PORT:
        return "address", 8
    return None


def expected_fault(header, entries):
    """"offset N: [entry N: ]field", or None for a table that is valid."""
    if header["Serialization Header Length"] not in (12, 48):
        return "offset 36: serialization header size"
    if header["Instruction Entry Count"] != (header["Table Length"] - HEADER) // ENTRY:
        return "offset 44: instruction entry count"
    for index, entry in enumerate(entries):
        fault = entry_fault(entry)
        if fault:
            return f"offset {HEADER + index * ENTRY + fault[1]}: entry {index}: {fault[0]}"
    return None


def compare(program, path, listing):
    """Raises where our view of the table is not iasl's."""
    assert listing, f"{path.name}: iasl does not read it"
    header, entries = listing
    expected, got = expected_fault(header, entries), refusal(program, path)
    if expected is None:
        assert got is None, f"{path.name}: refused: {got}"
        ours = our_entries(program, path)
        assert len(ours) == len(entries), f"{path.name}: {len(ours)} entries, iasl has {len(entries)}"
        for index, (our, their) in enumerate(zip(ours, entries)):
            assert our == their, f"{path.name}: entry {index}: {our}, iasl says {their}"
    else:
        assert got is not None, f"{path.name}: taken, but {expected} is wrong"
        assert got.startswith(expected + ": "), f"{path.name}: {got!r}, and not {expected!r}"
    return expected


# --- checks ---------------------------------------------------------------------------------------

class Bench:
    def __init__(self, program, tables, folder, update):
        self.program, self.tables, self.folder, self.update = program, tables, folder, update
        self.count = 0

    def own(self, kind):
        """The compiled tables, one for each source."""
        names = sorted(path.stem for path in (SOURCES / kind).glob("*.asl"))
        return [self.tables / kind / f"{name}.aml" for name in names]

    def copy(self, name, raw):
        """iasl leaves its listing beside what it reads."""
        path = self.folder / f"{name}.aml"
        path.write_bytes(raw)
        return path

    def copies(self, paths):
        return [self.copy(path.stem, path.read_bytes()) for path in paths]

    def golden(self, kind, name, text):
        path = SOURCES / kind / f"{name}.txt"
        if self.update:
            path.write_text(text)
        assert path.is_file(), f"{path}: is missing"
        assert path.read_text() == text, f"{path}: is another:\n{text}"

    def patched(self, name, offset, data):
        raw = bytearray((self.tables / "good/smi-mailbox.aml").read_bytes())
        raw[offset:offset + len(data)] = data
        return self.copy(name, raw)


def check_golden_dumps(bench):
    good = bench.own("good")
    assert len(good) >= 10, "good tables are missing"
    for path in good:
        result = run(bench.program, path)
        assert result.returncode == 0 and not result.stderr, f"{path.name}: {result}"
        for line in result.stdout.splitlines():
            finding = line.startswith(("breaks:", "odd:", "   ")) and not line[:4].strip().isdigit()
            assert not finding or len(line) <= 80, f"{path.name}: a long line: {line}"
        bench.golden("good", path.stem, result.stdout)


def check_golden_refusals(bench):
    bad = bench.own("bad")
    assert len(bad) >= 15, "bad tables are missing"
    for path in bad:
        got = refusal(bench.program, path)
        assert got, f"{path.name}: is taken"
        bench.golden("bad", path.stem, got + "\n")


def check_own_tables_as_iasl_reads_them(bench):
    for kind, is_good in (("good", True), ("bad", False)):
        paths = bench.copies(bench.own(kind))
        for path, listing in zip(paths, disassemble(paths, bench.folder)):
            assert (compare(bench.program, path, listing) is None) == is_good, path.name


def check_real_tables_as_iasl_reads_them(bench):
    paths = bench.copies(sorted(CORPUS.glob("*.aml")))
    for path, listing in zip(paths, disassemble(paths, bench.folder)):
        assert compare(bench.program, path, listing) is None, path.name
    print(f"{len(paths)} real tables" if paths else "skipped: no real tables in CORPUS")


def check_defects_that_iasl_cannot_express(bench):
    whole = (bench.tables / "good/smi-mailbox.aml").read_bytes()
    for size in (0, 1, 35, 47):
        path = bench.copy(f"truncated-{size}", whole[:size])
        assert refusal(bench.program, path) == f"offset {size}: header: ends before its 48 bytes"
    for size in (48, 79, len(whole) - 1):
        path = bench.copy(f"truncated-{size}", whole[:size])
        assert refusal(bench.program, path) == "offset 4: length: is more than there are bytes"
    for name, offset, data, expected in (
            ("signature", 0, b"BERT", 'offset 0: signature: is not "ERST"'),
            ("length-47", 4, struct.pack("<I", 47), "offset 4: length: is less than the header's 48"),
            ("length-endless", 4, b"\xff" * 4, "offset 4: length: is more than there are bytes")):
        assert refusal(bench.program, bench.patched(name, offset, data)) == expected, name
    for name, offset, expected in (("checksum", 9, "odd: the checksum is wrong (ACPI 6.5, 5.2.6)"),
                                   ("reserved", 40, "odd: the reserved field is not 0 (ACPI 6.5, 18.5)")):
        result = run(bench.program, bench.patched(name, offset, bytes([whole[offset] ^ 1])))
        assert result.returncode == 0 and expected in result.stdout.splitlines(), f"{name}: {result}"


def check_each_finding_is_told(bench):
    count = 1000
    raw = bytearray((bench.tables / "good/smi-mailbox.aml").read_bytes()[:HEADER])
    raw += (b"\x00\x0f" + bytes(30)) * count  # GOTO 0
    raw[4:8], raw[44:48] = struct.pack("<I", len(raw)), struct.pack("<I", count)
    path = bench.copy("jumps", raw)
    lines = run(bench.program, path).stdout.splitlines()
    findings = json.loads(run(bench.program, path, "--json").stdout)["findings"]
    assert len(findings) > 2 * count and len([f for f in findings if f["entry"] == count - 1]) == 2
    assert sum(line.startswith(("breaks:", "odd:")) for line in lines) == len(findings)


def mutate(raw, chance):
    """Some bytes of a valid table become others, mostly ones that mean something there."""
    telling = [0, 1, 2, 3, 4, 5, 8, 0x0C, 0x10, 0x12, 0x13, 0x20, 0x30, 0x40, 0x7F, 0x80, 0xFF]
    raw = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        entries = (len(raw) - HEADER) // ENTRY
        if chance.random() < 0.1:
            offset = chance.choice([8, 36, 40, 44])
        else:
            offset = HEADER + chance.randrange(entries) * ENTRY + chance.choice([0, 1, 1, 2, 3, *range(4, 16), 20, 28])
        raw[offset] = chance.choice(telling) if chance.random() < 0.8 else chance.randrange(256)
    if chance.random() < 0.1:
        raw += bytes(chance.randint(1, 31))
        raw[4:8] = struct.pack("<I", len(raw))
    raw[9] = 0
    raw[9] = -sum(raw) & 0xFF
    return bytes(raw)


def check_mutated_tables_as_iasl_reads_them(bench):
    chance = random.Random(18)
    parents = [path.read_bytes() for path in bench.own("good")]
    paths = [bench.copy(f"mutant-{i}", mutate(chance.choice(parents), chance)) for i in range(MUTANTS)]
    taken = 0
    for path, listing in zip(paths, disassemble(paths, bench.folder)):
        taken += compare(bench.program, path, listing) is None
    assert MUTANTS // 10 < taken < MUTANTS * 9 // 10, f"{taken} of {MUTANTS} mutants are valid"


CHECKS = [check_golden_dumps, check_golden_refusals, check_own_tables_as_iasl_reads_them,
          check_real_tables_as_iasl_reads_them, check_defects_that_iasl_cannot_express,
          check_each_finding_is_told, check_mutated_tables_as_iasl_reads_them]


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], Path(sys.argv[2]), Path(folder), "--update" in sys.argv)
        return checks.run_all(CHECKS, bench)


if __name__ == "__main__":
    sys.exit(main())
