# SPDX-License-Identifier: BSD-2-Clause-Patent
"""QR codes on the screen are what a person would have copied: title, trace and the end of a real panic's log, read back
from screenshots by zbarimg, on screens of several sizes; keys turn the pages, and so does time.
"""

import re
import shutil
import subprocess
import time
from pathlib import Path

from harness import check, qemu
from harness.backend import ERST
from harness.machine import SCREEN_IS_COMPLETE, Machine
from harness.scenario import Run

_SCREENS = [(640, 480), (1280, 800)]
_FIRST_LINE = re.compile(r"pstore-fw (\d)/(\d) (\S+)\n")
_LEFT_OUT = "[more is left out here]\n"
_PAUSE_S = 0.3


class Screen:
    """What a telephone sees of it."""

    def __init__(self, machine: Machine, running: qemu.Qemu, pictures: Path):
        self._running = running
        self._pictures = pictures
        self._deadline = time.monotonic() + machine.bound_s
        pictures.mkdir()

    def text(self, name: str) -> str:
        """Of the one code that is there, or nothing; the picture of it is kept."""
        picture = self._pictures / f"{name}.png"
        self._running.screendump(picture)
        command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture]
        return subprocess.run(command, capture_output=True, text=True).stdout[:-1]  # which ends in a \n of its own

    def page(self, number: int) -> str:
        while not (text := self.text(f"page-{number}")).startswith(f"pstore-fw {number}/"):
            if self._running.ended or time.monotonic() > self._deadline:
                raise check.CheckFailed(f"page {number} was never seen in {self._pictures}, but {text!r}")
            time.sleep(_PAUSE_S)
        return text

    def press(self, key: str) -> None:
        self._running.press(key)


def _turn_all(screen: Screen) -> list[str]:
    pages = [screen.page(1)]
    count = int(_FIRST_LINE.match(pages[0])[2])
    for number in range(2, count + 1):
        screen.press("spc")
        pages.append(screen.page(number))
    return pages


def _visible(text: str) -> str:
    return re.sub(r"[^\n -~]", lambda found: f"\\x{ord(found[0]):02x}", text)


def _check_pages(pages: list[str], explained: str, log: str) -> None:
    for number, page in enumerate(pages, 1):
        first = _FIRST_LINE.match(page)
        check.equal("which page it is", (first[1], first[2]), (str(number), str(len(pages))))
        check.true(f"{first[3]} is the event that explain names", first[3] in explained)
    joined = "".join(_FIRST_LINE.sub("", page, 1) for page in pages)
    head = _visible(explained) + "\n"
    check.equal("what is before the log", joined[:len(head)], head)
    shown, lines = joined[len(head):], _visible(log).splitlines(keepends=True)
    if shown.startswith(_LEFT_OUT):
        shown = shown.removeprefix(_LEFT_OUT)
    else:
        check.equal("the log, all of it", shown, "".join(lines))
    check.equal("the end of the log", shown.splitlines(keepends=True), lines[-len(shown.splitlines()):])
    check.true("there is a panic in it", "Kernel panic" in shown)


def run(test: Run) -> None:
    if not shutil.which("zbarimg"):
        raise check.Skipped("zbarimg is not there (zbar-tools)")
    machine = test.machine(**ERST.only)
    with test.step("Linux panics; the log goes to ERST"):
        machine.linux("", panics=True)
        results = machine.application({"explain": "explain", "show": "show"})
    for width, height in _SCREENS:
        with test.step(f"{width}x{height}: every page is read, and is the text"):
            with machine.on_screen("show --qr", qemu.display(width, height)) as running:
                screen = Screen(machine, running, test.work / f"{width}x{height}")
                pages = _turn_all(screen)
                _check_pages(pages, results["explain"].text, results["show"].text)
                screen.press("b")
                screen.page(len(pages) - 1)
                screen.page(len(pages))  # by itself, after some seconds
                screen.press("q")
                running.wait(machine.bound_s, SCREEN_IS_COMPLETE)
                check.equal("what is on the screen then", screen.text("end"), "")
