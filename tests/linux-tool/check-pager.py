#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-pager.py PROGRAM: what goes through a pager, which one that is, and what it is told, on a terminal of our own.
Pagers that are played note how they were called; less itself, where it is installed, starts no shell for sudo."""

import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

IMAGE = f"erst-image:{ROOT}/tests/data/erst-image/linux-6.1-panic.bin"
LOG = b"sysrq triggered crash"
PLAYED = """#!/bin/sh
echo "$0 $* LESS=$LESS LESSSECURE=$LESSSECURE" > "$NOTES/called"
exec cat > "$NOTES/text"
"""


def login_is_known():
    """Where somebody else has logged in, every pager is one with another's rights."""
    login = Path("/proc/self/loginuid")
    return login.exists() and int(login.read_text()) not in (0xFFFFFFFF, os.geteuid())


class Ended(NamedTuple):
    status: int
    shown: bytes  # on the terminal
    called: str  # of the pager; "" of none
    text: bytes  # that it got

    def __repr__(self):
        return f"status {self.status}, {self.shown[-200:]}, called {self.called}, got {self.text[-200:]}"


class Subject(NamedTuple):
    program: Path
    folder: Path

    def play(self, *names, script=PLAYED):
        """These alone are in PATH, beside cat."""
        shutil.rmtree(self.folder / "bin", ignore_errors=True)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/cat").symlink_to(shutil.which("cat"))
        for name in names:
            path = self.folder / "bin" / name
            path.write_text(script)
            path.chmod(0o755)

    def run(self, *words, typed=b"", path=None, **environment):
        """On a terminal of 24 rows."""
        for name in "called", "text":
            (self.folder / name).unlink(missing_ok=True)
        environment = {"PATH": path or str(self.folder / "bin"), "TERM": "vt100", "NOTES": str(self.folder),
                       "HOME": str(self.folder)} | environment
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execve(self.program, ["pstore-fw", *words], environment)
        if typed:
            os.write(terminal, typed)
        shown = b""
        while True:
            try:
                shown += os.read(terminal, 65536)
            except OSError:
                break
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)
        called, text = self.folder / "called", self.folder / "text"
        return Ended(status, shown, called.read_text().strip() if called.exists() else "",
                     text.read_bytes() if text.exists() else b"")


def needs_own_login():
    if login_is_known():
        raise checks.Skipped("somebody else has logged in")


def check_which_verbs(subject):
    subject.play("less")
    log = subject.folder / "log"
    log.write_bytes(b"[    1.000000] Kernel panic - not syncing: sysrq triggered crash\n")
    for words in ["show", "-s", IMAGE], ["list", "-s", IMAGE], ["explain", "-s", IMAGE], ["explain", "--log", "log"]:
        ended = subject.run(*words)
        assert ended.status == 0 and LOG in ended.text and LOG not in ended.shown, f"{words}: {ended}"
    for words in ["check", "-s", IMAGE], ["show", "--help"], ["dump", "-s", IMAGE, "-o", "copies"]:
        ended = subject.run(*words)
        assert ended.shown and not ended.called, f"{words}: {ended}"


def check_which_pager(subject):
    needs_own_login()
    for played, pager, wanted in [
            (["less", "more", "mine"], {"PAGER": "mine -x  y"}, "mine -x y"), (["less", "more"], {}, "less "),
            (["more"], {}, "more "), (["less"], {"PAGER": "none -x"}, "less "),
            (["less"], {"PAGER": "mine; touch made"}, "less ")]:
        subject.play(*played)
        ended = subject.run("show", "-s", IMAGE, **pager)
        assert ended.called.startswith(f"{subject.folder}/bin/{wanted}"), f"{played}, {pager}: {ended}"
        assert ended.status == 0 and LOG in ended.text
    assert not (subject.folder / "made").exists()


def check_no_pager(subject):
    subject.play("less")
    for words, environment in [(["--no-pager"], {}), ([], {"PAGER": ""}), ([], {"PAGER": "cat"}), ([], {"TERM": "dumb"})]:
        ended = subject.run("show", "-s", IMAGE, *words, **environment)
        assert ended.status == 0 and LOG in ended.shown and not ended.called, f"{words}, {environment}: {ended}"
    subject.play()
    ended = subject.run("show", "-s", IMAGE)
    assert ended.status == 0 and LOG in ended.shown, ended


def check_no_terminal(subject):
    subject.play("less")
    environment = {"PATH": str(subject.folder / "bin"), "TERM": "vt100", "NOTES": str(subject.folder)}
    (subject.folder / "called").unlink(missing_ok=True)
    result = subprocess.run([subject.program, "show", "-s", IMAGE], env=environment, capture_output=True, check=True)
    assert LOG in result.stdout and not (subject.folder / "called").exists()


def check_less(subject):
    needs_own_login()
    subject.play("less")
    assert "LESS=FRSXMK LESSSECURE=" == subject.run("show", "-s", IMAGE).called.split(" ", 2)[2]
    assert "LESS=-iR LESSSECURE=" == subject.run("show", "-s", IMAGE, LESS="-iR").called.split(" ", 2)[2]


def check_rights_of_another(subject):
    """PAGER may be anything, and LESS could name a file: neither counts."""
    for name in "SUDO_UID", "DOAS_USER", "PKEXEC_UID":
        subject.play("less", "more", "mine")
        called = subject.run("show", "-s", IMAGE, PAGER="mine", LESS="-omade", **{name: "1000"}).called
        assert called == f"{subject.folder}/bin/less  LESS=FRSXMK LESSSECURE=1", called
        subject.play("more", "mine")
        ended = subject.run("show", "-s", IMAGE, PAGER="mine", **{name: "1000"})
        assert LOG in ended.shown and not ended.called, ended


def check_real_less(subject):
    """A program of the shell is asked for, and the log's end, then it is left."""
    if not shutil.which("less"):
        raise checks.Skipped("there is no less")
    made = subject.folder / "made"
    made.unlink(missing_ok=True)
    typed = b"!touch made\r\r" + b"qq"
    ended = subject.run("show", "-s", IMAGE, typed=typed, path=os.environ["PATH"], SUDO_UID="1000")
    assert ended.status == 0 and not made.exists(), ended.shown[-400:]
    if not login_is_known():
        ended = subject.run("show", "-s", IMAGE, typed=typed, path=os.environ["PATH"])
        assert ended.status == 0 and made.exists(), ended.shown[-400:]


def check_left_early(subject):
    subject.play("less", script="#!/bin/sh\nexit 1\n")
    store = subject.folder / "store"  # of more than a pipe holds
    store.mkdir()
    for number in range(4):
        (store / f"dmesg-ramoops-{number}").write_text(f"Panic#{number} Part1\n" + "<6>[    1.000000] word\n" * 5000)
    for source in IMAGE, f"pstorefs:{store}":
        ended = subject.run("show", "--all", "-s", source)
        assert ended.status == 0 and ended.shown == b"", ended


def check_status_stays(subject):
    subject.play("less")
    image = subject.folder / "damaged.fd"
    content = bytearray((ROOT / "tests/data/variable-store/linux-6.1-panic.fd").read_bytes())
    content[0x64:0x66] = b"\0\0"
    image.write_bytes(content)
    wanted = subprocess.run([subject.program, "show", "-s", f"efi-image:{image}"], capture_output=True, check=False)
    ended = subject.run("show", "-s", f"efi-image:{image}")
    assert ended.status == wanted.returncode == 1 and LOG in ended.text, ended
    assert subject.run("show", "-s", IMAGE, "erst:0000000000000000").status == 3
    assert subject.run("show", "--wrong").status == 2


def check_control_characters(subject):
    """A pager hands on what is for a terminal: the log's own are made visible all the same."""
    subject.play("less")
    log = subject.folder / "log"
    log.write_bytes(b"[    1.000000] Kernel panic - not syncing: \033]0;x\007 sysrq triggered crash\n")
    ended = subject.run("explain", "--log", "log")
    assert ended.text and b"\033]0" not in ended.text and b"\007" not in ended.text, ended


def main():
    with tempfile.TemporaryDirectory() as folder:
        return checks.run_all([check_which_verbs, check_which_pager, check_no_pager, check_no_terminal, check_less,
                               check_rights_of_another, check_real_less, check_left_early, check_status_stays,
                               check_control_characters], Subject(Path(sys.argv[1]).resolve(), Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
