#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-schema.py PROGRAM: holds what --json prints, and the files of a dump, against docs/schema.
check-schema.py --document FILE: the same of one that a test of the application has printed.

The records are variables made here, so that it runs everywhere: an event with a gap, a note without a header
line, a name that no kernel gives, and a compressed record that is noise.
"""

import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator, RefResolver

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

SCHEMAS = {path.name: json.loads(path.read_text()) for path in (ROOT / "docs/schema").glob("*.json")}

VENDOR = "cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0"
ATTRIBUTES = (7).to_bytes(4, "little")
VARIABLES = {
    "dump-type0-1-1-1709210119-D": b"Panic#1 Part1\n<0>[    1.0] the end\n",
    "dump-type0-3-1-1709210120-D": b"Panic#1 Part3\n<6>[    0.1] the beginning\n",
    "dump-type0-1-2-1709210200-D": b"a note\n",
    "dump-type0-7-1-1709210300-C": b"\xff\xfe\xfd noise",
    "dump-by-nobody": b"foreign",
}
IMAGES = {
    "erst-image": "erst-image/linux-6.1-panic.bin",
    "efi-image": "variable-store/linux-6.1-panic.fd",
}
DONE, FAILED, NOTHING_FOUND = 0, 1, 3


def validate(document):
    name = document["schema"].split("/")[1] + ".json"
    resolver = RefResolver("", SCHEMAS[name], store=SCHEMAS)
    Draft202012Validator(SCHEMAS[name], resolver=resolver).validate(document)


COLUMNS = 80


class Run:
    def __init__(self, program, folder):
        self.program = program
        self.variables = folder / "efivars"
        self.dumps = folder / "dumps"
        self.variables.mkdir()
        for name, data in VARIABLES.items():
            (self.variables / f"{name}-{VENDOR}").write_bytes(ATTRIBUTES + data)

    def json(self, statuses, *words, source=True):
        command = [self.program, *words, "--json"]
        if source:
            command += ["--source", f"efivarfs:{self.variables}"]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert result.returncode in statuses, f"{command}: status {result.returncode}: {result.stderr}"
        document = json.loads(result.stdout)
        validate(document)
        return document


def check_list(run):
    document = run.json([FAILED], "list")
    assert document["events"][0]["missing"] == [{"first": 2, "last": 2}]
    assert len(document["others"]) == 3
    source = f"efivarfs:{run.variables}"
    place = {"source": source, "location": None, "kind": "store", "complete": True}
    assert document["events"][0]["places"] == [place]


def check_show(run):
    event = run.json([FAILED], "show")["events"][0]
    assert "the end" in event["log"]
    assert event["places"][0]["kind"] == "store"
    run.json([FAILED], "show", "--all", "--parts")


def check_explain(run):
    (told,) = run.json([FAILED], "explain")["crashes"]
    assert told["event"] and told["crash"] is None
    assert len(run.json([FAILED], "explain", "--all")["records"]) == 3
    oops = ["BUG: kernel NULL pointer dereference, address: 0", "CPU: 1 PID: 7 Comm: a Tainted: G W 6.1.0 #1"]
    log = run.variables.parent / "oops"
    log.write_text("\n".join([*oops, "RIP: 0010:foo+0x1/0x2 [bar]", "Kernel panic - not syncing: x", ""]))
    (told,) = run.json([DONE], "explain", "--log", str(log), source=False)["crashes"]
    crash = told["crash"]
    assert crash["title"] == "BUG: kernel NULL pointer dereference in foo" and crash["function"] == "foo"
    assert [problem["kind"] for problem in crash["problems"]] == ["NULL pointer", "panic"]
    assert crash["modules"] == ["bar"] and crash["taint"] == "G W" and crash["pid"] == 7
    digest = hashlib.sha256(b"BUG: kernel NULL pointer dereference\nfoo\n").hexdigest()
    assert crash["signature"] == digest[:16]
    log.write_text("nothing\n")
    (told,) = run.json([NOTHING_FOUND], "explain", "--log", str(log), source=False)["crashes"]
    assert told["crash"] is None


def check_dump(run):
    assert run.json([FAILED], "dump", "--output", str(run.dumps))["saved"] == len(VARIABLES)
    files = list(run.dumps.glob("**/*.json"))
    assert len(files) == 4, files
    for path in files:
        validate(json.loads(path.read_text()))


def check_export(run):
    archive = run.variables.parent / "archive.tar.zst"
    document = run.json([FAILED], "export", "--output", str(archive))
    assert document["records"] == len(VARIABLES) and document["bytes"] == archive.stat().st_size
    states = {part["name"]: part["state"] for part in document["parts"]}
    assert states["check.json"] == "has" and states["dmi.txt"] == "left_out", states
    run.json(range(2), "export", "--output", str(run.variables.parent / "own.tar.zst"), source=False)


def check_check(run):
    assert run.json([1], "check")["kernel"] is None
    run.json(range(4), "check", source=False)


def check_write(run):
    note = run.variables.parent / "note"
    note.write_text("a note\n")
    run.json([DONE], "write", str(note))


def check_clear(run):
    run.json([FAILED], "clear", "--all", "--dry-run", "--output", str(run.dumps))
    run.json([DONE, FAILED], "clear", "--all", "--yes", "--output", str(run.dumps))
    run.json([NOTHING_FOUND], "list")


def check_collect(run):
    """As check_clear left nothing: the same records once more."""
    for name, data in VARIABLES.items():
        (run.variables / f"{name}-{VENDOR}").write_bytes(ATTRIBUTES + data)
    settings, words = run.variables.parent / "collect.conf", ["collect", "--output", str(run.dumps) + "-collected"]
    settings.write_text("keep_events = 1\n")
    planned = run.json([FAILED], *words, "--config", str(settings), "--dry-run")
    assert planned["dry_run"] and not planned["events"] and not planned["cleared"]
    done = run.json([DONE, FAILED], *words)
    assert done["saved"] == len(VARIABLES) and len(done["events"]) == 1 and done["cleared"] > 0
    pruned = run.json([DONE], *words, "--config", str(settings))
    assert not pruned["events"] and len(pruned["removed"]) == 2, pruned


def check_deleted(run):
    for kind, file in IMAGES.items():
        image, dumps = run.variables.parent / kind, str(run.dumps / kind)
        image.write_bytes((ROOT / "tests/data" / file).read_bytes())
        source = ["--source", f"{kind}:{image}"]
        run.json([DONE], "clear", "--all", "--yes", "--output", dumps, *source, source=False)
        (event,) = run.json([DONE], "list", "--deleted", *source, source=False)["events"]
        assert event["records"] and all(record["deleted"] and "@" in record["id"] for record in event["records"])
        (shown,) = run.json([DONE], "show", "--deleted", "--parts", *source, source=False)["events"]
        assert shown["deleted"] and all(part["deleted"] for part in shown["parts"])
        deleted = f"{dumps}-deleted"
        run.json([DONE], "dump", "--deleted", "--output", deleted, *source, source=False)
        (manifest,) = [json.loads(path.read_text()) for path in Path(deleted).glob("*/manifest.json")]
        validate(manifest)
        assert all(record["deleted"] for record in manifest["records"])
        store = run.json([0, 1, 2], "check", *source, source=False)["stores"][0]
        assert (store["space"]["stale"] is None) == (kind == "erst-image")


def check_erst(run):
    for path in sorted(Path(os.environ.get("CORPUS", "none")).glob("erst/*.aml")):
        run.json([DONE, FAILED], "erst", str(path), source=False)


def check_kdump(run):
    """Whatever this machine is: what it lacks is in the report."""
    report = run.json([DONE, FAILED], "kdump", "load", "--dry-run", "--output", str(run.dumps), source=False)
    assert report["outcome"] == "would load"
    loaded = Path("/sys/kernel/kexec_crash_loaded")
    if not loaded.exists() or loaded.read_text().strip() == "0":  # never take away a developer's own
        run.json([FAILED, NOTHING_FOUND], "kdump", "unload", source=False)


def check_kdump_status(run):
    document = run.json([DONE, FAILED], "kdump", "status", "--config", "/dev/null", source=False)
    assert document["findings"]
    settings, dump = run.variables.parent / "kdump.conf", run.variables.parent / "armed/20261121T075124Z-kdump-panic1"
    settings.write_text(f"directory = {dump.parent}\n")
    dump.mkdir(parents=True)
    (dump / "dmesg.txt").write_text("<0>[ 1.0] Kernel panic - not syncing: a test\n")
    document = run.json([DONE, FAILED], "kdump", "status", "--config", str(settings), source=False)
    assert "a test" in document["dumps"][0]["message"] and not document["test_pending"]
    (dump / "dmesg.txt").write_text(f"<0>[ 1.0] Kernel panic - not syncing: {'a test ' * 20}\n")
    text = subprocess.run([run.program, "kdump", "status", "--config", str(settings)], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL).stdout
    assert "    a test a test " in text and "memory: " in text
    assert all(len(line) <= COLUMNS or " " not in line.strip() for line in text.splitlines()), text


def check_kdump_test(run):
    folder = run.variables.parent / "tested"
    folder.mkdir()
    settings, token = run.variables.parent / "test.conf", folder / ".pstore-fw-test"
    settings.write_text(f"directory = {folder}\n")
    token.write_text("word = aa\nboot_id = before\npath = kdump\nimage = yes\nseconds = 1700000000\n")
    assert run.json([DONE, FAILED], "kdump", "status", "--config", str(settings), source=False)["test_pending"]
    assert not run.json([FAILED], "kdump", "test", "--config", str(settings), source=False)["passed"]
    assert not token.exists()


def check_prove(run):
    """A canary in an image comes back unharmed, or changed; a crash is known by its own line."""
    image = run.variables.parent / "proven"
    image.write_bytes(bytes(65536))
    source = ["--source", f"erst-image:{image}"]

    def arm():
        (armed,) = run.json([DONE], "prove", "arm", *source, source=False)["armed"]
        return armed

    def verify(status):
        return run.json([status], "prove", "verify", *source, "--config", "/dev/null", source=False)

    assert not verify(NOTHING_FOUND)["proven"]
    armed = arm()
    (store,) = run.json(range(4), "check", *source, source=False)["stores"]
    assert store["canaries"] == 1
    found = verify(DONE)
    (canary,) = found["canaries"]
    assert found["proven"] and canary["fate"] == "unharmed" and canary["cleared"]
    assert {**canary, **armed} == canary and not verify(NOTHING_FOUND)["canaries"]
    armed = arm()
    content = image.read_bytes()
    line = armed["seed"].encode() + b" of erst at "
    assert content.count(line) == 1
    image.write_bytes(content.replace(line, line.swapcase()))
    (canary,) = verify(FAILED)["canaries"]
    assert canary["fate"] == "changed" and canary["cleared"]
    (run.variables / f"dump-type0-1-9-1709210400-D-{VENDOR}").write_bytes(
        ATTRIBUTES + b"Panic#9 Part1\n<5>[    1.0] pstore-fw: test crash 00\n"
        b"<0>[    1.1] Kernel panic - not syncing: sysrq triggered crash\n<4>[    1.2] the end\n")
    crash = run.json([FAILED], "prove", "verify", "--config", "/dev/null")["crash"]
    (event,) = crash["events"]
    assert event["whole"] and event["lines"] == 2 and event["last_line"].endswith("the end")
    assert crash["crashed_at"] is None
    folder, settings = run.variables.parent / "remembered", run.variables.parent / "prove.conf"
    folder.mkdir()
    settings.write_text(f"directory = {folder}\n")
    (folder / ".pstore-fw-test").write_text(
        "word = aa\nboot_id = before\nkernel = 6.1.0\npath = pstore\nstore = erst\nseconds = 1700000000\n")
    done = subprocess.run([run.program, "kdump", "test", "--config", str(settings)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == FAILED and "prove verify" in done.stderr, done.stderr
    crash = run.json([FAILED], "prove", "verify", "--config", str(settings), source=False)["crash"]
    assert crash["expected"] == "pstore" and crash["kernel"] == "6.1.0" and crash["events"] == []
    assert [path.name for path in folder.iterdir()] == [".pstore-fw-proof"]
    assert "erst.crash.result = lost" in (folder / ".pstore-fw-proof").read_text()


def check_kdump_setup(run):
    root = run.variables.parent / "root"
    (root / "etc/kernel").mkdir(parents=True)
    (root / "etc/kernel/cmdline").write_text("root=x crashkernel=1G\n")
    words = ["kdump", "setup", "--root", str(root)]
    document = run.json([DONE], *words, "--reserve", "80M", source=False)
    assert document["reserve_mib"] == 80 and len(document["other_reservations"]) == 1
    assert run.json([DONE], *words, "--remove", source=False)["reserve_mib"] is None


def make_vmcore(path, note):
    """A core with nothing but the note in which a kernel says who it was."""
    name, text = b"VMCOREINFO\0\0", note.encode()
    notes = struct.pack("<III", 11, len(text), 0) + name + text + bytes(-len(text) % 4)
    magic = b"\x7fELF\2\1\1".ljust(16, b"\0")
    header = struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    path.write_bytes(magic + header + struct.pack("<IIQQQQQQ", 4, 0, 120, 0, 0, len(notes), len(notes), 0) + notes)


def make_tool(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def check_kdump_capture(run):
    """Three crashes: one whose image could be made, one whose image could not, and one without a tool for it."""
    root = run.variables.parent / "crashed"
    (root / "proc").mkdir(parents=True)
    (root / "conf").write_text(f"directory = /dumps\nlog_tool = {root}/log\nimage_tool = {root}/image\n")
    words = ["kdump", "capture", "--root", str(root), "--config", str(root / "conf")]
    assert subprocess.run([run.program, *words], capture_output=True).returncode == NOTHING_FOUND
    make_vmcore(root / "proc/vmcore", "OSRELEASE=6.1.0\nCRASHTIME=1795274000\n")
    make_tool(root / "log", "echo '[    1.0] Kernel panic - not syncing: a test'")
    make_tool(root / "image", 'printf image > "$7"')
    done = run.json([DONE], *words, source=False)
    assert done["event"] == "20261121T151320Z-kdump-panic1" and done["image"]["size"] == 5
    assert done["message"] == "Kernel panic - not syncing: a test" and done["kernel"] == "6.1.0"
    make_tool(root / "image", "kill -9 $$")
    failed = run.json([FAILED], *words, source=False)
    assert failed["event"] == "20261121T151320Z-kdump-panic2" and failed["image"] is None and failed["log"]
    (root / "image").unlink()
    lacking = run.json([FAILED], *words, source=False)
    assert lacking["log"] and lacking["image"] is None and lacking["image_error"]
    manifests = [json.loads(path.read_text()) for path in root.glob("dumps/*/manifest.json")]
    assert len(manifests) == 3
    for manifest in manifests:
        validate(manifest)


CHECKS = [
    check_list,
    check_show,
    check_explain,
    check_dump,
    check_export,
    check_check,
    check_write,
    check_prove,
    check_clear,
    check_collect,
    check_deleted,
    check_erst,
    check_kdump,
    check_kdump_status,
    check_kdump_capture,
    check_kdump_setup,
    check_kdump_test,
]


def main():
    if sys.argv[1] == "--document":
        validate(json.loads(Path(sys.argv[2]).read_text(encoding="ascii")))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return checks.run_all(CHECKS, Run(sys.argv[1], Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
