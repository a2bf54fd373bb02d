# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Does this firmware keep what Linux writes? A table of questions, each answered with figures; one that cannot be
answered keeps no other from being asked, and a machine that hangs is an answer."""

import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Callable, Iterator, Sequence

from harness import dumps, report
from harness.evidence import (DELETED, FAILURES, FILLER, KEPT, LARGEST, ONE_MORE, WRITTEN, Evidence, Seen,
                              survivors)
from harness.lab import Lab
from harness.qemu import Firmware
from harness.scenario import Run

_SET_VARIABLE = 0x40  # UEFI 2.10, 4.6.2, EFI_RT_SUPPORTED_SET_VARIABLE
_LINUX_KEEPS_FREE = 5120  # arch/x86/platform/efi/quirks.c, EFI_MIN_RESERVE
# Of a variable, beside its name and data: less than any firmware takes for a header and its alignment.
_HEADER_AT_MOST = 128


class Verdict(Enum):
    YES = "yes"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Answer:
    verdict: Verdict
    figures: str


@dataclass(frozen=True)
class Question:
    name: str
    text: str
    ask: Callable[[Evidence], Answer]
    must: bool = True  # without it firmware does not keep what Linux writes
    is_of_boot: bool = False  # a machine that does not boot then is the answer


def _is(condition: bool, figures: str) -> Answer:
    return Answer(Verdict.YES if condition else Verdict.NO, figures)


def _unknown(why: str) -> Answer:
    return Answer(Verdict.UNKNOWN, why)


# --- the questions ---

def _runtime_services(evidence: Evidence) -> Answer:
    supported = evidence.in_firmware.told.supported
    if supported is None:
        return _is(True, "no EFI_RT_PROPERTIES_TABLE: all services are there")
    return _is(bool(supported & _SET_VARIABLE), f"EFI_RT_PROPERTIES_TABLE: {supported:#06x}")


def _writes(evidence: Evidence) -> Answer:
    seen = evidence.written
    taken = sum(seen.status(name) == 0 for name in WRITTEN)
    again = {name: data[4:] for name, data in dumps.below(seen.boot.files, "again").items()}
    same = sum(again.get(name) == data for name, data in WRITTEN.items())
    sizes = sorted(map(len, WRITTEN.values()))
    return _is(taken == same == KEPT, f"{taken} of {KEPT} taken, {same} the same at once; "
                                      f"{sizes[0]} to {sizes[-1]} bytes")


def _keeps(evidence: Evidence) -> Answer:
    seen = evidence.after_panic
    names = seen.boot.results["names"].text.split()
    twice = [name for name, count in Counter(names).items() if count > 1]
    twice += re.findall(r"duplicate variable: (\S+)", seen.boot.serial)
    count = survivors(seen)
    return _is(count == KEPT and not twice, f"{count} of {KEPT} with the same bytes; {len(names)} names, "
                                            f"{', '.join(twice) or 'none'} twice")


def _panic_parts(seen: Seen) -> list[bytes]:
    return [text for path, text in seen.boot.files.items() if path.startswith("pstore/dmesg-")]


def _keeps_panic(evidence: Evidence) -> Answer:
    parts = [re.match(rb"Panic#(\d+) Part(\d+)\n", text) for text in _panic_parts(evidence.after_panic)]
    numbers = sorted(int(part[2]) for part in parts if part)
    whole = bool(numbers) and numbers == list(range(1, len(numbers) + 1)) and len(numbers) == len(parts)
    size = sum(map(len, _panic_parts(evidence.after_panic)))
    return _is(whole, f"{len(parts)} parts of the log, {size} bytes")


def _forgets(evidence: Evidence) -> Answer:
    seen = evidence.full
    back = [name for name in [*DELETED, LARGEST] if name in seen.variables]
    rest = {name: data for name, data in WRITTEN.items() if name not in DELETED}
    kept = survivors(seen, rest)
    return _is(not back and kept == len(rest),
               f"{len(back)} of {len(DELETED) + 1} are back; {kept} of {len(rest)} others with the same bytes")


def _survives_full(evidence: Evidence) -> Answer:
    filled = evidence.after_panic
    count = filled.fillers
    next_one = f"Fill{count + 1}"
    refused = filled.status(next_one) is not None
    why = f'then "{filled.refusal(next_one)}"' if refused else "never refused"
    kept = sum(evidence.full.variables.get(f"Fill{number}") == FILLER for number in range(2, count + 1))
    return _is(refused and kept == count - 1,
               f"{count} of {len(FILLER)} bytes taken, {why}; one deleted, booted, {kept} with the same bytes")


def _gives_back(evidence: Evidence) -> Answer:
    before, after = evidence.after_panic.fillers, [evidence.emptied.fillers]
    if after[0] < before:
        after.append(after[0] + evidence.emptied_again.fillers)
    at_once = "already in the same boot" if evidence.after_panic.status("AtOnce") == 0 else "not in the same boot"
    return _is(0 < before <= after[-1], f"{before} fitted; {at_once}; {', then '.join(map(str, after))} after the next")


def _takes_largest(evidence: Evidence) -> Answer:
    largest = evidence.in_firmware.told.largest
    seen = evidence.written
    if not largest or seen.status(LARGEST) is None:
        return _unknown("firmware does not say how large one may be")
    if seen.status(LARGEST):
        return _is(False, f'{largest} bytes of name and data, as it says: "{seen.refusal(LARGEST)}"')
    refused = seen.status(ONE_MORE) != 0
    more = f'"{seen.refusal(ONE_MORE)}"' if refused else "taken, too"
    return _is(refused, f"{largest} bytes of name and data, as it says; one more: {more}")


def _counts_right(evidence: Evidence) -> Answer:
    told, seen = evidence.slow_line.told, evidence.emptied
    if told.remaining is None:
        return _unknown("no QueryVariableInfo()")
    count = seen.fillers
    room = told.remaining - _LINUX_KEEPS_FREE
    at_least, at_most = count * len(FILLER), (count + 1) * (len(FILLER) + _HEADER_AT_MOST)
    return _is(at_least <= room <= at_most,
               f"{told.remaining} of {told.total} bytes free, {_LINUX_KEEPS_FREE} of them left to firmware by Linux; "
               f"{count} of {len(FILLER)} bytes fit, {at_least} bytes")


def _in_flash(evidence: Evidence) -> Answer:
    check = evidence.in_firmware.check
    if found := re.search(r"(variables lie in memory|the flash [^,]*)", check):
        return _is(False, f"{found[1]}, the application says")
    if "bytes are left" not in check:
        return _unknown("the application did not say")
    return _is(True, "the application finds no fault with where they lie")


def _survives_cut(evidence: Evidence) -> Answer:
    if not evidence.has_flash:
        return _unknown("no flash whose power could go")
    seen = evidence.after_cut
    torn = seen.variables.get("Torn")
    state = "absent" if torn is None else "whole" if torn == FILLER else "torn"
    count = survivors(seen)
    return _is(count == KEPT and state != "torn", f"boots; {count} of {KEPT} others with the same bytes, it is {state}")


def _survives_damage(evidence: Evidence) -> Answer:
    if not evidence.has_flash:
        return _unknown("no flash that could be damaged")
    count = survivors(evidence.after_damage)
    return _is(count >= KEPT - 1, f"boots; {count} of the {KEPT - 1} others with the same bytes")


def _tells_slowly(evidence: Evidence) -> Answer:
    lines = Counter(line for text in _panic_parts(evidence.after_panic) for line in text.splitlines()[1:] if line)
    if not lines:
        return _unknown("there is no log to show")
    shown = Counter(line for line in evidence.slow_line.shown.split(b"\r\n"))
    whole = sum(min(count, shown[line]) for line, count in lines.items())
    return _is(whole == lines.total(), f"{whole} of {lines.total()} lines")


QUESTIONS = (
    Question("runtime", "EFI_RT_PROPERTIES_TABLE lets Linux write variables", _runtime_services),
    Question("writes", "SetVariable() after ExitBootServices(), attributes 7, 14 variables of 1 KB and more", _writes),
    Question("keeps", "the same bytes after a cold power cycle, each name once", _keeps),
    Question("panic", "a panic's log in efi_pstore, after a cold power cycle", _keeps_panic),
    Question("forgets", "what was deleted stays gone after another", _forgets),
    Question("full", "filled until refused, it boots and has all of it", _survives_full, is_of_boot=True),
    Question("emptied", "emptied, the space is back", _gives_back),
    Question("largest", "the largest variable is as large as it says", _takes_largest, must=False),
    Question("numbers", "QueryVariableInfo()'s numbers are what fits", _counts_right, must=False),
    Question("flash", "in flash, not in memory", _in_flash),
    Question("cut", "the power goes in mid-write: it boots, the others are whole", _survives_cut, is_of_boot=True),
    Question("damage", "one damaged header: it boots, the others are whole", _survives_damage, must=False,
             is_of_boot=True),
    Question("serial", "the whole log through a serial line that is read slowly", _tells_slowly, must=False),
)


@dataclass(frozen=True)
class Row:
    question: Question
    answer: Answer

    def __str__(self) -> str:
        must = "" if self.question.must else " (not needed)"
        return f"{self.answer.verdict.value:<8} {self.question.text}{must}: {self.answer.figures}"


def _ask(question: Question, evidence: Evidence) -> Answer:
    try:
        return question.ask(evidence)
    except FAILURES as error:
        why = str(error).splitlines()[0]
        return _is(False, why) if question.is_of_boot else _unknown(why)


def ask_all(evidence: Evidence, names: Sequence[str] = ()) -> Iterator[Row]:
    """As they are answered; of these names only, if there are any."""
    for question in QUESTIONS:
        if not names or question.name in names:
            yield Row(question, _ask(question, evidence))


def keeps(rows: Sequence[Row]) -> Verdict:
    """The worst of what it must."""
    found = {row.answer.verdict for row in rows if row.question.must}
    return next((each for each in (Verdict.NO, Verdict.UNKNOWN) if each in found), Verdict.YES)


_WORDS = {
    Verdict.YES: "it keeps what Linux writes",
    Verdict.NO: "it does NOT keep what Linux writes",
    Verdict.UNKNOWN: "whether it keeps what Linux writes is UNKNOWN",
}


def run(lab: Lab, firmware: Firmware) -> int:
    """The exit status."""
    test = Run("firmware-questions", lab, report.step)
    test.prepare()
    rows = []
    for row in ask_all(Evidence(test, firmware)):
        report.say(str(row))
        rows.append(row)
    report.say(_WORDS[keeps(rows)])
    return 0 if keeps(rows) is Verdict.YES else 1
