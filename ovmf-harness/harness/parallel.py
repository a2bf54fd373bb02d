# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Several machines at once, in a thread each; none is left behind when the run is interrupted."""

import concurrent.futures
from typing import Callable, Sequence, TypeVar

from harness import qemu

_Result = TypeVar("_Result")


def run(jobs: int, calls: Sequence[Callable[[], _Result]]) -> list[_Result]:
    """What each gave, in their order."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(call) for call in calls]
        try:
            return [future.result() for future in running]
        except KeyboardInterrupt:
            qemu.kill_all()
            pool.shutdown(cancel_futures=True)
            raise
