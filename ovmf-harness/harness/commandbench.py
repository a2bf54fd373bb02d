# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The Linux command beside what others take for the same bytes, in one run and in turns: time, memory, and how both
grow with the work.

Each is a whole process, started anew; the stores are files below the build directory, and what is to be cleared is
copied before each turn. The page has ratios: seconds are this machine's.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

from harness import benchpage, erstfile, report
from harness.settings import Settings
from harness.userland import BUSYBOX

_TURNS = 3
_FIRST_CRASH, _APART_S, _PARTS = 1709210000, 60, 17
_VENDOR = "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"
_SYSTEMD_PSTORE = Path("/lib/systemd/systemd-pstore")
_GROWTH = 12  # what ten times the work may take: linear, and a fifth more
_SHOWN = 5000  # of a log, which compressed is what a variable holds, 1 KiB
_LOG = "".join(f"<6>[{second:5}.{second * 7919 % 1000000:06}] usb {second % 7}-1: device {second * 31} is there again\n"
               for second in range(400)).encode()


def _event(number: int) -> tuple[int, int]:
    """When the crash was that record `number` is of, and its part."""
    return _FIRST_CRASH + number // _PARTS * _APART_S, number % _PARTS + 1


def _text(number: int, size: int) -> bytes:
    text = f"Panic#1 Part{_event(number)[1]}\n".encode()
    start = number * 101 % len(_LOG)
    return (text + (_LOG + _LOG)[start:])[:size]


def _deflate(text: bytes) -> bytes:
    """As the kernel stores it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush()


# --- stores ---------------------------------------------------------------------------------------

def _variables(count: int) -> dict[str, bytes]:
    """By name."""
    made = {}
    for number in range(count):
        seconds, part = _event(number)
        made[f"dump-type0-{part}-1-{seconds}-C"] = _deflate(_text(number, _SHOWN))
    return made


def _efivarfs(work: Path, count: int) -> Path:
    directory = work / f"efivarfs-{count}"
    directory.mkdir()
    for name, data in _variables(count).items():
        (directory / f"{name}-{_VENDOR}").write_bytes((7).to_bytes(4, "little") + data)
    return directory


def _pstorefs(work: Path, count: int) -> Path:
    """What Linux shows of such a store: decompressed, and a name with a number for each part."""
    directory = work / f"pstorefs-{count}"
    directory.mkdir()
    for number in range(count):
        seconds, part = _event(number)
        file = directory / f"dmesg-efi_pstore-{seconds}{part:02}001"
        file.write_bytes(_text(number, _SHOWN))
        os.utime(file, (seconds, seconds))
    return directory


def _erst(work: Path, mib: int, count: int) -> Path:
    """A file that takes no more of the disk than its records."""
    path = work / f"erst-{mib}-{count}.img"
    records = {}
    for number in range(count):
        seconds, part = _event(number)
        identifier = seconds << 32 | part
        records[identifier] = erstfile.dmesg_record(identifier, seconds, _text(number, 7000))
    erstfile.write(path, records, mib << 20)
    return path


# --- measuring ------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Cost:
    seconds: float
    mib: float


def _spend(command: list[str | Path]) -> Cost:
    """One process: from its start to its end, and the most memory that it had. Started by a small one, as what its
    parent has counts as its own."""
    with tempfile.NamedTemporaryFile("r") as peak:
        start = time.monotonic()
        result = subprocess.run([BUSYBOX, "time", "-f", "%M", "-o", peak.name, *command], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        seconds = time.monotonic() - start
        if result.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}: {result.returncode}: {result.stderr}")
        # busybox takes what Linux gives in KiB for pages, and makes KiB of them.
        return Cost(seconds, int(peak.read()) / os.sysconf("SC_PAGESIZE"))


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(each.seconds for each in costs), max(each.mib for each in costs))


_Turn = Callable[[], Cost]


@dataclass(frozen=True)
class Comparison:
    """`goal`: ours may take so many times what the other does."""

    what: str
    ours: _Turn
    other: str
    theirs: _Turn
    goal: float

    def row(self) -> str:
        turns = [(self.ours(), self.theirs()) for _ in range(_TURNS)]
        ours, theirs = (_median([turn[side] for turn in turns]) for side in (0, 1))
        ratio = ours.seconds / theirs.seconds
        verdict = "reached" if ratio <= self.goal else "missed"
        return (f"| {self.what} | {ours.seconds:.3f} s, {ours.mib:.0f} MiB | {self.other} | {theirs.seconds:.3f} s, "
                f"{theirs.mib:.0f} MiB | {ratio:.2f} | {self.goal:g}: {verdict} |")


# --- what is compared -----------------------------------------------------------------------------

@dataclass(frozen=True)
class _Bench:
    command: Path
    work: Path

    def reads(self, verb: str, source: str, *options: str) -> _Turn:
        return lambda: _spend([self.command, verb, "--source", source, "--no-pager", *options])

    def _copy(self, store: Path) -> tuple[Path, Path]:
        """Of the store, and a new place for dumps; both are on the disk before the next turn begins."""
        copy, out = self.work / "copy", self.work / "out"
        subprocess.run(["rm", "-rf", copy, out], check=True)
        subprocess.run(["cp", "-a", store, copy], check=True)
        out.mkdir()
        os.sync()
        return copy, out

    def writes(self, verb: str, kind: str, store: Path, *options: str) -> _Turn:
        def turn() -> Cost:
            copy, out = self._copy(store)
            return _spend([self.command, verb, "--source", f"{kind}:{copy}", "--output", out, *options])
        return turn

    def systemd(self, store: Path) -> _Turn:
        """In a mount namespace of its own, where it finds the copy and no journal."""
        def turn() -> Cost:
            copy, out = self._copy(store)
            inside = ('mount --bind "$0" /sys/fs/pstore && mkdir -p /var/lib/systemd/pstore && '
                      'mount --bind "$1" /var/lib/systemd/pstore && exec "$2"')
            return _spend(["unshare", "--mount", "sh", "-c", inside, copy, out, _SYSTEMD_PSTORE])
        return turn


def _inflate(directory: Path) -> _Turn:
    """Reading them, and zlib, with nothing around: in this process, without a start."""
    def turn() -> Cost:
        start = time.monotonic()
        for file in sorted(directory.iterdir()):
            zlib.decompressobj(-zlib.MAX_WBITS).decompress(file.read_bytes()[4:])
        return Cost(time.monotonic() - start, 0)
    return turn


def _cat(*files: Path) -> _Turn:
    return lambda: _spend(["cat", *files])


def _comparisons(bench: _Bench) -> Iterator[Comparison]:
    variables, shown = _efivarfs(bench.work, 200), _pstorefs(bench.work, 200)
    small, sparse = _erst(bench.work, 8, 1000), _erst(bench.work, 1024, 10000)
    few, many = _erst(bench.work, 128, 1000), _erst(bench.work, 128, 10000)
    efi, all_of = f"efivarfs:{variables}", sorted(variables.iterdir())
    yield Comparison("`list`, 200 variables", bench.reads("list", efi), "`cat` of them", _cat(*all_of), 10)
    yield Comparison("`show --all`, 200 variables", bench.reads("show", efi, "--all"), "zlib's inflate of them",
                     _inflate(variables), 4)
    yield Comparison("`list`, ERST of 8 MiB, full", bench.reads("list", f"erst-image:{small}"), "`cat` of it",
                     _cat(small), 10)
    yield Comparison("`list`, ERST of 1 GiB with 10,000 records", bench.reads("list", f"erst-image:{sparse}"),
                     "`cat` of it", _cat(sparse), 1)
    if os.geteuid() == 0 and _SYSTEMD_PSTORE.exists():
        yield Comparison("`collect`, 200 files of pstore, flushed and compared",
                         bench.writes("collect", "pstorefs", shown, "--config", "/dev/null"), "systemd-pstore",
                         bench.systemd(shown), 2)
    for verb, words in ("list", ()), ("show", ("--all",)):
        yield Comparison(f"`{' '.join([verb, *words])}`, ERST with 10,000 records",
                         bench.reads(verb, f"erst-image:{many}", *words), "with 1,000",
                         bench.reads(verb, f"erst-image:{few}", *words), _GROWTH)
    for verb, words in ("dump", ()), ("clear", ("--all", "--yes")), ("collect", ("--config", "/dev/null")):
        yield Comparison(f"`{verb}`, ERST with 10,000 records", bench.writes(verb, "erst-image", many, *words),
                         "with 1,000", bench.writes(verb, "erst-image", few, *words), _GROWTH)


def _rows(own: Settings) -> Iterator[str]:
    work = own.work / "command-bench"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    yield from ("| what | ours | beside | that | ratio | goal |", "|---|---|---|---|---|---|")
    for each in _comparisons(_Bench(own.linux_tool, work)):
        row = each.row()
        report.say(row)
        yield row
    shutil.rmtree(work)


def run(own: Settings) -> int:
    benchpage.put("The Linux command", [
        f"Whole processes in turns, the median of {_TURNS}, and the most memory that one of them had. What is read is "
        "in the page cache. The goal is the ratio that is not to be passed.",
        "",
        *_rows(own)])
    return 0
