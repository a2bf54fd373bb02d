# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Errors of hardware as firmware reports them: a BERT with random sections (ACPI 6.5, 18.3; UEFI 2.10, appendix N),
and what Linux says of each in its log."""

import random
import re
import struct
import uuid
from pathlib import Path
from typing import Callable

# In memory that the guest's kernel is told to leave alone.
_ADDRESS = 0x10000000
_REGION = 0x10000
RESERVED = f"memmap=64K${_ADDRESS:#x}"

_SEVERITIES = ["recoverable", "fatal", "corrected", "info"]
_MEMORY = "a5bc1114-6f64-4ede-b863-3e83ed7c83b1"
_PCIE = "d995e954-bbc1-430f-ad91-b44dcb3c6f35"
_PROCESSOR = "9876ccad-47b4-4bdb-b65e-16f193c4f3db"
_X86 = "dc3ea0b0-a144-4797-b95b-53fa242b6e1d"
_FIRMWARE = "81212a96-09ed-4996-9471-8d729c8e69ed"
_UNKNOWN = "00112233-4455-6677-8899-aabbccddeeff"
_X86_ERRORS = ["a55701f5-e3ef-43de-ac72-249b573fad2c", "fc06b535-5e1f-4562-9f25-0a3b9adb63c3",
               "1cf3f8b3-c5b1-49a2-aa59-5eef92ffa63c", "48ab7f57-dc34-4f6c-a7d3-b0b5b0a74314", _UNKNOWN]


def _put(body: bytearray, at: int, form: str, *values: int) -> None:
    struct.pack_into("<" + form, body, at, *values)


def _memory(source: random.Random) -> bytes:
    body = bytearray(source.randbytes(80))
    _put(body, 0, "Q", source.getrandbits(22))
    _put(body, 9, "B", source.choice([1, 4, 5, 6, 7, 8, 9, *range(16, 27)]))
    _put(body, 72, "B", source.randrange(18))
    return bytes(body)


def _old_memory(source: random.Random) -> bytes:
    body = bytearray(_memory(source)[:73])
    _put(body, 0, "Q", source.getrandbits(15))
    return bytes(body)


def _pcie(source: random.Random) -> bytes:
    body = bytearray(source.randbytes(208))
    _put(body, 0, "Q", source.getrandbits(8) | 0x88)
    _put(body, 8, "I", source.randrange(12))
    return bytes(body)


def _processor(source: random.Random) -> bytes:
    body = bytearray(source.randbytes(192))
    _put(body, 0, "Q", source.getrandbits(13))
    _put(body, 8, "6B", *(source.randrange(limit) for limit in (4, 6, 16, 5, 16, 8)))
    body[24:152] = b"A processor".ljust(128, b"\0")
    return bytes(body)


def _x86(source: random.Random) -> bytes:
    errors, contexts = source.randrange(4), source.randrange(3)
    body = bytearray(source.randbytes(64))
    _put(body, 0, "Q", source.getrandbits(2) | errors << 2 | contexts << 8)
    for _ in range(errors):
        body += uuid.UUID(source.choice(_X86_ERRORS)).bytes_le + struct.pack("<Q", source.getrandbits(5))
        body += source.randbytes(40)
    for _ in range(contexts):  # but of MSRs, which the kernel may take for a machine check of this boot
        body += struct.pack("<HHIQ", source.choice([0, 2, 3, 4, 5, 6, 7]), 16, 0, source.getrandbits(40))
        body += source.randbytes(16)
    return bytes(body)


def _firmware(source: random.Random) -> bytes:
    return bytes([source.randrange(3), source.choice([0, 2])]) + bytes(6) + source.randbytes(24)


_BODIES: list[tuple[str, Callable[[random.Random], bytes]]] = [
    (_MEMORY, _memory), (_MEMORY, _old_memory), (_PCIE, _pcie), (_PROCESSOR, _processor), (_X86, _x86),
    (_FIRMWARE, _firmware), (_UNKNOWN, lambda source: source.randbytes(source.randrange(1, 16) * 4)),
]


def _entry(source: random.Random, kind: str, body: bytes) -> bytes:
    """A Generic Error Data Entry, of revision 3.0 or without a time."""
    has_time = source.random() < 0.5
    fru = b"DIMM_%c%d" % (source.choice(b"ABCD"), source.randrange(8))
    head = uuid.UUID(kind).bytes_le + struct.pack(
        "<IHBBI", source.randrange(4), 0x300 if has_time else 0x201, source.getrandbits(2) | 4 * has_time,
        source.getrandbits(1), len(body))
    head += source.randbytes(16) + fru.ljust(20, b"\0")
    return head + (bytes.fromhex("1035120129022420") if has_time else b"") + body


def region(seed: int, blocks: int = 5, block_bytes: int = 1000) -> bytes:
    """Status blocks that Linux prints, all of them: it stops at five, and passes over one of 1024 bytes (since
    5.17, drivers/acpi/apei/bert.c)."""
    source = random.Random(seed)
    made = b""
    for number in range(blocks):
        entries: list[bytes] = []
        while True:
            kind, body = _BODIES[(number + len(entries)) % len(_BODIES)] if not entries else source.choice(_BODIES)
            entry = _entry(source, kind, body(source))
            if sum(map(len, entries)) + len(entry) > block_bytes:
                break
            entries.append(entry)
        data = b"".join(entries)
        made += struct.pack("<5I", 1 | len(entries) << 4, 0, 0, len(data), source.randrange(4)) + data
    return made.ljust(_REGION, b"\0")


def devices(directory: Path, content: bytes) -> list[str]:
    """A machine whose firmware reports this."""
    table, memory = directory / "bert.aml", directory / "bert.region"
    table.write_bytes(b"BERT" + struct.pack("<IBB6s8sI4sI", 48, 1, 0, b"HARNES", b"HARNESS ", 1, b"HARN", 1)
                      + struct.pack("<IQ", _REGION, _ADDRESS))
    memory.write_bytes(content)
    return ["-acpitable", f"file={table}", "-device", f"loader,file={memory},addr={_ADDRESS:#x},force-raw=on"]


# --- what Linux says ------------------------------------------------------------------------------

# A line of the kernel's (K6.1 drivers/firmware/efi/cper.c, cper-x86.c), and how ours says it. Nothing of ours is
# asked of a line with None: what it says has another line of the kernel's, or is what we do not show.
_HEX = "(0x[0-9a-f]+)"
_FLAG_NAMES = {"cache error", "TLB error", "bus error", "micro-architectural error", "restartable", "precise IP",
               "overflow", "corrected"}
_WORDS: list[tuple[str, str | None]] = [
    (rf"error_status: .* \({_HEX}\)", "error status {}"),
    (rf"physical_address: {_HEX}", "physical address {}"),
    (rf"physical_address_mask: {_HEX}", "physical address mask {}"),
    (r"error_type: (\d+), unknown", "error type {}"),
    (r"error_type: (\d+), (.*)", "error type {}: {}"),
    (rf"error_type: {_HEX}", "error type {}"),
    (rf"DIMM location: not present. DMI handle: {_HEX}", "SMBIOS handle of the module {}"),
    (r"port_type: (\d+), unknown", "port type {}"),
    (r"port_type: (\d+), (.*)", "port type {}: {}"),
    (r"version: (\d+\.\d+)", "version {}"),
    (rf"command: {_HEX}, status: {_HEX}", "command {}, status {}"),
    (r"device_id: ([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]+)", "device {}"),
    (r"slot: (\d+)", "slot {}"),
    (rf"secondary_bus: {_HEX}", "secondary bus {}"),
    (rf"vendor_id: {_HEX}, device_id: {_HEX}", "vendor {}, device id {}"),
    (r"class_code: ([0-9a-f]+)", "class 0x{}"),
    (rf"bridge: secondary_status: {_HEX}, control: {_HEX}", "bridge's secondary status {}, control {}"),
    (rf"aer_uncor_status: {_HEX}, aer_uncor_mask: {_HEX}", "AER uncorrectable status {}"),
    (rf"aer_uncor_status: {_HEX}, aer_uncor_mask: {_HEX}", "AER uncorrectable mask {1}"),
    (rf"aer_uncor_severity: {_HEX}", "severity {}"),
    (r"TLP Header: (.*)", "TLP header {}"),
    (r"processor_type: (\d+), unknown", "processor type {}"),
    (r"processor_type: (\d+), (.*)", "processor type {}: {}"),
    (r"processor_isa: (\d+), unknown", "instruction set {}"),
    (r"processor_isa: (\d+), (.*)", "instruction set {}: {}"),
    (r"operation: (\d+), unknown", "operation {}"),
    (r"operation: (\d+), (.*)", "operation {}: {}"),
    (rf"flags: {_HEX}", "flags {}"),
    (r"level: (\d+)", "level {}"),
    (rf"version_info: {_HEX}", "processor version {}"),
    (rf"processor_id: {_HEX}", "processor id {}"),
    (rf"target_address: {_HEX}", "target address {}"),
    (rf"requestor_id: ?{_HEX}", "requestor {}"),
    (rf"responder_id: ?{_HEX}", "responder {}"),
    (rf"IP: {_HEX}", "instruction pointer {}"),
    (r"Local APIC_ID: 0x([0-9a-f]+)", "APIC id 0x0*{}"),
    (r"CPUID Info:", None),
    (r"Error Information Structure \d+:", None),
    (r"Error Structure Type: unknown", None),
    (r"Error Structure Type: ([0-9a-f-]{36})", "error of type {}"),
    (r"Error Structure Type: (.*)", "error \\d+: {}"),
    (rf"Check Information: {_HEX}", "check {}"),
    (r"Transaction Type: (\d+), unknown", "transaction {}"),
    (r"Transaction Type: (\d+), (.*)", "transaction {}: {}"),
    (r"Operation: (\d+), unknown", "operation {}"),
    (r"Operation: (\d+), (.*)", "operation {}: {}"),
    (r"Level: (\d+)", "level {}"),
    (r"(Processor Context Corrupt|Uncorrected|Precise IP|Restartable IP|Overflow): (true|false)", "{} {}"),
    (r"Time Out: (true|false)", "timed out {}"),
    (r"Participation Type: (\d+), (.*)", "participation {}: {}"),
    (r"Address Space: (\d+), (.*)", "address space {}: {}"),
    (r"Error Type: (\d+), unknown", "error type {}"),
    (r"Error Type: (\d+), (.*)", "error type {}: {}"),
    (rf"Target Identifier: {_HEX}", "target {}"),
    (rf"Requestor Identifier: {_HEX}", "requestor {}"),
    (rf"Responder Identifier: {_HEX}", "responder {}"),
    (rf"Instruction Pointer: {_HEX}", "instruction pointer {}"),
    (r"Context Information Structure \d+:", None),
    (r"Register Context Type: (.*)", "registers \\d+: {}"),
    (rf"Register Array Size: {_HEX}", "size {}"),
    (rf"MM Register Address: {_HEX}", "memory address {}"),
    (r"Register Array:", None),
    (r"Firmware Error Record Type: (SOC Firmware Error Record Type)(\d).*", "type \\d: SOC firmware error record type {1}"),
    (r"Firmware Error Record Type: (.*)", "type \\d: {}"),
    (r"Revision: (\d+)", "revision {}"),
    (r"Record Identifier: ([0-9a-f-]{36})", "record GUID {}"),
    (r"Record Identifier: ([0-9a-f]+)", "record id 0x0*{}"),
    (r"fru_id: (.*)", "unit id {}"),
    (r"fru_text: (.*)", 'unit "{}"'),
    (r"section length: 0x([0-9a-f]+)", None),
    (r"section_type: .*", None),
    (r"section type: unknown, (.*)", "{}"),
]
_PLACES = {"bit_position": "bit", "requestor_id": "requestor", "responder_id": "responder", "target_id": "target",
           "chip_id": "chip"}


def kernel_sections(serial: str) -> list[list[list[str]]]:
    """By block and section: the lines that Linux printed of it, after "Error N"."""
    blocks: list[list[list[str]]] = []
    for line in re.findall(r"\[Hardware Error\]: +(.*?) *$", serial, re.MULTILINE):
        if line.startswith("event severity: "):
            blocks.append([])
        elif re.fullmatch(r"Error \d+, type: (.*)", line):
            blocks[-1].append([line.split(": ")[1]])
        elif blocks and blocks[-1] and not re.search("tstamp: |^It has been corrected by", line):
            blocks[-1][-1].append(line)
    return blocks


def our_sections(text: str) -> list[str]:
    return re.split(r"^section \d+: ", text, flags=re.MULTILINE)[1:]


def _expected(line: str) -> list[str]:
    """What ours has to say, as patterns; ValueError for a line of the kernel's that is not known."""
    if re.fullmatch(r"([a-z_]+:\w+ ?)+", line):
        pairs = [place.split(":") for place in line.split()]
        return [f"{_PLACES.get(name, name.replace('_', ' '))} {re.escape(value)}" for name, value in pairs]
    if set(line.split(", ")) <= _FLAG_NAMES:
        return [re.escape(name) for name in line.split(", ")]
    if re.match(r"[0-9a-f]{8}: [0-9a-f]{8}", line):
        return []  # bytes, of which ours shows fewer, and in their order
    serial = re.fullmatch(r"serial number: 0x([0-9a-f]+), 0x([0-9a-f]+)", line)
    if serial:
        return [f"serial number 0x{serial[2].zfill(8)}{serial[1].zfill(8)}"]
    found: list[str] = []
    for pattern, ours in _WORDS:
        match = re.fullmatch(pattern, line)
        if not match:
            continue
        if ours is None:
            return []
        values = [re.escape({"true": "yes", "false": "no"}.get(value, value)) for value in match.groups()]
        found.append(ours.format(*values))
        if "aer_uncor_status" not in pattern:
            break
    if not found:
        raise ValueError(f"a line of the kernel's that the judge does not know: {line!r}")
    return found


def missing(kernel: list[str], ours: str) -> list[str]:
    """What Linux says of a section and ours does not."""
    severity = {"info": "informational"}.get(kernel[0], kernel[0])
    wanted = [f"{severity}, \\d+ bytes", *(words for line in kernel[1:] for words in _expected(line))]
    text = " ".join(ours.split())
    return [words for words in wanted
            if not re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)]
