# SPDX-License-Identifier: BSD-2-Clause-Patent
"""On a serial line that is read slowly, beside a screen, a long log arrives whole, and Ctrl-C ends it; one that
nobody reads holds nothing up; and the exit status knows of neither.
"""

import socket
import time

from harness import check, crash
from harness.machine import APPLICATION_DONE, APPLICATION_NEXT, Machine
from harness.scenario import Run

_RECORDS = 30
_VERB = "show --all --source efi"
_PAUSE_S = 0.02
_CTRL_C = b"\x03"
_PROMPT = b"FS0:\\EFI\\pstore-fw\\>"
# A second for the line that is stuck, another for its last line: the rest is the machine's way down.
_BOUND_S = 40


def _machine(test: Run, name: str) -> Machine:
    return test.machine(name, erst=None, variables=crash.variables(_RECORDS))


def _read(line: socket.socket, until: bytes, pause_s: float = 0) -> bytes:
    """What comes until this text, or until the machine has ended."""
    received = b""
    while until not in received and (piece := line.recv(4096)):
        received += piece
        time.sleep(pause_s)
    return received


def _lines_of_logs() -> list[bytes]:
    return [line for number in range(1, _RECORDS + 1) for line in crash.log(number).splitlines()[1:]]


def run(test: Run) -> None:
    patience = test.lab.settings.patience
    with test.step("a reader that pauses gets every line, once"):
        machine = _machine(test, "slow")
        with machine.with_line(_VERB) as (qemu, line):
            _read(line, APPLICATION_NEXT)
            shown = _read(line, APPLICATION_DONE, _PAUSE_S)
            qemu.wait(_BOUND_S * patience)
        logs = _lines_of_logs()
        check.equal("the logs' lines", sorted(each for each in shown.split(b"\r\n") if each.startswith(b"<")),
                    sorted(logs))
        check.equal("the exit status", machine.exit_status(), 0)
    with test.step("Ctrl-C ends it in the middle"):
        machine = _machine(test, "interrupted")
        with machine.with_line(_VERB) as (qemu, line):
            _read(line, APPLICATION_NEXT)
            _read(line, b" line 11 ", _PAUSE_S)
            line.send(_CTRL_C)
            shown = _read(line, _PROMPT, _PAUSE_S)
        check.true("its last line says so", b"\r\ninterrupted\r\n" in shown)
        check.true("the shell's script has ended, too", APPLICATION_DONE not in shown)
    with test.step("a line that nobody reads holds nothing up"):
        machine = _machine(test, "stuck")
        with machine.with_line(_VERB) as (qemu, line):
            _read(line, APPLICATION_NEXT)
            qemu.wait(_BOUND_S * patience)
        check.equal("the exit status", machine.exit_status(), 0)
