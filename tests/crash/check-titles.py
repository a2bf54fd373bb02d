#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-titles.py PROGRAM: what `explain` says of published crash logs, against what syzkaller says of them.

The logs are those of $CORPUS/titles, read where they are. The function has to be the same for 90 % of those that
have one and the kind for 95 %; and in every case it has to stand in the log, as has each frame of the trace.
"""

import collections
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

# How a title begins there, and our kinds for it.
KINDS = [
    (r"BUG: unable to handle kernel NULL", {"NULL pointer"}),
    (r"BUG: unable to handle|Unhandled fault", {"page fault"}),
    (r"KASAN: ", {"KASAN"}),
    (r"KFENCE: ", {"KFENCE"}),
    (r"KMSAN: ", {"KMSAN"}),
    (r"KCSAN: ", {"KCSAN"}),
    (r"UBSAN: ", {"UBSAN"}),
    (r"general protection fault", {"general protection fault"}),
    (r"INFO: rcu detected stall", {"RCU stall"}),
    (r"INFO: task (hung|can't die)", {"hung task"}),
    (r"BUG: soft lockup", {"soft lockup"}),
    (r"BUG: (bad usercopy|corrupted list)|WARNING: bad usercopy", {"usercopy", "list"}),
    (r"kernel BUG", {"BUG"}),
    (r"WARNING: refcount", {"refcount"}),
    (r"WARNING: suspicious RCU|INFO: suspicious RCU", {"RCU usage"}),
    (r"possible deadlock|inconsistent lock state", {"deadlock"}),
    (r"WARNING: kernel stack", {"stack"}),
    (r"(WARNING|BUG): (bad unlock|held lock|lock held|locking bug|still has locks|nested lock)", {"locking"}),
    (r"WARNING", {"WARNING"}),
    (r"kernel panic: (corrupted stack|stack is)|BUG: stack guard|kernel stack overflow", {"stack overflow"}),
    (r"kernel panic", {"panic"}),
    (r"BUG: (scheduling|sleeping|using|workqueue leaked)", {"atomic"}),
    (r"BUG: [Bb]ad|BUG: non-zero", {"bad page"}),
    (r"PANIC: double fault", {"double fault"}),
    (r"Internal error|invalid opcode|Alignment trap", {"oops"}),
    (r"divide error", {"divide error"}),
    (r"stack segment", {"stack segment"}),
    (r"memory leak", {"memory leak"}),
    (r"BUG: (spin|rw)lock", {"lock bug"}),
]

FUNCTIONS_WANTED, KINDS_WANTED = 0.9, 0.95


def kinds_of(title):
    for pattern, kinds in KINDS:
        if re.match(pattern, title):
            return kinds
    return set()


def explain(program, path):
    result = subprocess.run([program, "explain", "--json", "--log", path], capture_output=True)
    assert result.returncode in (0, 3), f"{path}: status {result.returncode}: {result.stderr}"
    return json.loads(result.stdout)["crashes"][0]["crash"]


def check_titles(subject):
    program, folder = subject[0], subject[1] / "titles"
    wanted = json.loads((folder / "titles.json").read_text())
    rights, counts, functions, wrong, kinds = collections.Counter(), collections.Counter(), 0, [], 0
    for number, row in sorted(wanted.items(), key=lambda item: int(item[0])):
        path = folder / f"{number}.log"
        crash = explain(program, path) or {"title": None, "kind": None, "function": None, "trace": []}
        log = path.read_bytes().decode(errors="replace")
        for told in [crash["function"], *crash["trace"]]:
            assert told is None or told in log, f"{path}: {told} is not in the log"
        kinds += crash["kind"] in kinds_of(row["title"])
        if row["function"] is None:
            continue
        label = re.sub(r" in \S+$", "", row["title"])
        counts[label] += 1
        functions += 1
        # Of a warning of usb_submit_urb() syzkaller's title has both.
        if crash["function"] in (row["function"], row["function"].split("/")[0]):
            rights[label] += 1
        else:
            wrong.append(f"{number}: {row['title']!r}, not {crash['title']!r}")
    for label in sorted(counts):
        print(f"{rights[label]:4} of {counts[label]:3}  {label}")
    print("\n".join(wrong))
    share = rights.total() / functions
    print(f"functions: {share:.1%} of {functions}; kinds: {kinds / len(wanted):.1%} of {len(wanted)}")
    assert share >= FUNCTIONS_WANTED, "too few functions are right"
    assert kinds / len(wanted) >= KINDS_WANTED, "too few kinds are right"


def check_crashes(subject):
    """Every event of the crash corpora has a title, and one that the log bears out."""
    program, folder = subject
    stores = [*folder.glob("crash/*/erst.bin")]
    assert stores, "no stores in the corpus"
    for store in stores:
        command = [program, "list", "--json", "--source", f"erst-image:{store}"]
        for event in json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["events"]:
            title = event["crash"]["title"]
            wanted = "dereference in boom" if "oops" in store.parent.name else "kernel panic: sysrq triggered crash"
            assert title.endswith(wanted), f"{store}: {event['id']}: {title}"


def check_cost(subject):
    """64 MiB of log, in lines and in one line, take no more than some seconds, whatever is in them."""
    for line in [b"[    1.000000] WARNING: BUG: INFO: task Kernel panic general protection \n", b"WARNING: "]:
        log = line * (64 * 1024 * 1024 // len(line))
        start = time.monotonic()
        result = subprocess.run([subject[0], "explain", "--log", "-"], input=log, capture_output=True)
        assert result.returncode == 3, result.stdout
        assert time.monotonic() - start < 30, line


def main():
    corpus = Path(os.environ.get("CORPUS", "."))
    all_checks = [check_titles, check_crashes, check_cost] if (corpus / "titles").is_dir() else [check_cost]
    if len(all_checks) == 1:
        print("2 skipped")
    return checks.run_all(all_checks, (os.path.abspath(sys.argv[1]), corpus))


if __name__ == "__main__":
    sys.exit(main())
