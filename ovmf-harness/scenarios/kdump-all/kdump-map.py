# SPDX-License-Identifier: BSD-2-Clause-Patent
"""After a change of the volume group `kdump status` says that the crash kernel's map is not current; `kdump load
--if-changed` loads it anew, and a dump is saved again. After `load --lock` only a reboot helps, and that is said.
"""

import json

from harness import check, kdump, storage
from harness.machine import LinuxBoot
from harness.scenario import Run

_CHANGE = "try lvm lvresize -L +20M vg/other\n"
_STATUS = "run {} pstore-fw kdump status --json\n"
_RELOADED = (kdump.LOAD + _STATUS.format("current") + "run nothing pstore-fw kdump load --if-changed\n" + _CHANGE +
             _STATUS.format("stale") + "run again pstore-fw kdump load --if-changed\n" + _STATUS.format("mended") +
             storage.AT_REST + "crash\n")
_LOCKED = "run load pstore-fw kdump load --lock\n" + _CHANGE + _STATUS.format("locked") + "sync\ncrash\n"


def _map(boot: LinuxBoot, name: str) -> tuple[str, list[str]]:
    """Its state, and what mends it."""
    report = json.loads(boot.results[name].out)
    return report["map"]["state"], [finding["remedy"] for finding in report["findings"]
                                    if "map of vg-root is not current" in finding["text"]]


def run(test: Run) -> None:
    kept = storage.Storage(test.system("reloaded"), storage.TO_BE_CHANGED)
    with test.step("a volume is resized: status tells, and the crash kernel is loaded anew"):
        crashed = kept.crash(_RELOADED)
        results = crashed.boot.results
        check.equal("the map after the load", _map(crashed.boot, "current"), ("current", []))
        check.true("nothing is loaded while it is", "nothing is loaded" in results["nothing"].complaint)
        check.equal("the map after the change", _map(crashed.boot, "stale"), ("changed", ["pstore-fw kdump load"]))
        check.status(results["again"], 0)
        check.equal("the map after the second load", _map(crashed.boot, "mended"), ("current", []))
        kdump.comes_back(crashed)
    with test.step("the dump is there"):
        kdump.check_read(kept.boot(kdump.READ), crashed)
    with test.step("nothing can be loaded any more: only a reboot helps, and the log is on the console"):
        locked = storage.Storage(test.system("locked"), storage.TO_BE_CHANGED).crash(_LOCKED)
        check.equal("the map", _map(locked.boot, "locked"), ("changed", ["reboot"]))
        kdump.comes_back(locked)
        kdump.check_console(locked)
