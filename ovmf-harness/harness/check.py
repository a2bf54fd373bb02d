# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The checks that scenarios make, each with a message that says what was expected and what came."""

import difflib
import re
from typing import Any

from harness.machine import Result

_DIFF_LINES = 12
_SHOWN_CHARACTERS = 600


class CheckFailed(Exception):
    pass


class Skipped(Exception):
    """What the scenario needs is not on this host; the message says what."""


def _lines(value: str | bytes) -> list[str]:
    return (value.decode(errors="backslashreplace") if isinstance(value, bytes) else value).splitlines()


def _difference(got: Any, expected: Any) -> str:
    if isinstance(got, (str, bytes)) and isinstance(expected, (str, bytes)):
        diff = list(difflib.unified_diff(_lines(expected), _lines(got), "expected", "got", lineterm="", n=1))
        sizes = f"expected {len(expected)} characters, got {len(got)}"
        return "\n".join([sizes, *diff[:_DIFF_LINES]])
    return f"expected: {_short(expected)}\ngot:      {_short(got)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + " ..."


def true(what: str, condition: Any) -> None:
    if not condition:
        raise CheckFailed(f"not so: {what}")


def equal(what: str, got: Any, expected: Any) -> None:
    if got != expected:
        raise CheckFailed(f"{what}\n{_difference(got, expected)}")


def found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is not None


def matches(what: str, text: str, pattern: str) -> None:
    if not found(pattern, text):
        raise CheckFailed(f"{what}\nexpected a match of: {pattern}\ngot: {_short(text)}")


def status(result: Result, expected: int) -> None:
    """The exit status; a failure shows all that the command said."""
    if result.status != expected:
        raise CheckFailed(f"exit status of: {result.command}\nexpected {expected}, got {result.status}\n"
                          f"its output:\n{result.text}its complaints:\n{result.complaint}")


def one_line(what: str, text: str, pattern: str) -> None:
    equal(f"{what}: lines in {text!r}", len(text.splitlines()), 1)
    matches(what, text, pattern)
