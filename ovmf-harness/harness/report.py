# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What a run prints: one line for each step, all that is needed to understand a failure, a last line."""

import re
import sys
import threading
from pathlib import Path

_LOG_LINES = 100
# The firmware positions its cursor and colours its text.
_CONTROL_SEQUENCE = re.compile(r"\x1b\[[0-9;=?]*[A-Za-z]|\r")

_lock = threading.Lock()


def say(text: str = "") -> None:
    with _lock:
        print(text, flush=True)


def step(scenario: str, title: str, seconds: float, passed: bool) -> None:
    say(f"{scenario:<16} {title:<52} {seconds:5.1f} s{'' if passed else '  FAILED'}")


def plain(log: bytes) -> str:
    """A serial log in lines: firmware leaves its own in the line of Linux's first."""
    return _CONTROL_SEQUENCE.sub("", log.decode(errors="replace"))


def _tail(log: Path) -> list[str]:
    lines = plain(log.read_bytes()).splitlines()
    return [f"| {line}" for line in lines[-_LOG_LINES:]]


def failure(scenario: str, error: BaseException, log: Path | None) -> None:
    lines = [f"{scenario} FAILED: {str(error) or type(error).__name__}"]
    if log and log.exists():
        complaints = log.with_suffix(".qemu").read_text(errors="replace")
        lines += [f"QEMU says: {complaints.strip()}"] if complaints else []
        lines += [f"the end of its last serial log, {log}:", *_tail(log)]
    say("\n".join(lines))


def fatal(message: str) -> int:
    print(f"ovmf-harness: {message}", file=sys.stderr)
    return 2
