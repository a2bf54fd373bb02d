# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What `dump` leaves behind, and what it has to be."""

import json
import re
from dataclasses import dataclass

from harness import check

ON_ESP = "EFI/pstore-fw/dumps"


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
    def content(self) -> dict[str, bytes]:
        """All but the manifest, which says where and when the dump was taken."""
        return {path: data for path, data in self.files.items() if path != "manifest.json"}


def below(files: dict[str, bytes], directory: str) -> dict[str, bytes]:
    return {path.removeprefix(f"{directory}/"): data for path, data in files.items()
            if path.startswith(f"{directory}/")}


def events(files: dict[str, bytes]) -> list[Dump]:
    names = sorted({path.split("/")[0] for path in files if "/" in path} - {"other"})
    return [Dump(name, below(files, name)) for name in names]


def only_event(files: dict[str, bytes]) -> Dump:
    found = events(files)
    check.equal("the number of events in the dump", len(found), 1)
    return found[0]


def file_name(record_id: str) -> str:
    return record_id.replace(":", "-")


def joined(texts: dict[str, bytes]) -> bytes:
    """One event's log from its parts' texts: the highest part is the oldest, header lines are dropped."""
    def part(text: bytes) -> int:
        return int(re.match(rb"\w+#\d+ Part(\d+)\n", text)[1])

    return b"".join(text.split(b"\n", 1)[1] for text in sorted(texts.values(), key=part, reverse=True))


def check_agrees(dump: Dump, stored: dict[str, bytes], texts: dict[str, bytes]) -> None:
    """The dump holds these records' bytes, these texts and their join, and nothing else."""
    expected = {f"records/{file_name(each)}.bin": data for each, data in stored.items()}
    expected |= {f"records/{file_name(each)}.txt": text for each, text in texts.items()}
    expected["dmesg.txt"] = joined(texts)
    check.equal("the files of the dump", sorted(dump.content), sorted(expected))
    for path, data in expected.items():
        check.equal(f"{dump.event}/{path}", dump.files[path], data)


def check_on_serial(log: bytes, serial: str) -> None:
    """Each line of the log was on the serial console too, in the same order."""
    printed = iter(serial.split("\n"))
    for line in log.decode().splitlines():
        message = re.sub(r"^<\d+>", "", line)
        check.true(f"on the serial console, in its place: {message!r}", message in printed)
