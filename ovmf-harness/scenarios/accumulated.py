# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Three crashes, one after another and none cleared, are three events in both stores, in order, and nothing
of one is in another.
"""

from harness import check, events
from harness.backend import EFI, ERST, Backend
from harness.scenario import Run

_CRASHES = 3
# A little more than one record of ERST holds, so two of each crash; there is room for seven.
_SHORT = "mount -o remount,kmsg_bytes=8000 /sys/fs/pstore\n"


def _mark(number: int) -> str:
    return f"crash number {number}"


def _marks(log: bytes) -> list[str]:
    return [_mark(number) for number in range(_CRASHES) if _mark(number).encode() in log]


def _accumulate(test: Run, backend: Backend) -> None:
    machine = test.machine(backend.name, **backend.only)
    boots = []
    for number in range(_CRASHES):
        with test.step(f"{_mark(number)} goes to {backend.title}"):
            boots.append(events.panic(machine, backend, f"{_SHORT}say '{_mark(number)}'\n"))
            check.true("it has more than one record", len(boots[-1]) > 1)
    with test.step("Linux reboots and shows them all in pstore"):
        found = events.read_with_linux(machine, backend, boots)
    with test.step("the application dumps them byte for byte, clears"):
        saved = events.dump_and_clear(machine, backend, found)
        check.equal("whose log is whose", [_marks(dump.log) for dump in saved],
                    [[_mark(number)] for number in range(_CRASHES)])


def run(test: Run) -> None:
    for backend in (ERST, EFI):
        _accumulate(test, backend)
