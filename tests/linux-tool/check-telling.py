#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-telling.py TELL-NEWS: do systemd and Prometheus take what is told to them?

The catalog is compiled, two machines' entries go by systemd-journal-upload to systemd-journal-remote on the
loopback and are found by their bug's signature, and promtool reads the page of metrics and tries the rules.
What is not installed is skipped.
"""

import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

PATIENCE_S = 60
MESSAGE_ID = re.search(r'NEWS_MESSAGE_ID "(\w+)"', (ROOT / "linux-tool/tell/news.h").read_text())[1]
RULES = ROOT / "services/prometheus"
BUG, OTHER_BUG = "0123456789abcdef", "fedcba9876543210"


def program(name):
    """Its path; systemd keeps some where no PATH leads."""
    path = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/usr/lib/systemd:/lib/systemd")
    if not path:
        raise checks.Skipped(f"there is no {name}")
    return path


def run(*command, **others):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, **others)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}"
    return done.stdout


def wait_for(what, is_so):
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, f"{what} not within {PATIENCE_S} s"
        time.sleep(0.1)


# --- the journal ----------------------------------------------------------------------------------------


def told(tell_news, *words):
    """The fields that the program hands to the journal (systemd.io/JOURNAL_NATIVE_PROTOCOL)."""
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with tempfile.TemporaryDirectory() as folder, datagrams as journal:
        journal.bind(f"{folder}/journal")
        journal.settimeout(PATIENCE_S)
        run(tell_news, f"{folder}/journal", *words)
        return journal.recv(1 << 20)


def value_of(fields, name):
    plain = re.search(rb"^%s=(.*)$" % name.encode(), fields, re.MULTILINE)
    assert plain, f"no {name} in {fields}"
    return plain[1].decode()


def make_journal(path, host, entries):
    """A machine's journal, as journald would have it: our fields, and those that only it may add."""
    machine, boot = uuid.uuid4().hex, uuid.uuid4().hex
    now_us = time.time_ns() // 1000
    exported = b""
    for number, fields in enumerate(entries):
        exported += (f"__CURSOR=s={uuid.uuid4().hex};i={number + 1:x}\n"
                     f"__REALTIME_TIMESTAMP={now_us + number}\n__MONOTONIC_TIMESTAMP={1000 + number}\n"
                     f"_BOOT_ID={boot}\n_MACHINE_ID={machine}\n_HOSTNAME={host}\n").encode() + fields + b"\n"
    subprocess.run([program("systemd-journal-remote"), f"--output={path}", "-"], input=exported,
                   check=True, capture_output=True, timeout=PATIENCE_S)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(server, port):
    assert server.poll() is None, server.stderr.read().decode()
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def found(collector, *matches):
    entries = run(program("journalctl"), "-D", collector, "--no-pager", "-q", "-o", "export", *matches)
    return entries.split("\n\n")[:-1]


def check_journal_fleet(tell_news):
    remote, upload = program("systemd-journal-remote"), program("systemd-journal-upload")
    program("journalctl")
    title = "BUG: unable to handle page fault in e1000_clean"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        collector = folder / "collector"
        collector.mkdir()
        port = free_port()
        server = subprocess.Popen([remote, f"--listen-http=127.0.0.1:{port}", f"--output={collector}"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            wait_for("systemd-journal-remote listens", lambda: listens(server, port))
            for host in ("m1", "m2"):
                (folder / host).mkdir()
                make_journal(folder / host / "system.journal", host, [
                    told(tell_news, f"{host}-bug", title, BUG),
                    told(tell_news, f"{host}-other", "another\nPRIORITY=7", OTHER_BUG + host)])
                run(upload, f"--url=http://127.0.0.1:{port}", "--follow=no", "-D", folder / host,
                    f"--save-state={folder / host}.state")
            wait_for("both machines' entries are there", lambda: len(found(collector)) == 4)
            entries = found(collector, f"PSTORE_FW_SIGNATURE={BUG}")
            machines = {value_of(entry.encode(), "_HOSTNAME") for entry in entries}
            assert (len(entries), machines) == (2, {"m1", "m2"}), entries
            for entry in entries:
                assert value_of(entry.encode(), "MESSAGE") == title, entry
                assert value_of(entry.encode(), "PSTORE_FW_EVENT").endswith("-bug"), entry
            assert len(found(collector, f"MESSAGE_ID={MESSAGE_ID}", "PRIORITY=2")) == 4
            print(f"two machines' crashes by {BUG} are found on the collector, of 4 entries")
        finally:
            server.terminate()
            server.communicate(timeout=PATIENCE_S)


def check_catalog(_):
    journalctl = program("journalctl")
    with tempfile.TemporaryDirectory() as root:
        database, source = Path(root, "var/lib/systemd/catalog"), Path(root, "usr/lib/systemd/catalog")
        database.mkdir(parents=True)
        source.mkdir(parents=True)
        shutil.copy(ROOT / "services/pstore-fw.catalog", source)
        run(journalctl, f"--root={root}", "--update-catalog")
        compiled = (database / "database").read_bytes()
        assert compiled[:8] == b"RHHHKSLP", compiled[:8]
        assert struct.unpack_from("<Q", compiled, 24)[0] == 1, "not one entry"
        assert bytes.fromhex(MESSAGE_ID) in compiled, "not the identifier of our entries"
        assert b"@PSTORE_FW_EVENT@" in compiled


def check_catalog_fields(tell_news):
    """Each field that the text names is one that is told."""
    named = set(re.findall(r"@(\w+)@", (ROOT / "services/pstore-fw.catalog").read_text()))
    fields = told(tell_news, "event", "title", BUG)
    assert named, "the text names no field"
    for name in named:
        value_of(fields, name)


# --- Prometheus -----------------------------------------------------------------------------------------


def check_metrics(_):
    with (ROOT / "tests/data/linux-tool/metrics.prom").open() as page:
        complaints = run(program("promtool"), "check", "metrics", stdin=page)
    assert complaints == "", complaints


def check_rules(_):
    run(program("promtool"), "check", "rules", "--lint-fatal", RULES / "pstore-fw.rules.yml")
    run(program("promtool"), "test", "rules", RULES / "pstore-fw.rules.test.yml")


def check_rules_use_metrics(_):
    """Each name that the rules ask for is one that is told, or recorded by another rule."""
    rules = (RULES / "pstore-fw.rules.yml").read_text()
    page = (ROOT / "tests/data/linux-tool/metrics.prom").read_text()
    known = set(re.findall(r"^# TYPE (\w+)", page, re.MULTILINE))
    known |= set(re.findall(r"- record: (\S+)", rules))
    asked = set(re.findall(r"\bpstore_fw[_:][a-z0-9_:]+", rules))
    assert asked <= known, f"nobody tells {asked - known}"


CHECKS = [check_journal_fleet, check_catalog, check_catalog_fields, check_metrics, check_rules,
          check_rules_use_metrics]


if __name__ == "__main__":
    sys.exit(checks.run_all(CHECKS, sys.argv[1]))
