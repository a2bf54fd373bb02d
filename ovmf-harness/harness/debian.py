# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A disk with a minimal Debian, with systemd and kdump-tools as they come, to be compared with.

Made by debootstrap, which needs root; once, in the build directory. Both ways of saving a crash are on it, so
that they are compared on the same system.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from harness import archive, guestdisk, kernel, report
from harness.initramfs import GUEST
from harness.lab import Lab
from harness.settings import Settings, SetupError
from harness.userland import Userland

_PACKAGES = ("systemd-sysv", "udev", "kmod", "initramfs-tools", "busybox", "zstd", "linux-base",
             "kdump-tools", "makedumpfile", "kexec-tools")
_SIZE = "3G"
_FSTAB = f"UUID={guestdisk.UUID} / ext4 errors=remount-ro 0 1\n"
# What the system does not need to run.
_LEFT_OUT = ("var/cache/apt", "var/lib/apt", "usr/share/doc", "usr/share/locale", "usr/share/man")


@dataclass(frozen=True)
class Kind:
    name: str  # of its tree and its image
    packages: tuple[str, ...]


MINIMAL = Kind("debian", _PACKAGES)
# One that finds its volumes, arrays and shares by itself.
WITH_STORAGE = Kind("debian-storage", (*_PACKAGES, "lvm2", "thin-provisioning-tools", "mdadm", "nfs-common",
                                        "iproute2"))


def require_bootstrap() -> None:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise SetupError("a Debian is made by debootstrap: that package is needed, and root")


def bootstrap(tree: Path, release: str, packages: Sequence[str], mirror: str) -> None:
    """A minimal Debian with these packages; what is interrupted leaves no tree behind."""
    part = tree.with_name(tree.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.parent.mkdir(parents=True, exist_ok=True)
    report.say(f"making a minimal Debian in {tree}")
    log = tree.with_name("debootstrap.log")
    with open(log, "wb") as output:
        done = subprocess.run(["debootstrap", "--variant=minbase", f"--include={','.join(packages)}",
                               release, part, mirror], stdout=output, stderr=output)
    if done.returncode:
        raise SetupError(f"debootstrap failed, its log is {log}")
    part.rename(tree)


def tree(settings: Settings, kind: Kind = MINIMAL) -> Path:
    made = settings.build / "bench" / kind.name
    with archive.locked(made.with_suffix(".lock")):
        if not made.is_dir():
            require_bootstrap()
            bootstrap(made, archive.codename(), kind.packages, kernel.archive(settings).mirror())
            for directory in _LEFT_OUT:
                shutil.rmtree(made / directory, ignore_errors=True)
    return made


def _write(path: Path, content: bytes, mode: int = 0o755) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _add_kernel(tree: Path, guest: kernel.Kernel) -> None:
    """As installed: the image, its configuration, which mkinitramfs reads, and all modules."""
    for name in ("vmlinuz", "config", "System.map"):
        of_version = f"{name}-{guest.version}"
        for found in (guest.image.with_name(of_version), guest.modules / name):
            if found.exists():
                _write(tree / "boot" / of_version, found.read_bytes(), 0o644)
    target = tree / "lib/modules" / guest.version
    shutil.copytree(guest.modules, target, symlinks=True, dirs_exist_ok=True)
    subprocess.run(["depmod", "-b", tree, guest.version], check=True, capture_output=True)


def _add_ours(tree: Path, userland: Userland) -> None:
    """The command with its libraries where the dynamic linker looks first and nothing of Debian's lies."""
    _write(tree / "lib/harness/functions", (GUEST / "functions").read_bytes())
    _write(tree / "lib/harness/init", (GUEST / "system-init").read_bytes())
    for path, content in guestdisk.our_files(userland).items():
        _write(tree / path, content)
    for path, content in userland.libraries(userland.linux_tool).items():
        if not (tree / path).exists():
            _write(tree / path, content)


def _make(image: Path, lab: Lab, kind: Kind) -> None:
    source = tree(lab.settings, kind)
    with tempfile.TemporaryDirectory(dir=image.parent) as scratch:
        copy = Path(scratch) / "tree"
        subprocess.run(["cp", "-a", source, copy], check=True)
        for directory in ("out", "etc/pstore-fw"):
            (copy / directory).mkdir()
        _write(copy / "etc/fstab", _FSTAB.encode(), 0o644)
        _add_kernel(copy, lab.kernel)
        _add_ours(copy, lab.userland)
        part = Path(scratch) / "image"
        guestdisk.fill_file_system(part, _SIZE, copy)
        part.rename(image)


def obtain(lab: Lab, kind: Kind = MINIMAL) -> Path:
    """Made anew each time, as what is compared is the command that was built last."""
    image = lab.work / f"{kind.name}.img"
    with archive.locked(image.with_suffix(".lock")):
        image.unlink(missing_ok=True)
        _make(image, lab, kind)
    return image
