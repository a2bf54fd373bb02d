# SPDX-License-Identifier: BSD-2-Clause-Patent
"""`kdump test` crashes the machine when it is told so, and after the next boot says that everything came
through.
"""

from harness import check, kdump
from harness.scenario import Run

_TEST = f"{kdump.LOAD}deliver\npstore-fw kdump test --yes\n"


def run(test: Run) -> None:
    system = test.system()
    with test.step("kdump test crashes the machine"):
        crashed = kdump.crash(system, _TEST)
        kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)
    with test.step("after the next boot it says that all came through"):
        seen = system.linux("run test pstore-fw kdump test\n", append=kdump.RESERVED)
        check.status(seen.results["test"], 0)
