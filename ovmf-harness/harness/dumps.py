# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What `dump` leaves behind, and what it has to be."""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass

from harness import check

ON_ESP = "EFI/pstore-fw/dumps"
OTHERS = "other"  # the directory of records that belong to no event


@dataclass(frozen=True)
class Dump:
    """One event's directory."""

    event: str
    files: dict[str, bytes]

    @property
    def log(self) -> bytes:
        return self.files.get("dmesg.txt", b"")

    @property
    def manifest(self) -> dict:
        return json.loads(self.files["manifest.json"])

    @property
    def records(self) -> dict[str, bytes]:
        """The records' bytes by their ids, as the manifest says where they lie."""
        found = {}
        for each in self.manifest["records"]:
            data = self.files["records.bin"][each["offset"]:each["offset"] + each["size"]]
            check.equal(f"the digest of {each['id']}", hashlib.sha256(data).hexdigest(), each["sha256"])
            found[each["id"]] = data
        return found

    @property
    def is_whole(self) -> bool:
        """The three files are there, and the manifest says of the others what they are."""
        if sorted(self.files) != ["dmesg.txt", "manifest.json", "records.bin"]:
            return False
        try:
            return all(hashlib.sha256(self.files[name]).hexdigest() == self.manifest[entry]["sha256"]
                       for entry, name in (("log", "dmesg.txt"), ("stored", "records.bin")))
        except (ValueError, KeyError):
            return False

    @property
    def content(self) -> dict[str, bytes]:
        """All but the manifest, which says where and when the dump was taken."""
        return {path: data for path, data in self.files.items() if path != "manifest.json"}


def below(files: dict[str, bytes], directory: str) -> dict[str, bytes]:
    return {path.removeprefix(f"{directory}/"): data for path, data in files.items()
            if path.startswith(f"{directory}/")}


def events(files: dict[str, bytes]) -> list[Dump]:
    names = sorted({path.split("/")[0] for path in files if "/" in path} - {OTHERS})
    return [Dump(name, below(files, name)) for name in names]


def others(files: dict[str, bytes]) -> dict[str, bytes]:
    """The records of no event whose copies are whole, by their ids."""
    found = {}
    beside = below(files, OTHERS)
    for path in [path for path in beside if path.endswith(".json")]:
        with suppress(ValueError, KeyError):
            manifest, data = json.loads(beside[path]), beside[f"{path.removesuffix('.json')}.bin"]
            if hashlib.sha256(data).hexdigest() == manifest["sha256"]:
                found[manifest["id"]] = data
    return found


def only_event(files: dict[str, bytes]) -> Dump:
    found = events(files)
    check.equal("the number of events in the dump", len(found), 1)
    return found[0]


def file_name(record_id: str) -> str:
    return record_id.replace(":", "-")


def in_order(texts: dict[str, bytes]) -> list[bytes]:
    """One event's parts: the highest is the oldest."""
    def part(text: bytes) -> int:
        return int(re.match(rb"\w+#\d+ Part(\d+)\n", text)[1])

    return sorted(texts.values(), key=part, reverse=True)


def joined(texts: dict[str, bytes]) -> bytes:
    """One event's log from its parts' texts, without their header lines."""
    return b"".join(text.split(b"\n", 1)[1] for text in in_order(texts))


def check_agrees(dump: Dump, stored: dict[str, bytes], texts: dict[str, bytes]) -> None:
    """The dump holds these records' bytes, one after another and nothing else, and the join of these texts."""
    check.equal("the files of the dump", sorted(dump.files), ["dmesg.txt", "manifest.json", "records.bin"])
    check.equal(f"{dump.event}/dmesg.txt", dump.log, joined(texts))
    check.equal(f"the ids in {dump.event}", sorted(dump.records), sorted(stored))
    for each, data in stored.items():
        check.equal(f"{each} in {dump.event}", dump.records[each], data)
    check.equal(f"the size of {dump.event}/records.bin", len(dump.files["records.bin"]),
                sum(len(data) for data in stored.values()))


def check_parts(shown: str, events_texts: list[dict[str, bytes]]) -> None:
    """`show --parts` has shown each text as the kernel's pstore did, in this order."""
    at = 0
    for texts in events_texts:
        for text in in_order(texts):
            found = shown.find(text.decode(), at)
            check.true(f"{text.splitlines()[0].decode()} is shown as pstore shows it, in its place", found >= at)
            at = found + len(text.decode())


def check_on_serial(log: bytes, serial: str) -> None:
    """Each line of the log was on the serial console too, in the same order."""
    printed = iter(serial.split("\n"))
    for line in log.decode().splitlines():
        message = re.sub(r"^<\d+>", "", line)
        check.true(f"on the serial console, in its place: {message!r}", message in printed)
