#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-tutorials.py PROGRAM PAGES BUILD: each page of docs/tutorials/ on a machine that is made up, in a mount
namespace of its own: its commands in their order, and what is shown below them has to have been printed. A command that
needs a real machine is looked at only: its block says why, and its verb and its options have to be there."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

TUTORIALS = ROOT / "docs/tutorials"
FENCE = re.compile(r"^```(\w+)?( not-run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What these end with is an answer about the machine.
ANSWERS = {"check": range(4), "kdump status": range(2)}

# Of directories of the system what is made up, in the namespace alone.
RUN = """
set -e
mount --bind "$1/lib" /var/lib
mount --bind "$1/run" /run
mount --bind "$1/mnt" /mnt
cd "$1/work"
shift
exec bash -c "$1"
"""


class Block(NamedTuple):
    kind: str
    run: bool
    text: str

    def commands(self):
        """A command goes on in the next line inside of quotation marks, or behind a backslash."""
        found, rest = [], ""
        for line in self.text.splitlines():
            rest += line
            try:
                words = shlex.split(rest, comments=True)
            except ValueError:
                rest += "\n"
                continue
            if words:
                found.append(rest)
            rest = ""
        assert not rest, rest
        return found


class Machine:
    """One that systemd-pstore has cleaned up after, with a stick, and with images of other machines beside."""

    def __init__(self, folder, program):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder, self.program, self.work = folder, program, folder / "work"
        for name in "work", "lib/pstore-fw", "lib/prometheus/node-exporter", "run/systemd/journal", "mnt":
            (folder / name).mkdir(parents=True)
        data = ROOT / "tests/data"
        shutil.copytree(data / "systemd-pstore/252", folder / "lib/systemd/pstore")
        shutil.copyfile(data / "variable-store/linux-6.1-panic.fd", self.work / "vm_VARS.fd")
        shutil.copyfile(data / "erst-image/linux-6.1-panic.bin", self.work / "erst.img")
        shutil.copyfile(program.parent / "acpi/tables/good/all-instructions.aml", self.work / "ERST.aml")
        shutil.copyfile(program.parent / "pstore-fwx64.efi", self.work / "pstore-fwx64.efi")
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.bind_journal()
        self.told("show --source erst-image:erst.img > console.log")
        self.told("dump --source efi-image:vm_VARS.fd --output ../mnt/EFI/pstore-fw/dumps")

    def bind_journal(self):
        """By a path that is short enough for a socket's, wherever the folder lies."""
        directory = os.open(self.folder / "run/systemd/journal", os.O_RDONLY | os.O_DIRECTORY)
        self.journal.bind(f"/proc/self/fd/{directory}/socket")
        os.close(directory)

    def told(self, words):
        subprocess.run(f"{self.program} {words}", shell=True, cwd=self.work, check=True, capture_output=True)

    def run(self, command):
        words = ["unshare", "--mount", "--map-root-user", "bash", "-c", RUN, "bash", self.folder, command]
        path = f"{self.program.parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={"PATH": path, "LC_ALL": "C.UTF-8", "HOME": str(self.work)})


def verb_of(words):
    """"kdump load" of its words; "" where there is none."""
    if words[1:2] and not words[1].startswith("-"):
        return " ".join(words[1:3] if words[1] in ("kdump", "prove") else words[1:2])
    return ""


class Subject(NamedTuple):
    program: Path
    pages: Path
    folder: Path

    def help(self, verb):
        result = subprocess.run([self.program, *verb.split(), "--help"], capture_output=True, text=True)
        assert result.returncode == 0, f"there is no '{verb}'"
        return result.stdout

    def look_at(self, command):
        for part in re.split(r" \| | && ", command):
            words = shlex.split(part, comments=True)
            if words and words[0] == "pstore-fw":
                text = self.help(verb_of(words))
                for word in words:
                    assert not word.startswith("--") or f"{word.split('=')[0]}" in text, command

    def look_at_firmware(self, line):
        """The application's page has each verb with its options."""
        words = line.split("> ", 1)[1].split()
        if words[0] != "pstore-fwx64.efi":
            return
        text = (self.pages / "pstore-fw.efi.8").read_text().replace("\\-", "-")
        part = text.split(f".Ss \\&{verb_of(words)}\n")
        assert len(part) == 2, f"there is no '{line}'"
        for word in words[2:]:
            assert not word.startswith("--") or f"Fl {word[1:]}" in part[1].split("\n.Ss ")[0], line

    def follow(self, page):
        text = page.read_text()
        blocks = [Block(kind or "", not mark, body) for kind, mark, body in FENCE.findall(text)]
        assert text.count("```") == 2 * len(blocks), "a block has no end"
        machine, printed, run, looked = Machine(self.folder, self.program), "", 0, 0
        for block in blocks:
            if block.kind == "text":
                for line in block.text.splitlines():
                    assert line in printed, f"'{line}' is not printed: {printed[-600:]}"
                continue
            assert block.kind in ("sh", "efi"), f"a block of '{block.kind}'"
            assert block.kind == "efi" or block.run or block.text.startswith("# needs "), f"no reason: {block.text}"
            printed = ""
            for command in block.commands() if block.kind == "sh" else block.text.splitlines():
                if block.kind == "efi":
                    self.look_at_firmware(command)
                elif not block.run:
                    self.look_at(command)
                else:
                    printed += self.run_one(machine, command)
                run, looked = run + (block.run and block.kind == "sh"), looked + (not block.run or block.kind == "efi")
        machine.journal.close()
        print(f"{page.name}: {run} run, {looked} looked at only")

    def run_one(self, machine, command):
        """A program of others that is not installed is none of ours."""
        words = shlex.split(command)
        if not shutil.which(words[0]) and words[0] != "pstore-fw":
            print(f"left out, as there is no {words[0]}: {command}")
            return ""
        result = machine.run(command)
        allowed = ANSWERS.get(verb_of(words), [0]) if words[0] == "pstore-fw" else [0]
        assert result.returncode in allowed and "try 'pstore-fw" not in result.stderr, \
            f"'{command}' ended with {result.returncode}: {result.stderr[-400:]}"
        return result.stdout + result.stderr


def follow(page):
    def check(subject):
        if subprocess.run(["unshare", "--mount", "--map-root-user", "true"], capture_output=True).returncode:
            raise checks.Skipped("no namespaces of mounts for us")
        if subprocess.run(["stat", "-f", "-c", "%T", subject.folder.parent], capture_output=True).stdout == b"tmpfs\n":
            raise checks.Skipped("a copy in memory is none, and the folder lies there")
        subject.follow(page)
    check.__name__ = page.stem
    return check


def check_reasons(_):
    """A scenario that a page names is there."""
    names = {path.stem for path in (ROOT / "ovmf-harness/scenarios").rglob("*.py")}
    for page in TUTORIALS.glob("*.md"):
        for some in re.findall(r"^# needs .*: the scenarios? ((?:[a-z0-9-]+(?: and )?)+)$", page.read_text(), re.MULTILINE):
            for name in some.split(" and "):
                assert name in names, f"{page.name}: {name}"


def check_index(_):
    index = (TUTORIALS / "README.md").read_text()
    for page in TUTORIALS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def main():
    program, pages, folder = (Path(word).resolve() for word in sys.argv[1:])
    tutorials = [follow(page) for page in sorted(TUTORIALS.glob("*.md")) if page.name != "README.md"]
    return checks.run_all([*tutorials, check_reasons, check_index], Subject(program, pages, folder))


if __name__ == "__main__":
    sys.exit(main())
