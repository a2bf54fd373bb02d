# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Six crashes leave five dumps, the newest, each whole."""

from harness import check, kdump
from harness.scenario import Run

_CRASHES = 6
_KEPT = 5


def run(test: Run) -> None:
    system = test.system()
    came = []
    for number in range(1, _CRASHES + 1):
        with test.step(f"crash {number}"):
            crashed = kdump.crash(system)
            newest = kdump.on_disk(system)[-1]
            kdump.check_complete(system, newest, crashed)
            came.append(newest.event)
    with test.step(f"{_KEPT} dumps are left"):
        check.equal("the dumps", [dump.event for dump in kdump.on_disk(system)], came[-_KEPT:])
