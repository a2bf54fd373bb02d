#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-manual.py PROGRAM PAGES: each verb and each option has its place in the manual and the words of the help, what
the pages name is there, and mandoc has nothing to say. What is not installed is left out, and that is said."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402


def run(*words):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, stdin=subprocess.DEVNULL)


def one_line(text):
    return re.sub(r"\s+", " ", text)


class Subject(NamedTuple):
    program: Path
    pages: dict  # name: path

    def help_of(self, verb=""):
        result = run(self.program, *verb.split(), "--help")
        assert result.returncode == 0, f"{verb}: {result.stderr}"
        return result.stdout

    def verbs(self):
        """name: words, of all; lines of the help that are indented before "Options:"."""
        head = self.help_of().split("\nOptions:\n")[0]
        found = dict(re.findall(r"^  ([a-z]+(?: [a-z]+)?) {2,}(\S.*)$", head, re.MULTILINE))
        assert len(found) >= 18, found
        return found

    def options_of(self, verb=""):
        """("-s", "--source", "=SPEC", words)"""
        options = self.help_of(verb).split("\nOptions:\n")[1].split("\n\n")[0]
        rows = re.findall(r"^ +(?:(-\w), )?(--[a-z-]+)(=\w+)? +(\S.*)$", options, re.MULTILINE)
        assert len(rows) == options.rstrip().count("\n") + 1, options
        return rows

    def page_of(self, verb):
        name = f"pstore-fw-{verb.replace(' ', '-')}.8"
        assert name in self.pages, f"there is no {name}"
        return name

    def rendered(self, name):
        if not shutil.which("mandoc"):
            raise checks.Skipped("there is no mandoc")
        result = run("mandoc", "-T", "utf8", "-O", "width=200", self.pages[name])
        return re.sub(".\b", "", result.stdout)


def check_verbs(subject):
    program = subject.rendered("pstore-fw.8")
    for verb, words in subject.verbs().items():
        page = one_line(subject.rendered(subject.page_of(verb)))
        assert words in page and words in program, f"{verb}: '{words}' is not in the manual"
        description = subject.help_of(verb).split("\n\n")[2]
        for sentence in re.split(r"(?<=[.?!]) ", one_line(description).strip()):
            assert sentence in page, f"{verb}: '{sentence}' is not in its page"


def check_options(subject):
    for verb in ["", *subject.verbs()]:
        page = subject.rendered(subject.page_of(verb) if verb else "pstore-fw.8")
        for letter, name, argument, words in subject.options_of(verb):
            row = (f"{letter}, " if letter else "") + name + argument
            lines = re.findall(rf"^ +{re.escape(row)}\s+(\S.*)$", page, re.MULTILINE)
            assert words in lines, f"{verb}: {row} with '{words}' is not in its page: {lines}"


def check_statuses(subject):
    for verb in subject.verbs():
        page = subject.rendered(subject.page_of(verb)).split("EXIT STATUS")[1]
        told = subject.help_of(verb).rsplit("Exit status: ", 1)[1].strip()
        for status, words in re.findall(r"(\d) (.*?)(?:, (?=\d)|$)", told):
            assert re.search(rf"^ +{status}\s+{re.escape(words)}$", page, re.MULTILINE), f"{verb}: {status} {words}"


def check_sources(subject):
    for kind, words in re.findall(r"^  (\S+[:\]]\S*) +(\S.*)$", subject.help_of("list").split("SPEC:\n")[1], re.MULTILINE):
        assert re.search(rf"^ +{re.escape(kind)}\s+{re.escape(words)}$", subject.rendered("pstore-fw.8"), re.MULTILINE), kind


def check_settings(subject):
    for page, source in {"pstore-fw.conf.5": "pstore-fw.conf", "pstore-fw-kdump.conf.5": "kdump.conf",
                         "pstore-fw.efi.conf.5": "pstore-fw.efi.conf"}.items():
        rows = re.findall(r"^#(\w+ = .*)$", (ROOT / "services" / source).read_text(), re.MULTILINE)
        assert rows
        for row in rows:
            assert re.search(rf"^ +{re.escape(row)}$", subject.rendered(page), re.MULTILINE), f"{page}: {row}"


def check_application(subject):
    """By its source, as it cannot be run here."""
    page = subject.rendered("pstore-fw.efi.8")
    for verb in re.findall(r"^\s+VERB\((\w+)\)", (ROOT / "efi-app/verbs.c").read_text(), re.MULTILINE):
        file = ROOT / f"efi-app/verb-{verb.replace('_', '-')}.c"
        assert f"pstore-fwx64.efi {verb.replace('_', ' ')}" in page, verb
        for option in re.findall(r"&option_(\w+)", file.read_text().split("options_taken[]")[-1].split("};")[0]):
            assert f"--{option.replace('_', '-')}" in page, f"{verb}: {option}"


def check_units(subject):
    for unit in sorted([*ROOT.glob("services/*.service"), *ROOT.glob("services/*.timer")]):
        assert any(re.search(rf"^\.Nm {re.escape(unit.name)}", path.read_text(), re.MULTILINE)
                   for path in subject.pages.values()), unit.name


def check_references(subject):
    """Of ours: that the page is there. Of others the section alone is known."""
    for name, path in subject.pages.items():
        for other, section in re.findall(r"^\.(?:It )?Xr (\S+) (\d)", path.read_text(), re.MULTILINE):
            assert not other.startswith("pstore-fw") or f"{other}.{section}" in subject.pages, f"{name}: {other}.{section}"


def check_examples(subject):
    """Each has a verb that there is, and options that the verb has."""
    seen = 0
    for name, path in subject.pages.items():
        for line in re.findall(r"^\.Dl .*?\bpstore-fw(?: (.*))?$", path.read_text(), re.MULTILINE):
            words = shlex.split(re.split(r" [>&|]", line.replace(r"\-", "-"))[0])
            verb = next(verb for verb in sorted(subject.verbs(), key=len, reverse=True)
                        if words[:verb.count(" ") + 1] == verb.split())
            known = subject.options_of(verb)
            for word in words:
                assert not word.startswith("--") or word.split("=")[0] in [row[1] for row in known], f"{name}: {line}"
            seen += 1
    assert seen > 20


def check_lint(subject):
    if not shutil.which("mandoc"):
        raise checks.Skipped("there is no mandoc")
    # Whether a page that it refers to is installed is another matter, of which check_references() knows more.
    said = [line for line in run("mandoc", "-T", "lint", *subject.pages.values()).stdout.splitlines()
            if "referenced manual not found" not in line]
    assert not said, "\n".join(said)


def main():
    pages = {path.name: path for path in sorted(Path(sys.argv[2]).glob("*.[578]"))}
    subject = Subject(Path(sys.argv[1]).resolve(), pages)
    return checks.run_all([check_verbs, check_options, check_statuses, check_sources, check_settings, check_application,
                           check_units, check_references, check_examples, check_lint], subject)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    sys.exit(main())
