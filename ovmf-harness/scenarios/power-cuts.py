# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The power is cut at 30 moments in which the application dumps, clears, writes, or firmware reclaims its store: each
record is then in its store, whole on the ESP, or both, and no crash is listed that never was.
"""

from harness import powercut
from harness.check import CheckFailed
from harness.scenario import Run

_CUTS = 30
_START_EVERY = 10  # the next start takes longer than all else; `make test-power` has it after each
_SEED = 1


def run(test: Run) -> None:
    with test.step(f"the power is cut {_CUTS} times"):
        outcomes = list(powercut.make(test.lab, test.work, range(1, _CUTS + 1), _SEED, _START_EVERY, jobs=2))
        failed = [str(outcome) for outcome in outcomes if outcome.error]
        if failed:
            raise CheckFailed("\n".join([*powercut.table(outcomes), *failed]))
