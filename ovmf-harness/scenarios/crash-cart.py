# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Started by hand, the application says what crashed, has a key for each thing to do, and saves to a stick beside
an ESP that takes nothing; what the shell redirects has the stored bytes, and the JSON that the Linux command prints.
"""

import json
import re
import subprocess
import time
from typing import Any

from harness import check, crash, dumps, esp, qemu
from harness.backend import EFI
from harness.loadoption import start_program
from harness.machine import APPLICATION_NEXT
from harness.scenario import Run

_PROGRAM = r"\EFI\pstore-fw\pstore-fwx64.efi"
# What a terminal sends, and what stands on it then, at the end of a text of 45 lines or in its middle.
_KEYS = [(b"t", "1-23 of 45"), (b"\x1b[6~", "23-45 of 45"), (b"\x1b[A", "22-44 of 45"), (b"\x1b[H", "1-23 of 45"),
         (b"\r\n", "2-24 of 45"), (b"\x1b[F", "23-45 of 45"), (b"\x1b[5~", "1-23 of 45"), (b"q", "q  quit")]
# What the firmware starts when a boot option has returned.
_FIRMWARE_MENU = b"BdsDxe: starting Boot0001"
_BOUND_S = 120
_COLUMNS, _ROWS = 80, 24
# A terminal's control sequences (ECMA-48, 5.4), as far as firmware uses them.
_CURSOR = re.compile(rb"\x1b\[(\d+);(\d+)H")
_CLEAR = b"\x1b[2J"
# One that is not finished is none: what a slow line takes the half of is sent anew.
_SEQUENCE = re.compile(rb"\x1b(\[[=?]?[\d;]*[A-Za-z]?)?")


class _Person:
    """Presses keys and reads the serial console, which shows what the screen does."""

    def __init__(self, test: Run, machine: qemu.Qemu):
        self._bound_s = _BOUND_S * test.lab.settings.patience
        self._machine = machine
        self._read = 0

    def sees(self, *texts: str) -> None:
        """Each of them, behind what was seen before."""
        deadline = time.monotonic() + self._bound_s
        for text in texts:
            while (at := self._machine.serial.find(text.encode(), self._read)) < 0:
                check.true(f"on the screen: {text!r}", time.monotonic() < deadline)
                time.sleep(0.1)
            self._read = at + len(text)

    def presses(self, *keys: str) -> None:
        self._machine.press(*keys)


def _render(serial: bytes) -> str:
    """What stands on a terminal then; and no character has ever stood in the last column, where a terminal goes on
    in the next line."""
    cells = [[" "] * _COLUMNS for _ in range(_ROWS)]
    row = column = at = 0
    while at < len(serial):
        if found := _SEQUENCE.match(serial, at):
            if cursor := _CURSOR.match(serial, at):
                row, column = int(cursor[1]) - 1, int(cursor[2]) - 1
            elif found[0] == _CLEAR:
                cells = [[" "] * _COLUMNS for _ in range(_ROWS)]
            at = found.end()
            continue
        if serial[at] >= 0x20:
            check.true(f"on the screen: {serial[max(0, at - 100):at + 1]!r}", row < _ROWS and column < _COLUMNS - 1)
            cells[row][column] = chr(serial[at])
            column += 1
        elif serial[at] == 0x0d:
            column = 0
        elif serial[at] == 0x0a:
            row += 1
        at += 1
    return "\n".join("".join(line).rstrip() for line in cells)


def _save_to_a_stick(test: Run) -> None:
    machine = test.machine("stick", variables=crash.variables(2), boot=start_program(_PROGRAM))
    stick = esp.Esp.create(test.work / "stick.img", "STICK")
    devices = [*qemu.read_only_disk(machine.esp.image), *qemu.stick(stick.image)]
    with machine.in_hand("crash-cart", devices) as running:
        person = _Person(test, running)
        person.sees("The newest crash", "the log does not tell what crashed", "all 1 part,", "1 older event",
                    "e  events", "q  quit", "it dumps by itself")
        # Before it the firmware says what it starts, in a line that is longer.
        _render(running.serial.split(b"BdsDxe: ")[2].split(b"\n", 1)[1])
        person.presses("l")
        person.sees("line 11 of a log that was there before")
        person.presses("q")
        person.sees("q  quit")
        person.presses("d")
        person.sees("write protected: ", "STICK, ", "dump --output fs1:")
        person.presses("q")
        person.sees("Volumes that can be written", "fs1: STICK, ")
        person.presses("1")
        person.sees("saved: 2 records of 2 events in fs1:")
        person.presses("q")
        person.sees("q  quit")
        person.presses("q")
        person.sees(_FIRMWARE_MENU.decode())
    saved = [record for dump in dumps.events(stick.read(dumps.ON_ESP)) for record in dump.records.items()]
    check.equal("the records on the stick", dict(saved), EFI.stored(machine))


def _over_a_serial_line(test: Run) -> None:
    machine = test.machine("serial", variables=crash.variables(1))
    with machine.with_line("") as (running, line):
        received = b""

        def sees(text: str) -> None:
            nonlocal received
            while text not in _render(received.partition(APPLICATION_NEXT)[2]):
                received += (piece := line.recv(4096))
                check.true(f"on the terminal: {text!r}", piece != b"")

        sees("it dumps by itself")
        for keys, text in _KEYS:
            line.send(keys)
            sees(text)
        line.send(b"q")
        running.wait(_BOUND_S * test.lab.settings.patience)
    check.equal("the exit status", machine.exit_status(), 0)


def _wait_for_a_key(test: Run) -> None:
    machine = test.machine("reads", variables=crash.variables(1), boot=start_program(_PROGRAM, "list"))
    with machine.in_hand("reads", qemu.disk(machine.esp.image)) as running:
        person = _Person(test, running)
        person.sees("EVENT, RECORDS", "press a key to go on")
        check.true("the firmware does not have the screen back", _FIRMWARE_MENU not in running.serial)
        person.presses("spc")
        person.sees(_FIRMWARE_MENU.decode())


def _listed(document: bytes) -> Any:
    """Events and records, but for the place where they were found."""
    listed = json.loads(document.decode("ascii"))
    for event in listed["events"]:
        del event["places"]
    for record in [record for event in listed["events"] for record in event["records"]] + listed["others"]:
        del record["source"]
    return listed


def _list_as_json(test: Run) -> None:
    machine = test.machine("json", variables=crash.variables(2))
    left = machine.shell([r"pstore-fwx64.efi list --json > \list.json"])["list.json"]
    command = [test.lab.settings.linux_tool, "list", "--json", "--source", machine.image_sources["efi"]]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    check.true("there are events", _listed(printed)["events"])
    check.equal("what firmware lists", _listed(left), _listed(printed))


def _redirect(test: Run) -> None:
    machine = test.machine("redirected", variables=crash.variables(1))
    (name, stored), = EFI.stored(machine).items()
    left = machine.shell([
        rf"pstore-fwx64.efi show --raw {name} > \raw.bin",
        rf"pstore-fwx64.efi write - < \raw.bin",
        r"echo from a pipe | pstore-fwx64.efi write - --source efi",
        rf"pstore-fwx64.efi show --raw {name} >a \text.bin",
    ])
    check.equal("what '>' leaves", left["raw.bin"], stored)
    check.true("what '>a' would leave is refused", left["text.bin"] != stored)
    written = machine.application({"show": "show --all --source efi"})["show"].text
    check.true("what came through a pipe is a record", "from a pipe" in written)


def run(test: Run) -> None:
    with test.step("what crashed, the log, and a dump to a stick beside an ESP that takes nothing"):
        _save_to_a_stick(test)
    with test.step("the same on a terminal of 80 columns and 24 rows, whose keys are sequences"):
        _over_a_serial_line(test)
    with test.step("what was said stays until a key is pressed"):
        _wait_for_a_key(test)
    with test.step("the stored bytes into a file, and records from files and pipes"):
        _redirect(test)
    with test.step("list --json into a file: what the Linux command says of the same variables"):
        _list_as_json(test)
