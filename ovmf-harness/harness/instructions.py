# SPDX-License-Identifier: BSD-2-Clause-Patent
"""How many instructions the application takes, firmware's services among them: a measure that does not depend on how
busy the host is. With QEMU's -icount shift=0 the time stamp counter counts just these. guest/stopwatch.c runs the
application between two looks at it; beside it stands a Linux that boots and copies what its pstore shows.
"""

import re
from dataclasses import dataclass
from typing import Iterator

from harness import benchpage, guestprogram, report, varstore
from harness.lab import Lab
from harness.loadoption import start_program
from harness.machine import Machine
from harness.scenario import Run

_COUNTED = ["-icount", "shift=0,sleep=off"]
_STOPWATCH = "EFI/pstore-fw/stopwatch.efi"
_COUNT = re.compile(rb"harness: instructions (\d+) status (\d+)")
_RECORDS = 221
_PARTS = 17  # of an event
_BOUND_S = 1800
# The first are of a walk over all variables and nothing else; 1,529 million were the dump's before it made three files
# of an event, and a fifth of them is the goal.
_GOALS = {("`boot`", 0): 5.7, ("`dump`", _RECORDS): 305.8}

_COPY = """
run stamp chmod +x /stamp
run copy cp -r /sys/fs/pstore /tmp/copy
run end /stamp
"""


@dataclass(frozen=True)
class Count:
    what: str
    records: int
    millions: float
    status: int


def _records(count: int) -> list[varstore.Variable]:
    """Of crashes a minute apart, each as large as Linux makes them."""
    text = b"<6>[    1.000000] a line of a log that was there before\n" * 17
    return [varstore.Variable(f"dump-type0-{part % _PARTS + 1}-1-{1709210000 + part // _PARTS * 60}-D", varstore.CRASH,
                              f"Panic#1 Part{part % _PARTS + 1}\n".encode() + text)
            for part in range(count)]


def _count(test: Run, stopwatch: bytes, arguments: str, records: int, again: bool = False) -> Count:
    machine = test.machine(f"{arguments.split()[0]}-{records}{'-again' if again else ''}", erst=None,
                           variables=_records(records), boot=start_program("\\" + _STOPWATCH.replace("/", "\\"), arguments))
    machine.esp.add({_STOPWATCH: stopwatch})
    for _ in range(2 if again else 1):
        with machine.running("counted", _COUNTED) as running:
            running.wait(_BOUND_S, b"harness: instructions")
            running.wait(_BOUND_S, b"\n")
            found = _COUNT.search(running.serial)
    what = f"`{arguments}`" + (" once more" if again else "")
    return Count(what, records, int(found[1]) / 1e6, int(found[2]))


def _linux(test: Run) -> Count:
    """From the reset until all that pstore shows is copied."""
    machine = test.machine("linux", erst=None, variables=_records(_RECORDS))
    machine.devices = [*_COUNTED]
    ended = machine.linux(_COPY, {"stamp": guestprogram.build("stamp")})
    return Count("Linux boots, `cp -r /sys/fs/pstore`", _RECORDS, int(ended.results["end"].text) / 1e6,
                 ended.results["copy"].status)


def _counts(test: Run) -> Iterator[Count]:
    stopwatch = guestprogram.build_efi("stopwatch")
    yield _count(test, stopwatch, "boot", 0)
    yield _count(test, stopwatch, "boot", 2, again=True)
    yield _count(test, stopwatch, "list", 0)
    yield _count(test, stopwatch, "dump", _RECORDS)
    yield _count(test, stopwatch, "clear --all --yes", _RECORDS)
    yield _linux(test)


def _verdict(count: Count) -> str:
    goal = _GOALS.get((count.what, count.records))
    return f"{goal}: {'reached' if count.millions <= goal else 'missed'}" if goal else ""


def _rows(test: Run) -> Iterator[str]:
    yield from ("| what | records | million instructions | goal |", "|---|---|---|---|")
    for each in _counts(test):
        yield f"| {each.what} | {each.records} | {each.millions:,.1f} | {_verdict(each)} |"


def measure(shared: Lab) -> int:
    """Into docs/BENCHMARKS.md."""
    test = Run("instructions", shared, report.step)
    test.prepare()
    rows = []
    for row in _rows(test):
        report.say(row)
        rows.append(row)
    benchpage.put("The application", [
        "Instructions of the guest (`-icount shift=0`), firmware's services among them, and beside them those of a "
        "Linux from the reset until what its pstore shows is copied.",
        "",
        *rows])
    return 0
