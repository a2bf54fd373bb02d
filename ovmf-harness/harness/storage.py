# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Volumes of LVM, arrays of MD and file systems on them, which a guest makes of its disks by Debian's own tools.

A script finds its disks as $one, $two and so on, and the tools by SETUP, without udev, dmeventd or a terminal.
"""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import check, kdump, tools
from harness.machine import KERNEL_PANIC, LinuxBoot
from harness.qemu import Qemu
from harness.scenario import Run
from harness.system import Crash, System
from harness.tools import Tools
from harness.userland import Userland

FILE_SYSTEM = "3e1b52a0-8f0d-4b8e-a1f5-5d1c7e9b2a64"
_TOOLS = Tools("storage-tools",
               ("lvm2", "mdadm", "dmsetup", "thin-provisioning-tools", "e2fsprogs", "btrfs-progs", "fdisk"),
               ("lvm", "mdadm", "dmsetup", "thin_check", "e2fsck", "mkfs.ext4", "btrfs", "mkfs.btrfs", "sfdisk"))
_DISKS = ("one", "two", "three", "four")
_DISK_SIZE = "400M"
_LVM_CONF = b"""\
activation { udev_sync = 0 udev_rules = 0 monitoring = 0 }
devices { obtain_device_list_from_udev = 0 use_devicesfile = 0 }
global { use_lvmpolld = 0 thin_check_executable = "/run/tools/usr/sbin/thin_check" }
"""
_SETUP = b"""\
tools=/run/tools
export PATH=$tools/usr/sbin:$tools/sbin:$tools/usr/bin:$tools/bin:$PATH
export LD_LIBRARY_PATH=$tools/lib/x86_64-linux-gnu:$tools/usr/lib/x86_64-linux-gnu
export LVM_SYSTEM_DIR=$tools/lvm LVM_SUPPRESS_FD_WARNINGS=1
mkdir -p /run/lock /run/lvm
one=$(disk one) two=$(disk two) three=$(disk three) four=$(disk four)

# Everything has to work: what did not is told to the host by the name of what failed.
try() {
        "$@" > /tmp/tried 2>&1 || { say "failed: $*"; cp /tmp/tried /out/tried; }
}
"""
SETUP = ". /run/tools/setup\n"

# MD marks an array clean when nobody has written for 0.2 s; one that was not is resynced by the next boot.
AT_REST = "sync\nsleep 2\n"

# Nothing is written later by and by, so that a file system that nobody uses is at rest.
_MAKE = {
    "ext4": "mkfs.ext4 -q -U {uuid} -E lazy_itable_init=0,lazy_journal_init=0 {device}",
    "btrfs": "mkfs.btrfs -q -U {uuid} -d raid0 -m raid1 $one $two",
}
_CHECK = {"ext4": "e2fsck -f -n", "btrfs": "btrfs check --check-data-csum"}
_NEW_DIRECTORY = """
mkdir -m 700 /mnt/dumps
echo "directory = /mnt/dumps" > /etc/pstore-fw/kdump.conf
"""


@dataclass(frozen=True)
class Layout:
    """What a file system stands on: how it is made of disks, and how it is found again after a boot."""

    name: str
    disks: int
    modules: str
    make: str
    find: str
    device: str
    whole: str = ""  # what /proc/mdstat has when it is
    kind: str = "ext4"
    options: tuple[str, ...] = ()  # of the mount

    @property
    def _setup(self) -> str:
        return SETUP + f"for module in {self.modules}; do modprobe $module; done\n"

    def _mount(self, access: str = "rw") -> str:
        return f"try mount -t {self.kind} -o {','.join([access, *self.options])} {self.device} /mnt\n"

    def make_script(self) -> str:
        make = _MAKE[self.kind].format(uuid=FILE_SYSTEM, device=self.device)
        return f"{self._setup}{self.make}try {make}\n{self._mount()}{_NEW_DIRECTORY}"

    def mount_script(self) -> str:
        return f"{self._setup}{self.find}{self._mount()}"

    def look_script(self) -> str:
        check = f"cat /proc/mdstat > /out/mdstat\nrun fsck {_CHECK[self.kind]} {self.device}\n"
        return f"{self._setup}{self.find}{check}{self._mount('ro')}"


def _lvm(name: str, disks: int, modules: str, create: str, more: str = "") -> Layout:
    names = " ".join(f"${disk}" for disk in _DISKS[:disks])
    make = f"try lvm vgcreate -y vg {names}\ntry lvm lvcreate -y -Wn {create}\n{more}"
    return Layout(name, disks, f"dm_mod {modules}", make, "try lvm vgchange -ay vg\n", "/dev/vg/root")


def _md(name: str, level: str, disks: int, module: str, above: str = "", found: str = "",
        device: str = "/dev/md0") -> Layout:
    names = " ".join(f"${disk}" for disk in _DISKS[:disks])
    # Without a bitmap mdadm asks whether one is wanted.
    make = (f"try mdadm --create /dev/md0 --run --level={level} --raid-devices={disks} --metadata=1.2 "
            f"--assume-clean --bitmap=internal {names}\n{above}")
    find = f"try mdadm --assemble /dev/md0 {names}\n{found}"
    return Layout(name, disks, module, make, find, device, f"[{'U' * disks}]")


PLAIN = Layout("plain", 1, "", "", "", "$one")
# It begins on the first disk: the larger area is taken first.
LINEAR = _lvm("linear", 2, "", "-n root -L 320M vg $one:0-49 $two:0-29")
STRIPED = _lvm("striped", 2, "", "-n root -i 2 -L 320M vg")
THIN = _lvm("thin", 2, "dm_thin_pool", "-n root -L 360M -T vg/pool -V 320M")
RAID1_VOLUME = _lvm("raid1-volume", 2, "dm_raid raid1", "-n root --type raid1 -m 1 --nosync -L 320M vg")
RAID1 = _md("raid1", "1", 2, "raid1")
RAID10 = _md("raid10", "10", 4, "raid10")
RAID5 = _md("raid5", "5", 3, "raid456")
PARTITIONED = _md("partitioned-array", "1", 2, "raid1", "echo , | try sfdisk -q -X gpt /dev/md0\n", device="/dev/md0p1")
LVM_ON_MD = _md("lvm-on-md", "1", 2, "raid1 dm_mod",
                "try lvm vgcreate -y vg /dev/md0\ntry lvm lvcreate -y -Wn -n root -L 300M vg\n",
                "try lvm vgchange -ay vg\n", "/dev/vg/root")
# Any of its devices is mounted by, where all are named.
BTRFS = Layout("btrfs", 2, "btrfs", "", "", "$one", kind="btrfs", options=("device=$one", "device=$two"))
# With another volume, and a disk that holds nothing.
TO_BE_CHANGED = _lvm("to-be-changed", 3, "dm_mirror dm_snapshot", "-n root -L 320M vg $one:0-49 $two:0-29",
                     "try lvm lvcreate -y -Wn -n other -L 40M vg $two\n")
MORE_LAYOUTS = (LINEAR, STRIPED, THIN, RAID1_VOLUME, RAID1, RAID10, RAID5, PARTITIONED)


def _files(userland: Userland) -> dict[str, bytes]:
    found = {f"tools/{path}": content for path, content in tools.files(userland, _TOOLS).items()}
    return found | {"tools/lvm/lvm.conf": _LVM_CONF, "tools/setup": _SETUP}


@dataclass
class Storage:
    """A machine with empty disks for a layout."""

    system: System
    layout: Layout
    files: dict[str, bytes] = field(init=False)
    images: list[Path] = field(init=False)

    def __post_init__(self) -> None:
        self.files = _files(self.system.lab.userland)
        self.images = [self.system.add_empty_disk(name, _DISK_SIZE) for name in _DISKS[:self.layout.disks]]

    def crash(self, script: str = f"{kdump.LOAD}{AT_REST}crash\n", **more: Any) -> Crash:
        """The layout is made and mounted, then the script runs."""
        crashed = kdump.crash(self.system, self.layout.make_script() + script, files=self.files, **more)
        check_tried(crashed.boot)
        return crashed

    def boot(self, script: str = "") -> LinuxBoot:
        """Found again by what has made it."""
        seen = self.system.linux(self.layout.look_script() + script, files=self.files)
        check_tried(seen)
        return seen

    def check_sound(self, seen: LinuxBoot) -> None:
        """The file system, and each copy of it."""
        check.status(seen.results["fsck"], 0)
        check.true(f"/proc/mdstat has {self.layout.whole!r}, and nothing is under way",
                   self.layout.whole in seen.files["mdstat"].decode() and
                   "resync" not in seen.files["mdstat"].decode())


def check_tried(boot: LinuxBoot) -> None:
    check.equal("what failed in the guest", boot.files.get("tried", b"").decode(), "")


def _content(storage: Storage) -> str:
    return subprocess.run(["sha256sum", *storage.images], check=True, capture_output=True, text=True).stdout


def refuse(test: Run, name: str, change: str, complaint: str) -> None:
    """The layout changes between load and crash: the crash kernel says so, and writes to none of its disks."""
    at_panic: list[str] = []

    def look(machine: Qemu) -> None:
        with machine.paused():
            at_panic.append(_content(storage))

    with test.step(f"{name} after the load: the crash kernel refuses, and the log is on the console"):
        storage = Storage(test.system(name.replace(" ", "-")), TO_BE_CHANGED)
        crashed = storage.crash(f"echo disk_seconds = 5 >> /etc/pstore-fw/kdump.conf\n{kdump.LOAD}"
                                f"{change}\nsync\ncrash\n", actions=((KERNEL_PANIC, look),))
        kdump.comes_back(crashed)
        check.matches("the crash kernel", crashed.capture, f"pstore-fw: stack: .*{complaint}")
        kdump.check_console(crashed)
    with test.step(f"{name}: no disk has another content than at the panic"):
        check.equal("the digests of the disks", [_content(storage)], at_panic)


def survive(test: Run, layout: Layout) -> None:
    storage = Storage(test.system(layout.name), layout)
    with test.step(f"{layout.name}: Linux panics; the crash kernel saves the dump"):
        crashed = storage.crash()
        kdump.comes_back(crashed)
    with test.step(f"{layout.name}: an ordinary boot finds the dump, and all sound"):
        seen = storage.boot(kdump.READ)
        kdump.check_read(seen, crashed)
        storage.check_sound(seen)
