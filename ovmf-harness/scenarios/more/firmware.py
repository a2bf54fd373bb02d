# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The questions about a firmware are answered as it is: OVMF keeps what Linux writes; flash that takes no writes, and
variables in memory, do not.
"""

from harness import check, qemu
from harness.evidence import Evidence
from harness.firmwarequestions import Verdict, ask_all, keeps
from harness.qemu import Firmware
from harness.scenario import Run

# What two boots of Linux and one of firmware answer.
_ASKED = ("runtime", "writes", "keeps", "flash")
_KEEPS = dict.fromkeys(_ASKED, Verdict.YES)
# Each write is a success at first.
_KEEPS_NOTHING = _KEEPS | {"keeps": Verdict.NO, "flash": Verdict.NO}


def _check(test: Run, name: str, firmware: Firmware, expected: dict[str, Verdict]) -> None:
    rows = list(ask_all(Evidence(test, firmware, name), _ASKED))
    answers = {row.question.name: row.answer.verdict for row in rows}
    check.equal("the answers\n" + "\n".join(map(str, rows)), answers, expected)
    check.equal("the verdict", keeps(rows), Verdict.YES if expected is _KEEPS else Verdict.NO)


def run(test: Run) -> None:
    with test.step("what keeps them is found to"):
        _check(test, "keeps", test.lab.firmware, _KEEPS)
    with test.step("flash that takes nothing is found out"):
        _check(test, "read-only", qemu.OVMF_READ_ONLY, _KEEPS_NOTHING)
    with test.step("variables in memory are found out"):
        _check(test, "in-memory", qemu.OVMF_IN_MEMORY, _KEEPS_NOTHING)
