# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The kernel's own ERST debug device, as a judge: what the application, the host, the kernel and the command itself
wrote is read through it byte for byte, as long as it fits into its buffer; written and cleared, until ERST is full.

Two records stand before all others that the device refuses, and at which the kernel's pstore ends its list: one over
its 16 KiB, one whose length QEMU's ERST does not give out. Erst-mem keeps off while the kernel's driver is there.
"""

import subprocess

from harness import check, dumps, erstfile, guestmodule
from harness.backend import ERST
from harness.machine import LinuxBoot, Machine, Result
from harness.scenario import Run

_RECORD_SIZE = 32 * 1024
_LENGTH_AT = 20
_FIRST_ID = 0x65E0_79FE_0000_0001
_BY_APPLICATION, _BY_HOST, _BY_DEVICE = (b"a note by %s\nof two lines\n" % who for who in
                                         (b"the application", b"the host", b"the device"))
_REFUSED = {
    "erst:number-1": "input/output error",
    "erst:number-2": "the platform reports a failure",
}

_WRITE = """
insmod /erst-dbg.ko
run write pstore-fw --source erst-dbg write --type dmesg /note
"""

_READ = """
insmod /erst-dbg.ko
run list pstore-fw --source erst-dbg list
run dump pstore-fw --source erst-dbg dump --output /tmp/dump
keep dump /tmp/dump
run application pstore-fw --source erst-dbg show {application}
run mem pstore-fw --source erst-mem list
run long pstore-fw --source erst-dbg write --type dmesg /long
for number in $(seq {free}); do
        run "fill$number" pstore-fw --source erst-dbg write --type dmesg /note
done
run full pstore-fw --source erst-dbg write --type dmesg /note
run clear pstore-fw --source erst-dbg clear --all --yes --output /tmp/copies --volatile-copy
run emptied pstore-fw --source erst-dbg list
"""


def _refused_records() -> dict[int, bytes]:
    long = erstfile.dmesg_record(_FIRST_ID, _FIRST_ID >> 32, b"Panic#1 Part1\n" + 17000 * b"x")
    lying = erstfile.dmesg_record(_FIRST_ID + 1, _FIRST_ID >> 32, b"Panic#1 Part2\n")
    lying = lying[:_LENGTH_AT] + (100).to_bytes(4, "little") + lying[_LENGTH_AT + 4:]
    return {_FIRST_ID: long, _FIRST_ID + 1: lying}


def _written(result: Result) -> str:
    check.status(result, 0)
    check.one_line("what write prints", result.text, "^erst:[0-9a-f]{16}$")
    return result.text.strip()


def _write_on_host(test: Run, machine: Machine) -> str:
    command = [test.lab.settings.linux_tool, "-s", machine.image_sources["erst"], "write"]
    done = subprocess.run(command, input=_BY_HOST, capture_output=True)
    return _written(Result("write", done.returncode, done.stdout, done.stderr))


def _tells_refused(result: Result) -> None:
    """One line for each record that cannot be read, and the rest is done."""
    check.status(result, 1)
    check.equal("its complaints", result.complaint.splitlines(),
                [f"pstore-fw: erst-dbg: {each}: {why}" for each, why in _REFUSED.items()])


def _check_read(seen: LinuxBoot, stored: dict[str, bytes]) -> None:
    _tells_refused(seen.results["list"])
    for each in [*_REFUSED, *stored]:
        check.true(f"the list has {each}", each in seen.results["list"].text)
    files = dumps.below(seen.files, "dump")
    found = dumps.others(files)
    for event in dumps.events(files):
        found |= event.records
    check.equal("the records that were dumped", sorted(found), sorted(stored))
    for each, record in stored.items():
        check.equal(f"the bytes of {each}", found[each], record)
    check.equal("what show shows", seen.results["application"].out, _BY_APPLICATION)


def _check_full(seen: LinuxBoot, free: int) -> list[str]:
    check.status(seen.results["long"], 1)
    check.one_line("what is said of too long a log", seen.results["long"].complaint, "larger than")
    filled = [_written(seen.results[f"fill{number}"]) for number in range(1, free + 1)]
    check.status(seen.results["full"], 1)
    check.one_line("what is said of a full store", seen.results["full"].complaint, "no space left")
    return filled


def run(test: Run) -> None:
    module = guestmodule.erst_dbg(test.lab)
    refused = _refused_records()
    machine = test.machine(erst=erstfile.store(refused, _RECORD_SIZE))
    with test.step("the application and the host write a record each"):
        results = machine.application({"write": "write --source erst --type dmesg note"}, {"note": _BY_APPLICATION})
        application, host = _written(results["write"]), _write_on_host(test, machine)
    with test.step("Linux writes one through /dev/erst_dbg, then panics"):
        seen = machine.linux(_WRITE, {"erst-dbg.ko": module, "note": _BY_DEVICE}, panics=True)
        by_device = _written(seen.results["write"])
    stored = {each: record for each, record in ERST.stored(machine).items() if int(each[5:], 16) not in refused}
    with test.step("all lie in the image"):
        for each, text in ((application, _BY_APPLICATION), (host, _BY_HOST), (by_device, _BY_DEVICE)):
            check.true(f"{each} has what was written", stored[each].endswith(text))
        check.true("the panic's records are there", len(stored) > 3)
    free = erstfile.RECORDS_WHEN_FULL - len(stored) - len(refused)
    with test.step("Linux reads, fills and clears it through the device"):
        seen = machine.linux(_READ.format(application=application, free=free),
                             {"erst-dbg.ko": module, "note": _BY_DEVICE, "long": 17000 * b"x"})
        _check_read(seen, stored)
        filled = _check_full(seen, free)
    with test.step("cleared is what could be read, and nothing else"):
        cleared = [line.removesuffix(" cleared") for line in seen.results["clear"].text.splitlines()
                   if line.endswith(" cleared")]
        check.equal("the records that were cleared", sorted(cleared), sorted([*stored, *filled]))
        _tells_refused(seen.results["emptied"])
        check.equal("what is left in the image", sorted(erstfile.records(machine.erst_image)), sorted(refused))
    with test.step("erst-mem keeps off the kernel's driver"):
        check.status(seen.results["mem"], 1)
        check.one_line("what it says", seen.results["mem"].complaint, "the kernel's own driver uses ERST")
