# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Where there is an ERST device, a load loads nothing and the panic goes to ERST; with `path = both` the
panic is in ERST and the crash kernel saves it too.
"""

from harness import check, erstfile, kdump
from harness.scenario import Run

_BOTH = """
echo path = both > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
crash
"""
_LOADED = "run loaded cat /sys/kernel/kexec_crash_loaded\n"


def run(test: Run) -> None:
    system = test.system(erst=bytes(erstfile.SIZE))
    with test.step("a load leaves the panic to ERST"):
        crashed = system.crash(f"{kdump.LOAD}{_LOADED}crash\n", append=kdump.RESERVED)
        kdump.loads(crashed.boot)
        check.equal("whether a crash kernel is loaded", crashed.boot.results["loaded"].text, "0\n")
        check.equal("what ran after the panic", crashed.capture, "")
        check.true("ERST holds the panic", system.erst_records())
        check.equal("the dumps on the disk", kdump.on_disk(system), [])
    with test.step("with path = both the panic is in ERST and on the disk"):
        before = system.erst_records()
        crashed = kdump.crash(system, _BOTH)
        check.true("ERST holds more records", set(system.erst_records()) - set(before))
        kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)
