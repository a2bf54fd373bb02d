# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An oops followed by a panic in one boot is two events, in both stores: neither has a line of the other's
records, and both are what pstore showed, byte for byte.
"""

from harness import check, events, guestmodule
from harness.backend import EFI, ERST, Backend
from harness.scenario import Run

_OOPS = b"oops_write"  # the function that it happened in
_PANIC = b"Kernel panic - not syncing: sysrq triggered crash"


def _check_logs(oops: bytes, panic: bytes) -> None:
    check.true("the oops's log has the function it happened in", _OOPS in oops)
    check.true("the oops's log has no panic", _PANIC not in oops)
    check.true("the panic's log has the panic's message", _PANIC in panic)


def _survive(test: Run, backend: Backend, module: bytes) -> None:
    machine = test.machine(backend.name, **backend.only)
    with test.step(f"Linux oopses, then panics; {backend.title}"):
        stored = events.panic(machine, backend, oops=module)
    with test.step("Linux reboots and shows both in pstore"):
        found = events.read_with_linux(machine, backend, [stored])
        check.equal("the events", [(each.why, each.count) for each in found], [("oops", 1), ("panic", 2)])
    with test.step("the application dumps both byte for byte, clears"):
        oops, panic = events.dump_and_clear(machine, backend, found)
        _check_logs(oops.log, panic.log)


def run(test: Run) -> None:
    module = guestmodule.oops(test.lab)
    for backend in (ERST, EFI):
        _survive(test, backend, module)
