# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What firmware reports of hardware by BERT: of random errors of every kind, each number and word that Linux prints
is in what the command and the application show, and the two show the same. The command finds them after Linux has
marked them as seen, nobody clears them, and a copy is made of each once.
"""

from harness import check, hardware
from harness.scenario import Run

_BLOCKS = 5
_SEEDS = (1, 2)
_SHOW = {f"show{number}": f"show bert:{number}" for number in range(1, _BLOCKS + 1)}


def _compare(serial: str, shown: list[str]) -> int:
    """How many sections."""
    kernel = hardware.kernel_sections(serial)
    check.equal("the blocks that Linux prints", len(kernel), _BLOCKS)
    for number, (blocks, text) in enumerate(zip(kernel, shown), 1):
        ours = hardware.our_sections(text)
        check.equal(f"sections of bert:{number}", len(ours), len(blocks))
        for theirs, section in zip(blocks, ours):
            check.equal(f"what Linux says and bert:{number} does not\n{theirs}\n{section}",
                        hardware.missing(theirs, section), [])
    return sum(map(len, kernel))


def run(test: Run) -> None:
    for seed in _SEEDS:
        machine = test.machine(f"seed-{seed}", erst=None)
        machine.devices = hardware.devices(test.work, hardware.region(seed, _BLOCKS))
        with test.step(f"what Linux says of random errors, seed {seed}"):
            script = "".join(f"run {name} pstore-fw {words}\n" for name, words in _SHOW.items())
            boot = machine.linux(script + """
                run list pstore-fw list --source bert
                run explain pstore-fw explain --all --source bert
                run clear pstore-fw clear bert:1 --yes
                run all pstore-fw clear --all --yes --volatile-copy
                run check pstore-fw check
                run dump pstore-fw dump --source bert --output /out/dumps
                run again pstore-fw dump --source bert --output /out/dumps
                """, append=hardware.RESERVED)
            shown = [boot.results[name].text for name in _SHOW]
            sections = _compare(boot.serial, shown)
            check.true(f"there are many: {sections}", sections >= 2 * _BLOCKS)
    with test.step("nobody clears them, a copy is made once, and check tells"):
        check.status(boot.results["clear"], 1)
        check.true("clear says why", "nobody can clear" in boot.results["clear"].complaint)
        check.true("clear --all does not fail of it", "nobody can clear" not in boot.results["all"].complaint)
        check.true("check tells", f"firmware reported {_BLOCKS} errors of hardware" in
                   " ".join(boot.results["check"].text.split()))
        copies = sorted(path for path in boot.files if path.startswith("dumps/other/"))
        check.equal("the copies", copies, sorted(f"dumps/other/bert-{number}.{end}"
                                                 for number in range(1, _BLOCKS + 1) for end in ("bin", "json")))
    with test.step("the application shows the same"):
        results = machine.application({"list": "list --source bert", "check": "check", **_SHOW})
        for name, text in zip(_SHOW, shown):
            check.equal(f"what {name} says", results[name].text, text)
        check.equal("the list", results["list"].text, boot.results["list"].text)
        check.true("check tells", f"firmware reported {_BLOCKS} errors of hardware" in
                   " ".join(results["check"].text.split()))
