# SPDX-License-Identifier: BSD-2-Clause-Patent
"""On AArch64 `kdump load` loads the distribution's kernel, an Image, and after a panic it saves log, memory image and
manifest, and the machine comes back; or, where the running kernel keeps from it what it needs, `load` and `status`
say so and nothing is loaded.
"""

from harness import check, foreign, kdump, qemu
from harness.scenario import Run
from harness.system import System

_HARDWARE = qemu.Hardware(qemu.AAVMF, 1024)
_LOAD = """
echo path = kdump > /etc/pstore-fw/kdump.conf
run before pstore-fw kdump status
run load pstore-fw kdump load
run after pstore-fw kdump status
run loaded cat /sys/kernel/kexec_crash_loaded
"""
# Without kexec_file_load() kexec-tools describe the memory, and of Debian's kernel 6.1 they know too little.
_REASON = "the running kernel lacks kexec_file_load (CONFIG_KEXEC_FILE)"


def _crash(test: Run, system: System) -> None:
    with test.step("Linux panics; the crash kernel saves the dump"):
        crashed = kdump.crash(system, f"{_LOAD}crash\n")
        kdump.comes_back(crashed)
    with test.step("the dump is what the serial console showed"):
        dump = kdump.only_dump(kdump.on_disk(system))
        # The release's makedumpfile need not know the release's newest kernel.
        check_it = kdump.check_complete if "vmcore" in dump.files else kdump.check_log_only
        check_it(system, dump, crashed)


def run(test: Run) -> None:
    system = test.system(lab=foreign.lab_with_command(test.lab, qemu.AAVMF), hardware=_HARDWARE)
    with test.step("the crash kernel is loaded, or refused with a reason"):
        results = system.linux(_LOAD, append=kdump.RESERVED).results
        refused = results["load"].status != 0
        check.equal("whether one is loaded", results["loaded"].text.strip(), "0" if refused else "1")
        if refused:
            check.true(f"load says {_REASON!r}", _REASON in results["load"].complaint)
            check.matches("status says it as CRITICAL", " ".join(results["after"].text.split()), rf"CRITICAL {_REASON[:30]}")
        else:
            check.true("status, before it", "the crash kernel is not loaded" in " ".join(results["before"].text.split()))
            check.true("status, after it", "a crash kernel is loaded" in " ".join(results["after"].text.split()))
    if not refused:
        _crash(test, system)
