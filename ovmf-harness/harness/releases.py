# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The README's two commands, from nothing, on releases of Debian: each in a chroot of its own, made by
debootstrap, with git and make and a clone of the tree as it is."""

import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from harness import archive, debian, report
from harness.settings import ROOT, SetupError

_PACKAGES = ["git", "make"]
_COMMANDS = ("make demo", "make test")
_BOUND_S = 2 * 60 * 60
_SOURCE, _CLONE = "/source", "/pstore-fw"
# The programs that a release builds and tests with, by the packages that have them.
_PARTS = {"gcc": "gcc", "clang": "clang", "gnu-efi": "gnu-efi", "QEMU": "qemu-system-x86", "OVMF": "ovmf",
          "iasl": "acpica-tools", "json-c": "libjson-c-dev"}
_RESULT = re.compile(r"^\d+ passed, \d+ failed$", re.MULTILINE)
_WARNING = re.compile(r"\bwarning: ")


@dataclass
class Outcome:
    """One release: what its commands came to, and with which versions; a column of the table."""

    release: str
    passed: bool = False
    cells: dict[str, str] = field(default_factory=dict)


def _git(*arguments: str | Path) -> None:
    try:
        subprocess.run(["git", "-c", "user.name=nobody", "-c", "user.email=nobody", *arguments], check=True,
                       capture_output=True, text=True)
    except FileNotFoundError as error:
        raise SetupError("git is not there") from error
    except subprocess.CalledProcessError as error:
        raise SetupError(f"git: {error.stderr.strip()}") from error


def _make_source(repository: Path) -> None:
    """A repository of the tree as it is, committed or not; the checkout's own is not touched, as this is root."""
    _git("init", "--quiet", "--initial-branch=main", repository)
    tree = ("--git-dir", repository / ".git", "--work-tree", ROOT)
    _git(*tree, "add", "--all")
    _git(*tree, "commit", "--quiet", "--message", "as it is")


class Chroot:
    def __init__(self, tree: Path):
        self._tree = tree

    def run(self, command: str, log: Path, bound_s: float = _BOUND_S) -> int:
        """With mounts and processes of its own, so that nothing of it stays behind."""
        enter = ('mount -t proc proc "$0/proc" && mount -t sysfs -o ro sysfs "$0/sys" && '
                 'mount --rbind /dev "$0/dev" && '
                 'exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 sh -c "$1"')
        with open(log, "wb") as output:
            process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter,
                                        self._tree, command], stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT)
            try:
                return process.wait(bound_s)
            except subprocess.TimeoutExpired:
                output.write(f"not done within {bound_s:.0f} s\n".encode())
                return -signal.SIGKILL
            finally:
                process.kill()
                process.wait()

    def prepare(self, release: str, mirror: str) -> None:
        shutil.rmtree(self._tree, ignore_errors=True)
        debian.bootstrap(self._tree, release, _PACKAGES, mirror)
        (self._tree / "etc/apt/apt.conf.d/00host").write_text(archive.access_settings())
        shutil.copy("/etc/resolv.conf", self._tree / "etc/resolv.conf")
        _make_source(self._tree / _SOURCE[1:])

    def versions(self) -> dict[str, str]:
        found = {}
        for name, package in _PARTS.items():
            told = subprocess.run(["dpkg-query", "--admindir", self._tree / "var/lib/dpkg", "-W", "-f", "${Version}",
                                   package], capture_output=True, text=True)
            found[name] = told.stdout or "-"
        kernels = sorted(path.name for path in self._tree.glob(f"{_CLONE[1:]}/build/kernel/*"))
        return found | {"kernel": ", ".join(kernels) or "-"}


def _try_command(chroot: Chroot, command: str, log: Path) -> tuple[bool, str]:
    """Whether it passed, and a cell that says so."""
    start = time.monotonic()
    status = chroot.run(f"cd {_CLONE} && {command}", log)
    minutes, seconds = divmod(round(time.monotonic() - start), 60)
    results = _RESULT.findall(log.read_text(errors="replace"))
    verdict = results[-1] if command == "make test" and results else "passed" if status == 0 else "FAILED"
    return status == 0, f"{verdict}, {minutes} min {seconds} s"


def _try_release(release: str, work: Path, mirror: str) -> Outcome:
    outcome = Outcome(release)
    chroot = Chroot(work / "tree")
    chroot.prepare(release, mirror)
    if chroot.run(f"git clone --quiet {_SOURCE} {_CLONE}", work / "clone.log"):
        raise SetupError(f"the clone failed, its log is {work / 'clone.log'}")
    verdicts, warnings = [], 0
    for command in _COMMANDS:
        log = work / f"{command.replace(' ', '-')}.log"
        passed, cell = _try_command(chroot, command, log)
        report.say(f"{release}: {command}: {cell}{'' if passed else f', its log is {log}'}")
        verdicts.append(passed)
        warnings += len(_WARNING.findall(log.read_text(errors="replace")))
        outcome.cells[f"`{command}`"] = cell
    outcome.passed = all(verdicts)
    outcome.cells |= {"warnings": str(warnings)} | chroot.versions()
    if outcome.passed:
        shutil.rmtree(work / "tree")
    return outcome


def _table(outcomes: list[Outcome]) -> str:
    """Releases beside each other; it can be read on a terminal, and stand in a document."""
    names = list(dict.fromkeys(name for outcome in outcomes for name in outcome.cells))
    rows = [["", *(outcome.release for outcome in outcomes)], ["---"] * (len(outcomes) + 1)]
    rows += [[name, *(outcome.cells.get(name, "-") for outcome in outcomes)] for name in names]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows)


def run(names: list[str], work: Path, mirror: str) -> int:
    """One that cannot be tried does not keep the others from it."""
    debian.require_bootstrap()
    outcomes = []
    for release in names:
        try:
            outcomes.append(_try_release(release, work / release, mirror))
        except SetupError as error:
            report.say(f"{release}: {error}")
            outcomes.append(Outcome(release))
    report.say("\n" + _table(outcomes))
    return 0 if all(outcome.passed for outcome in outcomes) else 1
