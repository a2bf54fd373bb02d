# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The disk of a Debian as people have it: systemd with all that it enables, and our files by `make install`.

Made without root. mmdebstrap installs the packages, once for each release, which takes a minute and the network;
the disk is made of that, the kernel's modules and our files in seconds, and anew when one of these has changed.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness import archive, esp, guestdisk, kernel, report
from harness.check import Skipped
from harness.initramfs import GUEST
from harness.lab import Lab
from harness.settings import ROOT, Settings, SetupError

_PACKAGES = ["systemd-sysv", "udev", "dbus", "kmod", "kexec-tools", "makedumpfile"]
# By what the command is built with: its libraries, which a release names as it likes.
_BUILT_WITH = ["libefiboot-dev", "libefivar-dev", "libjson-c-dev", "liblzo2-dev", "libsodium-dev"]
_NEEDED_PROGRAMS = ["mmdebstrap", "fakeroot", "fakechroot", "make"]
_SIZE = "2G"
# The catalog is compiled anew, and nothing unpacked may be removed for that: fakeroot knows files by their inodes, and
# what is made next in the same inode has its kind and owner.
_LEFT_OUT = ["./dev/*", "./usr/share/doc/*", "./usr/share/locale/*", "./usr/share/man/*",
             "./var/lib/systemd/catalog/*"]
_FOR_SYSTEMD = ["autofs4"]
_UNITS = "usr/lib/systemd/system"
ENABLED = ["harness-step.service", "pstore-fw-kdump.service", "pstore-fw-collect.service", "pstore-fw-collect.timer"]
_WANTED_BY = re.compile(r"^WantedBy=(\S+)$", re.MULTILINE)
_EMPTY_DIRECTORIES = ["out", "boot/efi", "var/lib/prometheus/node-exporter"]
_FSTAB = f"""\
UUID={guestdisk.UUID} / ext4 errors=remount-ro 0 1
PARTUUID={esp.PARTITION_GUID} /boot/efi vfat umask=0077 0 0
"""
_WRITTEN = {
    "etc/fstab": _FSTAB,
    "etc/hostname": "debian\n",
    # Without one systemd takes each boot for the first, and enables again what its presets name.
    "etc/machine-id": "5c2f7d0e3d0b4b579c1e0c5d2a7f4e11\n",
}


class _Failed(Exception):
    """A program that makes a part of the disk."""


def _run(log: Path, *command: str | Path) -> None:
    with open(log, "wb") as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if done.returncode:
        last = report.plain(log.read_bytes()).splitlines()[-1:]
        raise _Failed(f"{command[0]} failed, its log is {log}: {''.join(last)}")


def _packages(source: archive.Archive) -> list[str]:
    """With the libraries of the release."""
    with archive.locked(source.root / "lock"):
        source.prepare()
        libraries = [source.dependency(name, "", rf"{name.removesuffix('-dev')}-?\d\S*") for name in _BUILT_WITH]
    return [*_PACKAGES, *libraries]


def _install(source: archive.Archive, packed: Path) -> None:
    """In a chroot as root; as anybody else in a namespace, or under fakechroot: mmdebstrap takes what there is."""
    release, packages = archive.codename(), _packages(source)
    report.say(f"installing a Debian, {release}")
    settings, part = packed.with_suffix(".conf"), packed.with_suffix(".part.tar")
    settings.write_text(archive.access_settings())
    _run(packed.with_suffix(".log"), "mmdebstrap", "--variant=apt", f"--include={','.join(packages)}",
         f"--aptopt={settings}", release, part, source.sources)
    part.rename(packed)


def _debian(settings: Settings) -> Path:
    """All of its files, packed; made anew when it is to have other packages."""
    packed = settings.build / "installed" / f"{archive.codename()}.tar"
    content = packed.with_suffix(".content")
    wanted = " ".join([*_PACKAGES, *_BUILT_WITH])
    if not packed.exists() or content.read_text() != wanted:
        packed.unlink(missing_ok=True)
        content.write_text(wanted)
        _install(kernel.archive(settings), packed)
    return packed


def _enable(tree: Path, unit: str) -> None:
    """As `systemctl enable` does, which this host need not have."""
    target = _WANTED_BY.search((tree / _UNITS / unit).read_text())[1]
    wants = tree / "etc/systemd/system" / f"{target}.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / unit).symlink_to(f"/{_UNITS}/{unit}")


def _compile_catalog(tree: Path, log: Path) -> None:
    """As systemd's package does when files of others have come, by the journalctl of that Debian."""
    libraries = next(tree.glob("usr/lib/*/ld-linux-x86-64.so.2")).parent
    _run(log, libraries / "ld-linux-x86-64.so.2", "--library-path", f"{libraries}:{libraries}/systemd",
         tree / "usr/bin/journalctl", f"--root={tree}", "--update-catalog")


def _fill(tree: Path, lab: Lab, log: Path) -> None:
    """What is not in packages."""
    # As it was built: nothing is compiled here, with whatever flags.
    _run(log, "make", "-C", ROOT, "-o", "all", "install", f"DESTDIR={tree}", f"O={lab.settings.build}")
    for name in _EMPTY_DIRECTORIES:
        (tree / name).mkdir(parents=True, exist_ok=True)
    for path, content in _WRITTEN.items():
        (tree / path).write_text(content)
    for source, directory, name in [
            (ROOT / "services/60-pstore-fw.conf", "etc/sysctl.d", "60-pstore-fw.conf"),  # as `kdump setup` does
            (lab.kernel.image, "boot", f"vmlinuz-{lab.kernel.version}"),
            (GUEST / "functions", "usr/lib/harness", "functions"),
            (GUEST / "installed-step", "usr/lib/harness", "installed-step"),
            (GUEST / "harness-step.service", _UNITS, "harness-step.service")]:
        (tree / directory).mkdir(exist_ok=True)
        shutil.copy(source, tree / directory / name)
    for unit in ENABLED:
        _enable(tree, unit)
    _compile_catalog(tree, log)
    guestdisk.add_modules(tree, lab.kernel, _FOR_SYSTEMD)


def _make(image: Path, lab: Lab, packed: Path) -> None:
    """fakeroot keeps in mind the owners that an ordinary user cannot give; what it has not seen is root's."""
    log = image.with_suffix(".log")
    with tempfile.TemporaryDirectory(dir=image.parent) as scratch:
        tree, owners, part = (Path(scratch) / name for name in ("tree", "owners", "image"))
        tree.mkdir()
        _run(log, "fakeroot", "-s", owners, "tar", "-x", "-f", packed, "-C", tree,
             *(f"--exclude={each}" for each in _LEFT_OUT))
        _fill(tree, lab, log)
        guestdisk.fill_file_system(part, _SIZE, tree, by=["fakeroot", "-i", str(owners)])
        part.rename(image)


def _is_current(image: Path, settings: Settings, packed: Path) -> bool:
    inputs = [settings.linux_tool, settings.capture, settings.application, packed, Path(__file__),
              Path(guestdisk.__file__), *GUEST.iterdir(), ROOT / "Makefile", *(ROOT / "services").rglob("*")]
    return image.exists() and image.stat().st_mtime > max(each.stat().st_mtime for each in inputs)


def obtain(lab: Lab) -> Path:
    """The scenario is skipped where no Debian can be installed."""
    missing = [program for program in _NEEDED_PROGRAMS if not shutil.which(program)]
    if missing:
        raise SetupError(f"{', '.join(missing)} is not there: run scripts/install-deps")
    image = lab.work / "installed.img"
    with archive.locked(lab.settings.build / "installed" / "lock"):
        try:
            packed = _debian(lab.settings)
        except (archive.NotThere, _Failed) as error:
            raise Skipped(f"no Debian: {error}") from error
        if not _is_current(image, lab.settings, packed):
            _make(image, lab, packed)
    return image
