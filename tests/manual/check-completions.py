#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-completions.py PROGRAM COMPLETIONS: what bash, fish and zsh themselves complete, each by its file. A shell that
is not installed is left out, and that is said."""

import os
import pty
import re
import select
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

BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")
IMAGE = ROOT / "tests/data/erst-image/linux-6.1-panic.bin"
EVENT, RECORD = "20240229T123510Z-erst-panic1", "erst:65e079fe00000001"


class Bash:
    name = "bash"

    def __init__(self, folder, completions):
        if not shutil.which("bash") or not BASH_COMPLETION.exists():
            raise checks.Skipped("there is no bash-completion")
        self.folder, self.file = folder, completions / "pstore-fw.bash"

    def complete(self, line):
        """As bash cuts the line; of what it completes readline leaves what stands before the last colon."""
        words = [part for word in line.split(" ") for part in (re.findall(r"[:=]|[^:=]+", word) or [""])]
        if line[-1] in ":=":
            words.append("")
        script = """
            source "$1"; source "$2"; shift 2
            COMP_LINE=$1 COMP_POINT=${#1}; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
            compopt() { :; }
            _pstore_fw pstore-fw "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\\n' "${COMPREPLY[@]}" """
        result = subprocess.run(["bash", "--norc", "-c", script, "bash", BASH_COMPLETION, self.file, line, *words],
                                capture_output=True, text=True, cwd=self.folder, stdin=subprocess.DEVNULL)
        assert not result.stderr, result.stderr
        before = re.match(r".*:|", line.rsplit(" ", 1)[-1].split("=")[-1]).group()
        return {before + word.rstrip() for word in result.stdout.splitlines() if word}


class Fish:
    name = "fish"

    def __init__(self, folder, completions):
        if not shutil.which("fish"):
            raise checks.Skipped("there is no fish")
        self.folder, self.file = folder, completions / "pstore-fw.fish"

    def complete(self, line):
        result = subprocess.run(["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", self.file, line],
                                capture_output=True, text=True, cwd=self.folder, stdin=subprocess.DEVNULL)
        assert not result.stderr, result.stderr
        words = {row.split("\t")[0] for row in result.stdout.splitlines()}
        return {re.sub(r"^--[a-z-]+=", "", word) for word in words}


class Zsh:
    """By zle on a terminal: what compadd is given is noted."""

    name = "zsh"

    def __init__(self, folder, completions):
        if not shutil.which("zsh"):
            raise checks.Skipped("there is no zsh")
        self.folder, self.completions = folder, completions

    def complete(self, line):
        told = self.folder / "told"
        told.unlink(missing_ok=True)
        (self.folder / ".zshrc").write_text(f"""
            PS1=ready; fpath=({self.completions} $fpath); autoload -Uz compinit; compinit -C -d {self.folder}/dump
            zstyle ':completion:*' menu no; LISTMAX=0; bindkey '^I' note
            compadd() {{
                local -a found
                if (( ! ${{${{(@)@[1,(i)--]}}[(I)-[OAD]]}} )); then
                    builtin compadd -O found "$@"
                    (( $#found )) && print -rl -- $IPREFIX$^found >> {told}
                fi
                builtin compadd "$@"
            }}
            note() {{ zle complete-word; print -r -- end >> {told}; exit }}
            zle -N note
            zle -C complete-word complete-word _main_complete
        """)
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.environ.update(ZDOTDIR=str(self.folder), HOME=str(self.folder), TERM="vt100")
            os.execvp("zsh", ["zsh", "-i"])
        self.talk(terminal, line)
        os.waitpid(child, 0)
        words = told.read_text().splitlines() if told.exists() else []
        assert words and words[-1] == "end", f"zsh: {line}: {words}"
        return {word.rsplit("=", 1)[-1] if line.rsplit(" ", 1)[-1].startswith("--") and "=" in line else word
                for word in words[:-1]}

    def talk(self, terminal, line):
        """Up to its end, which a shell that hangs never comes to: then the check does not either, and is ended."""
        typed = False
        seen = b""
        while True:
            select.select([terminal], [], [])
            try:
                seen += os.read(terminal, 4096)
            except OSError:
                break
            if b"ready" in seen and not typed:
                os.write(terminal, line.encode() + b"\t")
                typed = True
        os.close(terminal)


class Subject(NamedTuple):
    program: Path
    shells: list

    def each(self, line, wanted, unwanted=(), exactly=False):
        for shell in self.shells:
            words = {word.rstrip("/") for word in shell.complete(line)}
            assert set(wanted) <= words, f"{shell.name}: '{line}' has no {set(wanted) - words}: {sorted(words)}"
            assert not set(unwanted) & words, f"{shell.name}: '{line}' has {set(unwanted) & words}"
            assert not exactly or set(wanted) == words, f"{shell.name}: '{line}' has {sorted(words)}"

    def help(self, *words):
        return subprocess.run([self.program, *words, "--help"], capture_output=True, text=True, check=True).stdout


def check_verbs(subject):
    listed = re.findall(r"^  ([a-z]+)(?: [a-z]+)? {2,}\S", subject.help().split("\nOptions:")[0], re.MULTILINE)
    subject.each("pstore-fw ", set(listed))
    subject.each("pstore-fw sh", ["show"], exactly=True)
    subject.each("pstore-fw --quiet cle", ["clear"], exactly=True)
    subject.each("pstore-fw --source efivarfs exp", ["explain"], ["list"])


def check_groups(subject):
    for group in "kdump", "prove":
        verbs = re.findall(rf"^  {group} ([a-z]+)", subject.help(group), re.MULTILINE)
        subject.each(f"pstore-fw {group} ", verbs, ["list"], exactly=True)
    subject.each("pstore-fw help kdump lo", ["load"], exactly=True)


def check_options(subject):
    """Of each verb all that its help has, and no other verb's."""
    verbs = re.findall(r"^  ([a-z]+(?: [a-z]+)?) {2,}\S", subject.help().split("\nOptions:")[0], re.MULTILINE)
    options = {verb: set(re.findall(r"^.{6}(--[a-z-]+)", subject.help(*verb.split()).split("\nOptions:")[1], re.MULTILINE))
               for verb in verbs}
    for verb in verbs:
        for shell in subject.shells:
            found = {word.rstrip("=") for word in shell.complete(f"pstore-fw {verb} --") if word.startswith("--")}
            assert found == options[verb], f"{shell.name}: {verb}: {found ^ options[verb]}"


def check_words(subject):
    subject.each("pstore-fw kdump load --path ", ["auto", "pstore", "kdump", "both"], exactly=True)
    subject.each("pstore-fw kdump load --path=k", ["kdump"], exactly=True)
    subject.each("pstore-fw write -t ", ["dmesg"], exactly=True)
    subject.each("pstore-fw list --source e", ["efivarfs", "erst-image:", "efi-image:"], ["kdump"])
    subject.each("pstore-fw clear --keep ", [], exactly=True)


def check_files(subject):
    subject.each("pstore-fw explain --log con", ["console.log"], exactly=True)
    subject.each("pstore-fw dump --output co", ["copies"], exactly=True)
    subject.each("pstore-fw list --source erst-image:im", ["erst-image:image.bin"], exactly=True)
    subject.each("pstore-fw list --source=erst-image:im", ["erst-image:image.bin"], exactly=True)
    subject.each("pstore-fw erst im", ["image.bin"], exactly=True)
    subject.each("pstore-fw check im", [], exactly=True)


def check_ids(subject):
    source = "--source erst-image:image.bin"
    subject.each(f"pstore-fw show {source} ", [EVENT, RECORD], ["kernel"])
    subject.each(f"pstore-fw clear {source} 2024", [EVENT], exactly=True)
    subject.each(f"pstore-fw dump --source=erst-image:image.bin erst:65e079fe00000001", [RECORD], exactly=True)
    subject.each(f"pstore-fw show {source} {EVENT} erst:65e079fe00000001", [RECORD], exactly=True)


def check_hostile_names(subject):
    """The name of a directory is in an id, and is nothing that a shell runs, neither while it completes nor at Enter."""
    for name in "$(touch${IFS}made)", "`touch${IFS}made`", "kept":
        (Path("archive") / name).mkdir(parents=True)
        (Path("archive") / name / "dmesg.txt").write_text("Panic#1 Part1\n<6>[    1.000000] word\n")
    subject.each("pstore-fw show --source dir:archive pstorefs:", ["pstorefs:kept/dmesg.txt:0"], exactly=True)
    assert not Path("made").exists()


def check_nothing_to_read(subject):
    subject.each("pstore-fw show --source erst-image:none 2", [], exactly=True)


def main():
    program, completions = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    os.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as name:
        folder, shells = Path(name), []
        shutil.copyfile(IMAGE, folder / "image.bin")
        (folder / "console.log").touch()
        (folder / "copies").mkdir()
        os.chdir(folder)
        os.environ.update(HOME=name, XDG_CONFIG_HOME=name, XDG_DATA_HOME=name)
        for kind in Bash, Fish, Zsh:
            try:
                shells.append(kind(folder, completions))
            except checks.Skipped as reason:
                print(f"skipped: {reason}")
        return checks.run_all([check_verbs, check_groups, check_options, check_words, check_files, check_ids,
                               check_hostile_names, check_nothing_to_read], Subject(program, shells))


if __name__ == "__main__":
    sys.exit(main())
