# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What a firmware does with what Linux writes, seen from boot to boot of one machine: firmware, Linux that writes and
panics, and after each time without power Linux or firmware again. Two more machines go on from what the panic left,
one whose power goes while a variable is written, one with a damaged header in its flash.

Nothing is put into the store from outside, and nothing is read but by the guest, so that it does not matter how the
firmware keeps its variables. Each boot is made when it is first asked for, once, also if it fails.
"""

import random
import re
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Callable, Mapping

from harness import dumps, guestprogram
from harness.check import CheckFailed
from harness.machine import APPLICATION_DONE, APPLICATION_NEXT, BootFailed, LinuxBoot, Machine
from harness.nbd import Disk
from harness.qemu import Firmware, Hang
from harness.scenario import Run

FAILURES = (BootFailed, CheckFailed, Hang, OSError)

# Not that of crash records: among those, pstore of Linux 6.1 stops at the first name that is none of its own.
_VENDOR = "0d3fb176-9569-4d51-a3ef-7d61c64feaba"
KEPT = 14
_CHANCE = random.Random(1)
WRITTEN = {f"Kept{number:02}": _CHANCE.randbytes(1024 + 37 * number) for number in range(KEPT)}
DELETED = list(WRITTEN)[::2]
LARGEST, ONE_MORE = "Largest", "OneMore"  # names as long as each other
FILLER = _CHANCE.randbytes(4096)
_MOST_FILLERS = 512  # of a store of which nobody knows how large it is, or that is larger
_MORE_FILLERS = 4  # than a store has room for
_FILLERS = ("put-Fill", "put-More")
_TORN = "Torn"
# Of the four thousand that the variable takes, a byte each.
_CUT_AT = 2000
_CUT_IS_NEXT = "the power goes"
_HEADER_BYTES = 60  # AUTHENTICATED_VARIABLE_HEADER of edk2's VariableFormat.h, which stands before the name
_START_ID_BYTES = 2
_PAUSE_S = 0.02
_INFO = "EFI/pstore-fw/variable-info.efi"
_SAY_INFO = r"variable-info.efi >a \harness\info"

# What the guest's busybox lacks: efivarfs makes variables of other vendors immutable.
_CHATTR = Path("/usr/bin/chattr")

# put NAME FILE: a variable as crash records are (non-volatile, of boot and run time), in the one write that efivarfs
# asks for.
_FUNCTIONS = f"""
variables=/sys/firmware/efi/efivars
put() {{
        {{ printf '\\7\\0\\0\\0'; cat "$2"; }} > /tmp/put
        run "put-$1" dd if=/tmp/put of="$variables/$1-{_VENDOR}" bs=4M
        [ "$(cat "/out/put-$1.status")" = 0 ]
}}
take_away() {{
        chattr -i "$variables/$1-{_VENDOR}"
        rm "$variables/$1-{_VENDOR}"
}}
look() {{
        mkdir -p "/out/$1"
        for file in "$variables"/*-{_VENDOR}; do
                name=${{file##*/}}
                cp "$file" "/out/$1/${{name%-{_VENDOR}}}"
        done
}}
fill() {{
        for number in $(seq 1 "$2"); do
                put "$1$number" /filler || break
        done
}}
"""


@dataclass(frozen=True)
class Told:
    """By firmware, in its boot services."""

    supported: int | None  # EFI_RT_PROPERTIES_TABLE, if there is one
    total: int | None  # QueryVariableInfo()
    remaining: int | None
    largest: int | None  # name and data


@dataclass(frozen=True)
class Spoken:
    told: Told
    check: str  # by the application, of where variables lie


@dataclass(frozen=True)
class Seen:
    """By Linux, in one boot."""

    boot: LinuxBoot
    variables: dict[str, bytes]  # those of the vendor, without their attributes, when it had started

    def status(self, name: str) -> int | None:
        """Of a variable that was put; None if it was not tried."""
        result = self.boot.results.get(f"put-{name}")
        return None if result is None else result.status

    def refusal(self, name: str) -> str:
        """In errno's words."""
        return self.boot.results[f"put-{name}"].complaint.splitlines()[0].rsplit(": ", 1)[-1]

    @property
    def fillers(self) -> int:
        """How many were taken."""
        return sum(name.startswith(_FILLERS) and result.status == 0 for name, result in self.boot.results.items())


@dataclass(frozen=True)
class SlowLine:
    told: Told
    shown: bytes


def _once(gather: Callable[["Evidence"], Any]) -> property:
    def get(self: "Evidence") -> Any:
        if gather not in self.gathered:
            try:
                self.gathered[gather] = partial(_give, gather(self))
            except FAILURES as error:
                self.gathered[gather] = partial(_raise, error)
        return self.gathered[gather]()
    return property(get)


def _give(value: Any) -> Any:
    return value


def _raise(error: Exception) -> None:
    raise error


class Evidence:
    """Its machines live in the run as `name`, and what begins with that."""

    def __init__(self, run: Run, firmware: Firmware, name: str = "machine"):
        self._run = run
        self._name = name
        self._firmware = replace(firmware, takes_options=False)
        self.gathered: dict[Callable, Callable[[], Any]] = {}
        self._info = guestprogram.build_efi("variable-info")
        self._tools = {"bin/chattr": _CHATTR.read_bytes()} | run.lab.userland.libraries(_CHATTR)
        self._machine = run.machine(name, erst=None, firmware=self._firmware)

    def _linux(self, machine: Machine, script: str, files: Mapping[str, bytes] = {}, panics: bool = False) -> Seen:
        boot = machine.linux(f"{_FUNCTIONS}\nlook variables\n{script}", self._tools | files, panics)
        variables = {name: data[4:] for name, data in dumps.below(boot.files, "variables").items()}
        return Seen(boot, variables)

    @property
    def has_flash(self) -> bool:
        return bool(self._firmware.variables)

    @_once
    def in_firmware(self) -> Spoken:
        self._machine.esp.add({_INFO: self._info, "harness/started": b""})
        notes = self._machine.shell([_SAY_INFO, r"pstore-fwx64.efi check --source efi >a \harness\check"])
        if "harness/check" not in notes:
            raise BootFailed("firmware has not come to the end of the shell's script")
        return Spoken(_told(notes), notes["harness/check"].decode(errors="replace"))

    @_once
    def written(self) -> Seen:
        """The machine that was new writes, and panics."""
        largest = self._largest_data
        # What is refused takes no room.
        beyond = {ONE_MORE: bytes(largest + 1), LARGEST: bytes(largest)} if largest else {}
        script = "".join(f"put {name} /{name}\n" for name in [*WRITTEN, *beyond])
        return self._linux(self._machine, f"{script}take_away {LARGEST}\nlook again", WRITTEN | beyond, panics=True)

    @property
    def _largest_data(self) -> int | None:
        """Of a variable of the name LARGEST, as firmware says; its names are UCS-2 and end with a NUL."""
        try:
            largest = self.in_firmware.told.largest
            return largest and largest - 2 * (len(LARGEST) + 1)
        except FAILURES:
            return None

    @_once
    def left(self) -> bytes:
        """The flash after the panic."""
        _ = self.written
        return self._machine.variable_image

    @_once
    def after_panic(self) -> Seen:
        """Without power in between; deletes, then fills, and deletes one more."""
        _ = self.left
        script = ["keep pstore /sys/fs/pstore", "run names ls $variables", *(f"take_away {name}" for name in DELETED),
                  self._fill("Fill"), "take_away Fill1", "put AtOnce /filler", "take_away AtOnce"]
        return self._linux(self._machine, "\n".join(script), {"filler": FILLER})

    @_once
    def full(self) -> Seen:
        """Boots with a full store, and empties it."""
        _ = self.after_panic
        return self._linux(self._machine, "".join(f"take_away Fill{number}\n"
                                                  for number in range(2, self.after_panic.fillers + 1)))

    @_once
    def slow_line(self) -> SlowLine:
        """Firmware, with what is left of the crash, and somebody who reads slowly."""
        _ = self.full
        deadline = time.monotonic() + self._machine.bound_s
        with self._machine.with_line("show --all --source efi", [_SAY_INFO]) as (qemu, line):
            received = b""
            while APPLICATION_DONE not in received and time.monotonic() < deadline and (piece := line.recv(4096)):
                received += piece
                time.sleep(_PAUSE_S if APPLICATION_NEXT in received else 0)
            qemu.wait(self._machine.bound_s)
        return SlowLine(_told(self._machine.esp.read()), received.partition(APPLICATION_NEXT)[2])

    @_once
    def emptied(self) -> Seen:
        """Fills again what was emptied."""
        with suppress(*FAILURES):
            _ = self.slow_line
        return self._linux(self._machine, self._fill("Fill"), {"filler": FILLER})

    @_once
    def emptied_again(self) -> Seen:
        """Adds more, where firmware reclaims what was deleted only when little is left."""
        _ = self.emptied
        return self._linux(self._machine, self._fill("More"), {"filler": FILLER})

    def _fill(self, name: str) -> str:
        """In the step's script: variables until one is refused, or there are more than can be kept."""
        try:
            total = self.in_firmware.told.total or _MOST_FILLERS * len(FILLER)
        except FAILURES:
            total = _MOST_FILLERS * len(FILLER)
        return f"fill {name} {min(total // len(FILLER) + _MORE_FILLERS, _MOST_FILLERS)}"

    # --- other machines, from what the panic left ---

    def _from(self, name: str, flash: bytes) -> Machine:
        image = self._run.work / f"{self._name}-{name}.fd"
        image.write_bytes(flash)
        return self._run.machine(image.stem, erst=None, firmware=replace(self._firmware, variables=image))

    @_once
    def after_cut(self) -> Seen:
        machine = self._from("cut", self.left)
        with closing(Disk(self.left, has_cache=False)) as flash:
            with machine.linux_on(flash, f"{_FUNCTIONS}\nsay '{_CUT_IS_NEXT}'\nsleep 3\nput {_TORN} /filler",
                                  self._tools | {"filler": FILLER}) as running:
                running.wait(machine.bound_s, f"harness: {_CUT_IS_NEXT}".encode())
                flash.cut_at(_CUT_AT)
                if not flash.was_cut.wait(machine.bound_s):
                    raise CheckFailed(f"the variable took fewer than {_CUT_AT} writes to the flash")
            cut = bytes(flash.content)
        return self._linux(self._from("after-cut", cut), "")

    @_once
    def after_damage(self) -> Seen:
        return self._linux(self._from("damaged", damaged(self.left)), "")


def damaged(flash: bytes) -> bytes:
    """With one header that no longer begins as one, in the middle of the variables."""
    name = list(WRITTEN)[KEPT // 2]
    at = flash.rfind(name.encode("utf-16-le") + b"\0\0") - _HEADER_BYTES
    if at < 0:
        raise CheckFailed(f"{name} is not in the flash")
    return flash[:at] + bytes(_START_ID_BYTES) + flash[at + _START_ID_BYTES:]


def survivors(seen: Seen, names: Mapping[str, bytes] = WRITTEN) -> int:
    """How many of these are there with the same bytes."""
    return sum(seen.variables.get(name) == data for name, data in names.items())


def _told(notes: Mapping[str, bytes]) -> Told:
    """By the lines that the program left on the ESP."""
    text = notes.get("harness/info", b"").decode(errors="replace")
    found = {name: int(number) for name, number in re.findall(r"^(\w+) (\d+)\s*$", text, re.MULTILINE)}
    return Told(*map(found.get, ("supported", "total", "remaining", "largest")))
