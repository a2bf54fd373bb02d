# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Crashes of a real kernel, and what they left, event by event: as the harness and the kernel see it."""

import re
from dataclasses import dataclass

from harness import check, dumps
from harness.backend import Backend
from harness.dumps import Dump
from harness.machine import Machine

_READ_WITH_LINUX = """
keep pstore /sys/fs/pstore
run list pstore-fw list
run dump pstore-fw dump --output /tmp/dump
keep dump /tmp/dump
"""

_READ_AND_CLEAR = {
    "list": "list",
    "parts": "show --all --parts",
    "dump": "dump",
    "clear": "clear --dumped --yes",
    "emptied": "list",
}

# Kills the shell that does it, so it is one of its own.
_OOPS = """
insmod /oops.ko
( echo now > /proc/harness-oops )
"""


@dataclass(frozen=True)
class Event:
    why: str  # as in the event's name: "oops"
    count: int  # the how-manyth since boot
    stored: dict[str, bytes]  # the records by their ids
    texts: dict[str, bytes]  # what pstore showed of them

    @property
    def stored_bytes(self) -> int:
        return sum(len(record) for record in self.stored.values())


def panic(machine: Machine, backend: Backend, script: str = "", append: str = "",
          oops: bytes | None = None) -> dict[str, bytes]:
    """Panic at the script's end, after an oops of that module if there is one. The records that this adds."""
    before = backend.stored(machine)
    files = {"oops.ko": oops} if oops else {}
    machine.linux(script + (_OOPS if oops else ""), files, panics=True, append=append)
    after = backend.stored(machine)
    check.equal("the records that were there", {each: after.get(each) for each in before}, before)
    added = {each: record for each, record in after.items() if each not in before}
    check.true(f"{backend.title} holds records after the panic", added)
    return added


def _of_boot(stored: dict[str, bytes], texts: dict[str, bytes]) -> list[Event]:
    """In the order in which they happened."""
    groups: dict[tuple[int, str], list[str]] = {}
    for each in stored:
        why, count = re.match(rb"(\w+)#(\d+) Part\d+\n", texts[each]).groups()
        groups.setdefault((int(count), why.decode().lower()), []).append(each)
    return [Event(why, count, {each: stored[each] for each in ids}, {each: texts[each] for each in ids})
            for (count, why), ids in sorted(groups.items())]


def _check_dumps(files: dict[str, bytes], backend: Backend, expected: list[Event]) -> list[Dump]:
    """There is one for each event, in order, with what it holds and nothing else."""
    found = dumps.events(files)
    check.equal("the events in the dump, without their times",
                [dump.event.split("-", 1)[1] for dump in found],
                [f"{backend.name}-{event.why}{event.count}" for event in expected])
    for dump, event in zip(found, expected):
        dumps.check_agrees(dump, event.stored, event.texts)
    return found


def read_with_linux(machine: Machine, backend: Backend, boots: list[dict[str, bytes]]) -> list[Event]:
    """Pstore shows every record of these boots, and the Linux command joins and dumps them. The events."""
    seen = machine.linux(_READ_WITH_LINUX)
    stored = {each: record for boot in boots for each, record in boot.items()}
    check.equal(f"{backend.title} after Linux only read it", backend.stored(machine), stored)
    texts = backend.pstore_texts(seen.files, stored)
    check.equal("the records that pstore showed", sorted(texts), sorted(stored))
    found = [event for boot in boots for event in _of_boot(boot, texts)]
    for name in ("list", "dump"):
        check.status(seen.results[name], 0)
    by_linux = dumps.events(dumps.below(seen.files, "dump"))
    check.equal("the logs that Linux dumped", [dump.log for dump in by_linux],
                [dumps.joined(event.texts) for event in found])
    return found


def dump_and_clear(machine: Machine, backend: Backend, expected: list[Event]) -> list[Dump]:
    """The application lists them in order, dumps them byte for byte, and clears them all."""
    results = machine.application(_READ_AND_CLEAR)
    for name in ("list", "parts", "dump", "clear"):
        check.status(results[name], 0)
    check.status(results["emptied"], 3)
    dumps.check_parts(results["parts"].text, [event.texts for event in expected])
    check.equal(f"what is left in {backend.title}", backend.stored(machine), {})
    found = _check_dumps(machine.esp.read(dumps.ON_ESP), backend, expected)
    names = [dump.event for dump in found]
    listed = re.findall("|".join(map(re.escape, names)), results["list"].text)
    check.equal("the events in the list", list(dict.fromkeys(listed)), names)
    return found


def find_nothing_with_linux(machine: Machine) -> None:
    seen = machine.linux("keep pstore /sys/fs/pstore\nrun list pstore-fw list\n")
    check.status(seen.results["list"], 3)
    check.equal("what the kernel's pstore shows", dumps.below(seen.files, "pstore"), {})
