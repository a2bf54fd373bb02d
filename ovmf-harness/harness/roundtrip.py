# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The way of a crash record: a panic, pstore, the ESP, cleared, gone. The same for both stores."""

import re
import subprocess
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from harness import check, dumps, events
from harness.backend import Backend
from harness.dumps import Dump
from harness.machine import LinuxBoot, Machine
from harness.scenario import Run

_PANIC = b"Kernel panic - not syncing: sysrq triggered crash"
_CLOCK_TOLERANCE_S = 600

_READ_WITH_LINUX = """
keep pstore /sys/fs/pstore
run list pstore-fw list
run check pstore-fw check
run dump pstore-fw dump --output /tmp/dump
keep dump /tmp/dump
"""

_READ_AND_CLEAR = {
    "list": "list",
    "parts": "show --all --parts",
    "dump": "dump",
    "again": "dump",
    "clear": "clear --dumped --yes",
    "emptied": "list",
}


def _check_event_name(name: str, backend: Backend) -> None:
    found = re.fullmatch(rf"(\d{{8}}T\d{{6}}Z)-{backend.name}-panic1", name)
    check.true(f"{name} is the name of a panic in {backend.name}", found)
    when = datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    check.true(f"{name} was now", abs(when.timestamp() - time.time()) < _CLOCK_TOLERANCE_S)


def _panic(machine: Machine, backend: Backend) -> tuple[str, dict[str, bytes]]:
    serial = machine.linux("", panics=True).serial
    stored = backend.stored(machine)
    check.true(f"{backend.title} holds records after the panic", stored)
    return serial, stored


def _read_with_linux(machine: Machine, backend: Backend, stored: dict[str, bytes]) -> LinuxBoot:
    seen = machine.linux(_READ_WITH_LINUX)
    check.status(seen.results["list"], 0)
    check.status(seen.results["dump"], 0)
    check.equal(f"{backend.title} after Linux only read it", backend.stored(machine), stored)
    return seen


def dump_on_host(run: Run, source: str, output: Path) -> dict[str, bytes]:
    """What the Linux command reads, here and now, from the files behind the machine's stores."""
    command = [run.lab.settings.linux_tool, "--source", source, "dump", "--output", output]
    done = subprocess.run(command, capture_output=True, text=True)
    check.equal(f"exit status of {' '.join(map(str, command))}\n{done.stderr}", done.returncode, 0)
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def _dump_image(run: Run, machine: Machine, backend: Backend) -> Dump:
    with tempfile.TemporaryDirectory() as scratch:
        return dumps.only_event(dump_on_host(run, machine.image_sources[backend.name], Path(scratch)))


def _check_log(dump: Dump, backend: Backend, serial: str) -> None:
    _check_event_name(dump.event, backend)
    check.true("the log has the panic's message", _PANIC in dump.log)
    dumps.check_on_serial(dump.log, serial)


def _dump_and_clear(machine: Machine, backend: Backend) -> tuple[Dump, str]:
    """The dump, and what the application showed of the parts."""
    results = machine.application(_READ_AND_CLEAR)
    for name in ("list", "parts", "dump", "again", "clear"):
        check.status(results[name], 0)
    check.status(results["emptied"], 3)
    check.equal("what list has to complain of", results["list"].complaint, "")
    check.equal(f"what is left in {backend.title}", backend.stored(machine), {})
    dump = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.matches("the list names the event", results["list"].text, re.escape(dump.event))
    return dump, results["parts"].text


def _check_dump(dump: Dump, parts: str, backend: Backend, seen: LinuxBoot, stored: dict[str, bytes],
                serial: str) -> None:
    texts = backend.pstore_texts(seen.files, stored)
    check.equal("the records that pstore showed", sorted(texts), sorted(stored))
    dumps.check_agrees(dump, stored, texts)
    dumps.check_parts(parts, [texts])
    _check_log(dump, backend, serial)
    by_linux = dumps.only_event(dumps.below(seen.files, "dump"))
    check.equal("the event's name under Linux", by_linux.event, dump.event)
    check.equal("the log that Linux dumped", by_linux.log, dump.log)


def _find_nothing_in_firmware(machine: Machine, dump: Dump) -> None:
    check.status(machine.application({"list": "list"})["list"], 3)
    left = dumps.only_event(machine.esp.read(dumps.ON_ESP))
    check.equal("the dump on the ESP", left, dump)


def travel(run: Run, backend: Backend) -> Dump:
    machine = run.machine(**backend.only)
    with run.step(f"Linux panics; the log goes to {backend.title}"):
        serial, stored = _panic(machine, backend)
    with run.step("Linux reboots and shows it in pstore"):
        seen = _read_with_linux(machine, backend, stored)
    with run.step("the host reads it from the store's file"):
        image = _dump_image(run, machine, backend)
    with run.step("the application dumps it to the ESP, clears it"):
        dump, parts = _dump_and_clear(machine, backend)
    with run.step("the dump is what pstore showed, byte for byte"):
        _check_dump(dump, parts, backend, seen, stored, serial)
        check.equal("what the host read", image.content, dump.content)
    with run.step("Linux reboots; its pstore is empty"):
        events.find_nothing_with_linux(machine)
    with run.step("the application finds nothing; the dump stays"):
        _find_nothing_in_firmware(machine, dump)
    return dump


def travel_without_command(run: Run, machine: Machine, backend: Backend) -> Dump:
    """The same with nothing of ours in the guest: firmware and the host are who reads the store."""
    with run.step(f"Linux panics; the log goes to {backend.title}"):
        serial, stored = _panic(machine, backend)
    with run.step("the host reads it from the store's file"):
        image = _dump_image(run, machine, backend)
    with run.step("the application dumps it to the ESP, clears it"):
        dump, _ = _dump_and_clear(machine, backend)
    with run.step("the dump is what was stored, its log what was printed"):
        _check_log(dump, backend, serial)
        check.equal("the records", dump.records, stored)
        check.equal("what the host read", image.content, dump.content)
    return dump
