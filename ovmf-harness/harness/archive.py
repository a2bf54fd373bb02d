# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The distribution's archive: packages of the release in use, or of another, downloaded and unpacked, never installed.

Through apt with a state of its own in the build directory. So it needs no root, the host's lists may be as
old as they are, and the release's backports are there although the host has not enabled them.
"""

import fcntl
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from harness import report
from harness.architecture import X86_64
from harness.settings import SetupError

_SUFFIXES = ("", "-updates", "-security", "-backports")
_UNSTABLE = ("sid", "unstable")  # which have none of the others
_DEFAULT_MIRROR = "http://deb.debian.org/debian"
_SECURITY = "-security"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# How the host reaches the archive, and what it takes from it.
_ACCESS = re.compile(r"^Acquire::(?:https?|Check-|Retries|Force).*$", re.MULTILINE)
_STALE_S = 7 * 24 * 60 * 60

# The host's settings stay (a proxy above all); its pins and what it runs after an update do not.
_CONFIGURATION = """\
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "{root}/state";
Dir::State::lists "{root}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{root}/cache";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


class NotThere(SetupError):
    """The archive does not have it, or cannot be reached."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def output(*command: str, cwd: Path | None = None) -> str:
    try:
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as error:
        raise NotThere(f"{command[0]} is not there: set KERNEL= and MODULES=") from error
    except subprocess.CalledProcessError as error:
        raise NotThere(f"{' '.join(command)}: {_reason(error)}") from error


def _reason(error: subprocess.CalledProcessError) -> str:
    """The first error of apt's, or the last thing that was said."""
    lines = error.stderr.strip().splitlines() or [f"status {error.returncode}"]
    return next((line for line in lines if line.startswith("E: ")), lines[-1])


def _mirrors() -> dict[str, str]:
    """Where the host takes each suite from; known without any list."""
    targets = output("apt-get", "indextargets", "--no-release-info", "--format", "$(RELEASE) $(REPO_URI)")
    return dict(line.split(" ", 1) for line in targets.splitlines() if " " in line)


def access_settings() -> str:
    """Of the host's settings for apt, those that go on to a Debian that is made here."""
    return "\n".join(_ACCESS.findall(output("apt-config", "dump"))) + "\n"


def codename() -> str:
    """The release in use, as the archive names it: an unstable one calls itself by the release that it will be."""
    release = Path("/etc/os-release").read_text()
    found = re.search(r'^VERSION_CODENAME="?([\w-]+)', release, re.MULTILINE)
    if not found:
        raise NotThere("/etc/os-release names no release: set KERNEL= and MODULES=")
    used = _mirrors()
    return next((name for name in (found[1], *_UNSTABLE) if name in used), found[1])


def _mirror(mirrors: dict[str, str], release: str, suffix: str) -> str:
    """The host's for this suite, or the one that it has for the release; security is always a place apart."""
    if suffix == _SECURITY:
        return mirrors.get(release + suffix, _DEFAULT_MIRROR + _SECURITY)
    return mirrors.get(release + suffix) or mirrors.get(release, _DEFAULT_MIRROR)


@dataclass(frozen=True)
class Archive:
    root: Path
    architecture: str = X86_64.package
    release: str = ""  # other than the one in use

    @property
    def _configuration(self) -> Path:
        return self.root / "apt.conf"

    @property
    def sources(self) -> Path:
        return self.root / "sources.list"

    @property
    def _updated(self) -> Path:
        return self.root / "updated"

    def _apt(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        return output(program, "-q", "-c", str(self._configuration), *arguments, cwd=cwd)

    def _configure(self) -> None:
        for directory in ("state", "lists/partial", "cache/archives/partial"):
            (self.root / directory).mkdir(parents=True, exist_ok=True)
        release = self.release or codename()
        signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
        suffixes = ("",) if release in _UNSTABLE else _SUFFIXES
        mirrors = _mirrors()
        sources = "".join(f"deb {signed}{_mirror(mirrors, release, suffix)} {release}{suffix} main\n"
                          for suffix in suffixes)
        self.sources.write_text(sources)
        self._configuration.write_text(_CONFIGURATION.format(root=self.root, architecture=self.architecture))

    def mirror(self) -> str:
        """Where the release itself comes from."""
        return _mirror(_mirrors(), codename(), "")

    def update(self) -> None:
        """Fetch the lists. What cannot be had costs that suite only; old lists are better than none."""
        self._configure()
        try:
            self._apt("apt-get", "update", "--error-on=any")
        except NotThere as error:
            if not self.suites():
                raise
            report.say(f"not all of the archive's lists can be had, those that are here are used: {error}")
        self._updated.touch()

    def prepare(self) -> None:
        """Have lists. Those of last week will do when no newer ones can be had."""
        fresh = self._updated.exists() and time.time() - self._updated.stat().st_mtime < _STALE_S
        if not fresh:
            self.update()

    def suites(self) -> set[str]:
        """The suites of which there are lists."""
        return set(self._apt("apt-get", "indextargets", "--format", "$(RELEASE)").split())

    def dependency(self, package: str, suite: str, pattern: str) -> str:
        """The package that this one stands for."""
        listing = self._apt("apt-cache", "depends", f"{package}/{suite}" if suite else package)
        found = re.search(rf"Depends: ({pattern})$", listing, re.MULTILINE)
        if not found:
            raise NotThere(f"{package} depends on no {pattern}")
        return found[1]

    def parts(self, package: str, version: str) -> list[str]:
        """This package, and those of its version that it depends on: 7.2 divides a kernel among several."""
        listing = self._apt("apt-cache", "depends", package)
        return [package, *re.findall(rf"^  Depends: (\S+-{re.escape(version)})$", listing, re.MULTILINE)]

    def closure(self, packages: list[str]) -> list[str]:
        """These packages and all that they depend on."""
        plan = self._apt("apt-get", "--simulate", "--no-install-recommends", "install", *packages)
        return re.findall(r"^Inst (\S+)", plan, re.MULTILINE)

    def unpack(self, packages: list[str], tree: Path) -> None:
        """Download and unpack, in one step: what is interrupted leaves no tree behind."""
        scratch = tree.with_name(tree.name + ".part")
        shutil.rmtree(scratch, ignore_errors=True)
        (scratch / "tree").mkdir(parents=True)
        self._apt("apt-get", "download", *packages, cwd=scratch)
        for package in scratch.glob("*.deb"):
            output("dpkg-deb", "-x", str(package), str(scratch / "tree"))
        (scratch / "tree").rename(tree)
        shutil.rmtree(scratch)
