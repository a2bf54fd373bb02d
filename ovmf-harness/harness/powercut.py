# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The power goes at any moment of a run of the application: each record is then in its store, whole on the ESP, or
both; the next start finds it, leaves nothing unfinished, and shows no crash that never was.

A machine boots once, to the shell's prompt. Each run goes on from there, from the state that QEMU saved, which takes a
second instead of a boot. Its flash and the disk that the ESP is on are ours (harness/nbd.py): the power goes at a write
to one of them, which is counted, so that no cut depends on how fast the machine is. The disk may lose what was not
flushed. What is left is judged here, by readers that share nothing with the application; then a machine that boots
from it is one more judge.
"""

import concurrent.futures
import json
import random
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, NamedTuple

from harness import dumps, erstfile, qemu, report, shell, varstore
from harness.check import CheckFailed
from harness.esp import Esp
from harness.lab import Lab
from harness.machine import crlf, esp_with_application, start_script
from harness.nbd import Disk

_BOOT_BOUND_S = 300
_RUN_BOUND_S = 300
_GLANCE_S = 0.005
_NO_BOOT_OPTION = b"to skip \x1b[1m\x1b[33m\x1b[40mstartup.nsh"  # the shell is started by itself
_READY, _DONE = "harness: ready", "harness: done"
_NEXT = "next.nsh"
_CRASHED_AT = 1795000000  # seconds since 1970
_TOLD_EVERY = 25
_PIECE = 64 * 1024
_NOTE = "".join(f"<6>[{line:5}.000000] line {line} of a note\n" for line in range(24)).encode()


class Operation(NamedTuple):
    commands: list[str]
    shop: str  # on which machine it runs


# Named by what begins them: it is typed at the prompt. Firmware reclaims what is deleted in its store once there is no
# room for one more note.
OPERATIONS = {
    "dump": Operation(["dump"], "crashed"),
    "clear": Operation(["clear --all --yes"], "crashed"),
    "write": Operation(["write --source efi note.txt"], "crashed"),
    "reclaim": Operation(["write --source efi note.txt"] * 13, "worn"),
}


class Kind(NamedTuple):
    """Of a cut: while what is done, and at a write to what."""

    operation: str
    disk: str

    def __str__(self) -> str:
        return f"{self.operation}, {self.disk}"


_ESP, _FLASH = "ESP", "flash"


class Share(NamedTuple):
    cuts: int  # of a hundred
    at_least: int  # writes: of fewer, the run has not done what it is for


# A variable is deleted by one byte; a reclaimed store is written twice, once to the spare block.
_SHARES = {
    Kind("dump", _ESP): Share(27, 100),
    Kind("clear", _ESP): Share(20, 100),
    Kind("clear", _FLASH): Share(35, 12),
    Kind("write", _FLASH): Share(8, 900),
    Kind("reclaim", _FLASH): Share(10, 50_000),
}
# More than the firmware's largest variable, as it reclaims a store with less at each start, and the 16,000 bytes that
# its first start uses up; the notes fill what is left.
_WORN_ROOM = 28_000


# --- what the machines hold ---

def _log(number: int, part: int) -> bytes:
    lines = [f"<4>[{number * 100 + 50 - part:5}.{line:06}] line {line} of part {part}\n" for line in range(12)]
    return "".join([f"Panic#{number} Part{part}\n", *lines]).encode()


def _variables(crashes: int, parts: int) -> list[varstore.Variable]:
    return [varstore.Variable(f"dump-type0-{part}-{number}-{_CRASHED_AT + 100 * number}-D", varstore.CRASH,
                              _log(number, part))
            for number in range(1, crashes + 1) for part in range(1, parts + 1)]


# They alternate with those in variables: what is erased there can be counted, and there is one moment between two
# erasures here.
def _erst(crashes: int, parts: int) -> bytes:
    records = {}
    for number in range(1, crashes + 1):
        when = _CRASHED_AT + 50 + 100 * number
        for part in range(1, parts + 1):
            records[(when << 32) + part] = erstfile.dmesg_record((when << 32) + part, when, _log(number, part))
    return erstfile.store(records)


class Left(NamedTuple):
    """What there is when no power is."""

    disk: bytes
    variables: bytes
    erst: bytes

    @property
    def is_half_reclaimed(self) -> bool:
        """Firmware has to go on with that from its spare block."""
        return varstore.recovered(self.variables) is not None

    @property
    def records(self) -> dict[str, bytes]:
        variables = varstore.crash_variables(varstore.recovered(self.variables) or self.variables)
        efi = {f"efi:{name}": data for name, data in variables.items()}
        return efi | {f"erst:{number:016x}": data for number, data in erstfile.records(self.erst).items()}


class _Scratch:
    """Files of one run, which go with it."""

    def __enter__(self) -> "_Scratch":
        self._directory = tempfile.TemporaryDirectory()
        self.path = Path(self._directory.name)
        return self

    def __exit__(self, *_: object) -> None:
        self._directory.cleanup()

    def put_erst(self, left: Left) -> None:
        (self.path / "erst.img").write_bytes(left.erst)

    def put_stores(self, left: Left) -> None:
        self.put_erst(left)
        (self.path / "vars.fd").write_bytes(left.variables)

    def put_disk(self, left: Left) -> Esp:
        """Most of it is zero, and takes neither time nor room."""
        with open(self.path / "esp.img", "wb") as image:
            image.truncate(len(left.disk))
            for start in range(0, len(left.disk), _PIECE):
                piece = left.disk[start:start + _PIECE]
                if piece.count(0) < len(piece):
                    image.seek(start)
                    image.write(piece)
        return Esp(self.path / "esp.img")

    @property
    def erst(self) -> bytes:
        return (self.path / "erst.img").read_bytes()


@dataclass(frozen=True)
class Shop:
    """A machine at its prompt, as each run begins, and what is then in its stores."""

    firmware: qemu.Firmware
    saved: qemu.Saved
    before: Left
    events: frozenset[str]  # their names, as the Linux command has them


class _Disks:
    """What a machine reaches over NBD, by the name of a kind of cut."""

    def __init__(self, left: Left):
        self.esp = Disk(left.disk)
        self.flash = Disk(left.variables, has_cache=False)
        self._by_name = {_ESP: self.esp, _FLASH: self.flash}

    def __enter__(self) -> "_Disks":
        return self

    def __exit__(self, *_: object) -> None:
        for disk in self._by_name.values():
            disk.close()

    def __getitem__(self, name: str) -> Disk:
        return self._by_name[name]

    @property
    def were_cut(self) -> bool:
        return any(disk.was_cut.is_set() for disk in self._by_name.values())

    @property
    def writes(self) -> dict[str, int]:
        return {name: disk.writes for name, disk in self._by_name.items()}

    def start(self, lab: Lab, scratch: _Scratch, firmware: qemu.Firmware, more: list[str]) -> qemu.Qemu:
        devices = [*qemu.erst_device(scratch.path / "erst.img"), *self.esp.options("esp"), *more]
        return qemu.Qemu(lab.emulator, self.flash, scratch.path / "serial.log", devices,
                         qemu.Hardware(firmware, memory_mib=256), [self.esp, self.flash])


def _await(machine: qemu.Qemu, is_so: Callable[[], bool], bound_s: float) -> None:
    deadline = time.monotonic() + bound_s
    while not is_so():
        if machine.ended or time.monotonic() > deadline:
            raise qemu.Hang(f"the machine has ended, or is not where it should be within {bound_s:.0f} s")
        time.sleep(_GLANCE_S)


# --- the machine at its prompt ---

def _esp(lab: Lab, image: Path) -> Esp:
    made = esp_with_application(lab, image)
    prompt = ["echo -off", f"if exist fs1:\\{_NEXT} then", f"fs1:\\{_NEXT}", "endif",
              "fs0:", "cd \\EFI\\pstore-fw", f"echo {_READY}"]
    scripts = {f"{name[0]}.nsh": ["echo -off", *[f"pstore-fwx64.efi {command}" for command in operation.commands],
                                  f"echo {_DONE}"] for name, operation in OPERATIONS.items()}
    files = {f"EFI/pstore-fw/{name}": crlf(lines) for name, lines in scripts.items()}
    made.add({"harness.nsh": crlf(prompt), "EFI/pstore-fw/note.txt": _NOTE, **files})
    return made


def _open_shop(lab: Lab, state: Path, firmware: qemu.Firmware, flash: bytes, erst: bytes) -> Shop:
    with _Scratch() as scratch:
        new = Left(_esp(lab, scratch.path / "esp.img").image.read_bytes(), flash, erst)
        scratch.put_erst(new)
        patience = lab.settings.patience
        with _Disks(new) as disks, disks.start(lab, scratch, firmware, []) as machine:
            _await(machine, lambda: _READY.encode() in machine.serial, _BOOT_BOUND_S * patience)
            saved = machine.save(state, _BOOT_BOUND_S * patience)
        before = Left(bytes(disks.esp.content), bytes(disks.flash.content), scratch.erst)
    return Shop(firmware, saved, before, frozenset(_listed(lab, before)))


def _open_crashed(lab: Lab, work: Path) -> Shop:
    flash = varstore.append(lab.firmware.variables.read_bytes(), [*start_script(), *_variables(3, 4)])
    return _open_shop(lab, work / "crashed", lab.firmware, flash, _erst(3, 2))


def _open_worn(lab: Lab, work: Path) -> Shop:
    small = lab.firmware is qemu.OVMF and qemu.OVMF_SMALL.code.exists()
    firmware = qemu.OVMF_SMALL if small else lab.firmware
    flash = varstore.append(firmware.variables.read_bytes(), [*start_script(), *_variables(2, 3)])
    return _open_shop(lab, work / "worn", firmware, varstore.wear(flash, _WORN_ROOM), _erst(1, 2))


_SHOPS = {"crashed": _open_crashed, "worn": _open_worn}


def _listed(lab: Lab, left: Left) -> list[str]:
    """The events in the stores, as the Linux command reads them."""
    with _Scratch() as scratch:
        scratch.put_stores(left)
        sources = [f"--source=efi-image:{scratch.path}/vars.fd", f"--source=erst-image:{scratch.path}/erst.img"]
        done = subprocess.run([lab.settings.linux_tool, "list", "--json", *sources], capture_output=True)
    if done.returncode not in (0, 1 if left.is_half_reclaimed else 3):
        raise CheckFailed(f"the Linux command cannot read the stores: {done.stderr.decode(errors='replace')}")
    return [event["id"] for event in json.loads(done.stdout)["events"]]


# --- a run, cut short ---

class Cut(NamedTuple):
    number: int
    kind: Kind
    write: int  # the one that does not come to pass any more, counted from 1
    loses_cache: bool

    def __str__(self) -> str:
        return f"cut {self.number}, {self.kind}: at write {self.write}{', the cache lost' if self.loses_cache else ''}"


def _run(lab: Lab, shop: Shop, operation: str, cut: Cut | None, chance: random.Random) -> tuple[Left, dict[str, int]]:
    """What is left, and how many writes there were to each disk."""
    bound_s = _RUN_BOUND_S * lab.settings.patience
    with _Scratch() as scratch:
        scratch.put_erst(shop.before)
        with _Disks(shop.before) as disks, disks.start(lab, scratch, shop.firmware, qemu.WAITS) as machine:
            machine.resume(shop.saved, bound_s)
            before = disks.writes
            if cut:
                disks[cut.kind.disk].cut_at(cut.write)
            machine.press(operation[0], "ret")
            _await(machine, lambda: disks.were_cut or _DONE.encode() in machine.serial, bound_s)
        content = disks.esp.left(chance) if cut and cut.loses_cache else bytes(disks.esp.content)
        left = Left(content, bytes(disks.flash.content), scratch.erst)
        return left, {name: count - before[name] for name, count in disks.writes.items()}


# --- the judges ---

def _copies(esp: Esp) -> dict[str, bytes]:
    """The records that are whole on the ESP, by their ids."""
    files = esp.read_what_can_be(dumps.ON_ESP)
    found = dumps.others(files)
    for dump in dumps.events(files):
        if dump.is_whole:
            found |= dump.records
    return found


def _is_note(content: bytes) -> bool:
    return content == _NOTE


def _judge(shop: Shop, left: Left) -> str:
    """Where the records are: "in the store", "on the ESP" or "both"."""
    before, stored = shop.before.records, left.records
    with _Scratch() as scratch:
        copied = _copies(scratch.put_disk(left))
    for each, content in before.items():
        places = [held[each] for held in (stored, copied) if each in held]
        if not places:
            raise CheckFailed(f"{each} is neither in its store nor whole on the ESP")
        if any(place != content for place in places):
            raise CheckFailed(f"{each} has other bytes than before")
    for held in (stored, copied):
        others = [each for each in held if each not in before and not _is_note(held[each])]
        if others:
            raise CheckFailed(f"records that never were: {', '.join(others)}")
    if before.keys() <= copied.keys():
        return "both" if before.keys() & stored.keys() else "on the ESP"
    return "partly both" if copied else "in the store"


def _check_events(shop: Shop, names: list[str], stored: dict[str, bytes], where: str) -> None:
    """None but those that were there, each once, and one of each note."""
    strangers = set(names) - shop.events
    if len(strangers) > sum(map(_is_note, stored.values())) or len(names) > len(set(names)):
        raise CheckFailed(f"{where}: events that never were, of {', '.join(sorted(names))}")


def _is_torn(left: Left) -> bool:
    """The application writes nothing where a lost cache has torn its directory, before the file system is repaired."""
    with _Scratch() as scratch:
        esp = scratch.put_disk(left)
        return "unfinished" in esp.names(dumps.ON_ESP) and esp.is_torn(f"{dumps.ON_ESP}/unfinished")


def _start_again(lab: Lab, shop: Shop, left: Left, stays: dict[str, bytes]) -> None:
    """The machine boots from what is left, and the application dumps: all is whole on the ESP then, the stores still
    have what `stays`, and nothing is there that is no dump."""
    with _Scratch() as scratch:
        scratch.put_erst(left)
        notes = Esp.create_plain(scratch.path / "notes.img", megabytes=2)
        notes.add({_NEXT: crlf(["echo -off", "fs0:", "cd \\EFI\\pstore-fw",
                                "pstore-fwx64.efi dump >a fs1:\\out 2>a fs1:\\err",
                                "echo %lasterror% >a fs1:\\status", "reset -s"])})
        more = qemu.disk(notes.image, "notes")
        with _Disks(left) as disks, disks.start(lab, scratch, shop.firmware, more) as machine:
            machine.wait(_BOOT_BOUND_S * lab.settings.patience, until=_NO_BOOT_OPTION)
        said = {name: content.decode(errors="replace") for name, content in notes.read().items()}
        after = Left(bytes(disks.esp.content), bytes(disks.flash.content), scratch.erst)
        esp = scratch.put_disk(after)
        files, names = esp.read(dumps.ON_ESP), esp.names(dumps.ON_ESP)
    if said.get("status", "").strip() not in ("0x0", "0x3"):
        raise CheckFailed(f"the next start failed: {said}")
    found = dumps.events(files)
    litter = sorted(names - {dump.event for dump in found if dump.is_whole} - {dumps.OTHERS})
    if litter:
        raise CheckFailed(f"the next start leaves {', '.join(litter)}")
    _check_events(shop, [dump.event for dump in found], after.records, "after the next start")
    copied = dumps.others(files) | {each: content for dump in found for each, content in dump.records.items()}
    expected = shop.before.records | {each: data for each, data in after.records.items() if _is_note(data)}
    missing = [each for each, content in expected.items() if copied.get(each) != content]
    if missing:
        raise CheckFailed(f"after the next start not whole on the ESP: {', '.join(missing)}")
    gone = [each for each, content in stays.items() if after.records.get(each) != content]
    if gone:
        raise CheckFailed(f"the next start has lost, or changed, {', '.join(gone)}")


# --- many cuts ---

def _plan(number: int, seed: int, writes: dict[Kind, int]) -> Cut:
    """The same for the same number and seed, so that a cut can be made again."""
    chance = random.Random(f"{seed} {number}")
    kind = chance.choices(list(_SHARES), [share.cuts for share in _SHARES.values()])[0]
    may_lose = writes.get(Kind(kind.operation, _ESP), 0) > 0
    return Cut(number, kind, chance.randint(1, writes[kind]), may_lose and chance.random() < 0.5)


def _at_once(jobs: int, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
    """What it gives for each, in their order."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(function, items)
        except KeyboardInterrupt:
            qemu.kill_all()
            pool.shutdown(cancel_futures=True)
            raise


class Outcome(NamedTuple):
    cut: Cut
    where: str  # the records are
    started_again: bool
    error: Exception | None = None

    def __str__(self) -> str:
        return f"{self.cut}: {self.error or self.where}"


@dataclass(frozen=True)
class _Series:
    lab: Lab
    work: Path
    seed: int
    start_every: int
    shops: dict[str, Shop]
    writes: dict[Kind, int]  # of runs that nothing cuts short

    def _shop(self, operation: str) -> Shop:
        return self.shops[OPERATIONS[operation].shop]

    def _judge(self, cut: Cut, left: Left, starts_again: bool) -> Outcome:
        shop = self._shop(cut.kind.operation)
        where = _judge(shop, left)
        _check_events(shop, _listed(self.lab, left), left.records, "in the stores")
        if left.is_half_reclaimed:
            return self._judge_firmware(cut, left)
        if cut.loses_cache and _is_torn(left):
            return Outcome(cut, _TORN, False)
        if starts_again:
            _start_again(self.lab, shop, left, left.records)
        return Outcome(cut, where, starts_again)

    def _judge_firmware(self, cut: Cut, left: Left) -> Outcome:
        """All is in the spare block, and there is nobody but firmware who can go on. That edk2 often does not is its
        defect (its issue 11118), and no verdict on the application."""
        try:
            _start_again(self.lab, self._shop(cut.kind.operation), left, left.records)
        except (CheckFailed, qemu.Hang):
            return Outcome(cut, _GIVEN_UP, True)
        return Outcome(cut, _RECLAIMED, True)

    def make(self, number: int) -> Outcome:
        cut = _plan(number, self.seed, self.writes)
        starts_again = number % self.start_every == 0
        chance = random.Random(f"{self.seed} {number} cache")
        left = None
        try:
            left, _ = _run(self.lab, self._shop(cut.kind.operation), cut.kind.operation, cut, chance)
            return self._judge(cut, left, starts_again)
        except (CheckFailed, qemu.Hang, ValueError, subprocess.CalledProcessError) as error:
            if left:
                self._keep(cut, left)
            return Outcome(cut, _LOST, starts_again, error)

    def _keep(self, cut: Cut, left: Left) -> None:
        kept = self.work / f"failed-{cut.number}"
        kept.mkdir()
        for name, content in zip(("esp.img", "vars.fd", "erst.img"), left):
            (kept / name).write_bytes(content)


def _prepare(lab: Lab, work: Path, seed: int, start_every: int, jobs: int) -> _Series:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    shops = dict(zip(_SHOPS, _at_once(jobs, lambda open_shop: open_shop(lab, work), _SHOPS.values())))

    def count(name: str) -> dict[str, int]:
        return _run(lab, shops[OPERATIONS[name].shop], name, None, random.Random(seed))[1]

    counts = dict(zip(OPERATIONS, _at_once(jobs, count, OPERATIONS)))
    writes = {kind: counts[kind.operation][kind.disk] for kind in _SHARES}
    if short := [f"{kind}: {writes[kind]}" for kind in _SHARES if writes[kind] < _SHARES[kind].at_least]:
        raise CheckFailed(f"runs that do not what they are for, by their writes: {', '.join(short)}")
    return _Series(lab, work, seed, start_every, shops, writes)


def make(lab: Lab, work: Path, numbers: Iterable[int], seed: int, start_every: int, jobs: int) -> Iterator[Outcome]:
    """The cuts of these numbers, of which each `start_every`th is followed by another start."""
    yield from _at_once(jobs, _prepare(lab, work, seed, start_every, jobs).make, numbers)


_LOST, _RECLAIMED, _GIVEN_UP, _TORN = "lost", "recovered by firmware", "given up by firmware", "FAT torn"
_PLACES = ("in the store", _RECLAIMED, _GIVEN_UP, _TORN, "partly both", "both", "on the ESP", _LOST)


def table(outcomes: list[Outcome]) -> list[str]:
    """How many cuts, and where each record was then."""
    rows = [("", "cuts", "started again", *_PLACES)]
    for kind in [*_SHARES, None]:
        of_kind = [outcome for outcome in outcomes if kind in (outcome.cut.kind, None)]
        rows.append((str(kind or "all"), str(len(of_kind)), str(sum(outcome.started_again for outcome in of_kind)),
                     *(str(sum(outcome.where == place for outcome in of_kind)) for place in _PLACES)))
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]


def run(lab: Lab, count: int, seed: int, first: int, start_every: int, jobs: int) -> int:
    """The exit status."""
    outcomes = []
    for outcome in make(lab, lab.settings.work / "power", range(first, first + count), seed, start_every, jobs):
        outcomes.append(outcome)
        if outcome.error or len(outcomes) % _TOLD_EVERY == 0:
            report.say(f"{len(outcomes)} of {count}; {outcome}")
    for line in table(outcomes):
        report.say(line)
    failed = sum(outcome.error is not None for outcome in outcomes)
    report.say(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0
