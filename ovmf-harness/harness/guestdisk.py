# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The disk of a small real system: kernel, modules, busybox, the Linux command, and what a kdump needs.

Made as an ordinary user, without mounting: mkfs.ext4 fills the file system from a directory. It is made once
for each kernel and anew when the command has changed; each machine gets a sparse copy.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Sequence

from harness import archive, tools
from harness.initramfs import GUEST
from harness.kernel import Kernel
from harness.lab import Lab
from harness.settings import Settings, SetupError
from harness.userland import BUSYBOX, Userland

UUID = "5c2f7d0e-3d0b-4b57-9c1e-0c5d2a7f4e11"
_HASH_SEED = "b1a2c3d4-0000-4000-8000-000000000001"
_SIZE = "2G"
_NEEDED_PROGRAMS = ["mkfs.ext4", "e2fsck", "debugfs", "depmod"]

# The modules that the system is started by, by the bus that its disk is on.
BUSES = {"virtio": ["virtio_pci", "virtio_blk"], "nvme": ["nvme"], "ahci": ["ahci", "sd_mod"]}
# What a module asks for by name only when it runs, so that no dependency tells.
_ASKED_FOR = ["crc32c_generic", "crc32c_intel", "crc32_pclmul", "xxhash_generic", "blake2b_generic",
              "sha256_generic", "libcrc32c", "nls_cp437", "nls_ascii", "nls_iso8859_1", "nls_utf8"]
_ROOT = ["ext4", "crc32c_generic"]
_FOR_TARGETS = ["xfs", "btrfs", "vfat", "nfsv3", "nfsv4"]
_FOR_NETWORK = ["virtio_net", "e1000e", "nfsd"]
_FOR_STACKS = ["dm_mod", "dm_mirror", "dm_snapshot", "dm_thin_pool", "dm_raid", "raid1", "raid10", "raid456"]
_FOR_STORES = ["efivarfs", "efi_pstore"]
_WATCHDOGS = ["i6300esb", "iTCO_wdt", "lpc_ich"]
_EMPTY_DIRECTORIES = ["dev", "proc", "sys", "tmp", "run", "out", "mnt", "root", "etc/pstore-fw", "var/lib",
                      "usr/bin"]


def boot_modules(kernel: Kernel, bus: str) -> list[str]:
    """The outbox is on virtio whatever the system's disk is on."""
    return kernel.those_it_has([*BUSES[bus], *BUSES["virtio"], *_ROOT])


def _wanted_modules(kernel: Kernel) -> list[str]:
    buses = [name for names in BUSES.values() for name in names]
    return kernel.those_it_has([*buses, *_ROOT, *_ASKED_FOR, *_FOR_TARGETS, *_FOR_STACKS, *_FOR_NETWORK,
                                *_FOR_STORES, *_WATCHDOGS])


def add_modules(tree: Path, kernel: Kernel, more: Sequence[str] = ()) -> None:
    """As they were packaged, with the lists that depmod makes of them."""
    target = tree / "lib/modules" / kernel.version
    paths = kernel.module_paths()
    for name, _ in kernel.load_order([*_wanted_modules(kernel), *kernel.those_it_has(more)]):
        copy = target / paths[name].relative_to(kernel.modules)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths[name], copy)
    for listing in kernel.modules.glob("modules.*"):
        if listing.name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
            shutil.copy(listing, target)
    subprocess.run(["depmod", "-b", tree, kernel.version], check=True, capture_output=True)


def _add_busybox(tree: Path) -> None:
    applets = subprocess.run([BUSYBOX, "--list"], check=True, capture_output=True, text=True).stdout.split()
    (tree / "bin").mkdir(exist_ok=True)
    for applet in applets:
        place = tree / "bin" / applet
        if not place.exists():
            place.symlink_to("busybox")


def our_files(userland: Userland) -> dict[str, bytes]:
    """As `make install` puts them."""
    return {
        "usr/local/bin/pstore-fw": userland.linux_tool.read_bytes(),
        "usr/local/lib/pstore-fw/pstore-fw-capture": userland.capture.read_bytes(),
    }


def _files(userland: Userland, kernel: Kernel) -> dict[str, bytes]:
    files = tools.files(userland) | userland.libraries(userland.linux_tool)
    return files | our_files(userland) | {
        f"boot/vmlinuz-{kernel.version}": kernel.image.read_bytes(),
        "bin/busybox": userland.busybox.read_bytes(),
        "sbin/init": (GUEST / "system-init").read_bytes(),
        "lib/harness/functions": (GUEST / "functions").read_bytes(),
    }


def _fill(tree: Path, userland: Userland, kernel: Kernel) -> None:
    for directory in _EMPTY_DIRECTORIES:
        (tree / directory).mkdir(parents=True)
    for path, content in _files(userland, kernel).items():
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755)
    _add_busybox(tree)
    add_modules(tree, kernel)


_MAKE_OPTIONS = {"ext4": ["-q", "-E", "root_owner=0:0"], "xfs": ["-q"], "btrfs": ["-q"], "vfat": ["-F", "32"]}


def make_file_system(image: Path, size: str, kind: str = "ext4", options: Sequence[str] = (),
                     by: Sequence[str] = ()) -> None:
    """A disk without a partition table. `by` is what starts mkfs, where it has to be something."""
    image.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", size, image], check=True)
    subprocess.run([*by, f"mkfs.{kind}", *_MAKE_OPTIONS[kind], *options, image], check=True, capture_output=True)


def make_btrfs(images: Sequence[Path], size: str) -> None:
    """One over several disks, with everything on each of two."""
    subprocess.run(["truncate", "-s", size, *images], check=True)
    subprocess.run(["mkfs.btrfs", "-q", "-f", "-d", "raid1", "-m", "raid1", *images], check=True, capture_output=True)


def fill_file_system(image: Path, size: str, tree: Path, by: Sequence[str] = ()) -> None:
    make_file_system(image, size, "ext4", ["-U", UUID, "-E", f"hash_seed={_HASH_SEED},root_owner=0:0", "-d",
                                           str(tree)], by)


def _make(image: Path, userland: Userland, kernel: Kernel) -> None:
    with tempfile.TemporaryDirectory(dir=image.parent) as scratch:
        tree = Path(scratch) / "tree"
        _fill(tree, userland, kernel)
        part = Path(scratch) / "image"
        fill_file_system(part, _SIZE, tree)
        part.rename(image)


def _is_current(image: Path, userland: Userland) -> bool:
    inputs = [userland.linux_tool, userland.capture, Path(__file__), Path(tools.__file__), *GUEST.iterdir()]
    return image.exists() and image.stat().st_mtime > max(each.stat().st_mtime for each in inputs)


def _require(userland: Userland) -> None:
    missing = [program for program in _NEEDED_PROGRAMS if not shutil.which(program)]
    if missing:
        raise SetupError(f"{', '.join(missing)} is not there: run scripts/install-deps")
    if not userland.capture.is_file():
        raise SetupError(f"{userland.capture} is not there: run make first")


def obtain(lab: Lab) -> Path:
    _require(lab.userland)
    image = lab.work / "system.img"
    with archive.locked(image.with_suffix(".lock")):
        if not _is_current(image, lab.userland):
            _make(image, lab.userland, lab.kernel)
    return image


def copy_sparse(image: Path, copy: Path) -> None:
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", image, copy], check=True)


def read(image: Path, directory: str) -> dict[str, bytes]:
    """Every file below a directory of an ext4 disk, by its path from there; none without that directory. The
    journal is replayed in a copy: the disk itself stays as the crash left it."""
    with tempfile.TemporaryDirectory(dir=image.parent) as scratch:
        copy, top = Path(scratch) / "image", Path(scratch) / "files"
        copy_sparse(image, copy)
        # Status 1: something was mended, as the replay does.
        mended = subprocess.run(["e2fsck", "-p", copy], capture_output=True, text=True)
        if mended.returncode > 1:
            raise RuntimeError(f"e2fsck of {image}: {mended.stdout}{mended.stderr}")
        top.mkdir()
        # What it complains of are owners, which an ordinary user cannot give.
        subprocess.run(["debugfs", "-R", f"rdump {directory} {top}", copy], check=True, capture_output=True)
        below = top / Path(directory).name
        files = [path for path in below.rglob("*") if path.is_file()]
        return {str(path.relative_to(below)): path.read_bytes() for path in files}
