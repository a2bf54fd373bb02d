# SPDX-License-Identifier: BSD-2-Clause-Patent
"""One QEMU process: started, waited for with a bound, never left behind."""

import json
import shlex
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence

from harness.architecture import AARCH64, X86_64, Architecture
from harness.nbd import Disk

_IN_OVMF = Path("/usr/share/OVMF")
_IN_AAVMF = Path("/usr/share/AAVMF")
OVMF_VARIABLES = _IN_OVMF / "OVMF_VARS_4M.fd"

_running: set["Qemu"] = set()
_lock = threading.Lock()
_stopping = threading.Event()


# How often a running machine is looked at, in seconds.
_GLANCE_S = 0.2
_MIGRATION_GLANCE_S = 0.02
# What a machine is started with that goes on from where another was saved.
WAITS = ["-incoming", "defer"]


class Hang(Exception):
    """The machine did not end by itself."""


class Stopped(Exception):
    """The run is being given up; no machine may start any more."""


def kill_all() -> None:
    _stopping.set()
    with _lock:
        for qemu in list(_running):
            qemu.kill()


@dataclass(frozen=True)
class Firmware:
    """SeaBIOS is what QEMU has when nothing else is said: no code of its own, no variables."""

    code: Path | None = None
    variables: Path | None = None  # the store that a new machine gets a copy of
    machine: str = "q35"
    options: tuple[str, ...] = ()
    takes_writes: bool = True  # the flash of the variables
    takes_options: bool = True  # boot options, in a store that is there before its first boot
    architecture: Architecture = X86_64


SEABIOS = Firmware()
OVMF = Firmware(_IN_OVMF / "OVMF_CODE_4M.fd", OVMF_VARIABLES)
# Half the size, which is reclaimed in a fraction of the time; newer distributions have it no more.
OVMF_SMALL = Firmware(_IN_OVMF / "OVMF_CODE.fd", _IN_OVMF / "OVMF_VARS.fd")
# The first says success of each write and loses it; the second has no flash and keeps variables in memory.
OVMF_READ_ONLY = Firmware(OVMF.code, OVMF.variables, takes_writes=False)
OVMF_IN_MEMORY = Firmware(OVMF.code, takes_options=False)
# Secure Boot is on, with the keys of /usr/share/ovmf/PkKek-1-snakeoil.*, or with Microsoft's as machines are sold.
# Only firmware in system management mode may write to its flash.
_OVMF_SECURE_CODE = _IN_OVMF / "OVMF_CODE_4M.secboot.fd"
_SECURE_FLASH = ("-global", "driver=cfi.pflash01,property=secure,value=on")
OVMF_SECURE = Firmware(_OVMF_SECURE_CODE, _IN_OVMF / "OVMF_VARS_4M.snakeoil.fd", "q35,smm=on", _SECURE_FLASH)
# The same build without keys, so that it starts anything.
OVMF_SECURE_WITHOUT_KEYS = Firmware(_OVMF_SECURE_CODE, OVMF_VARIABLES, "q35,smm=on", _SECURE_FLASH)
OVMF_MICROSOFT = Firmware(_OVMF_SECURE_CODE, _IN_OVMF / "OVMF_VARS_4M.ms.fd", "q35,smm=on", _SECURE_FLASH)
# The flash of its variables comes empty, and it makes a store there at its first boot.
AAVMF = Firmware(_IN_AAVMF / "AAVMF_CODE.fd", _IN_AAVMF / "AAVMF_VARS.fd", "virt", takes_options=False,
                 architecture=AARCH64)
# Keeps variables in a file of the ESP.
U_BOOT_AARCH64 = Firmware(machine="virt", options=("-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin"),
                          takes_options=False, architecture=AARCH64)


@dataclass(frozen=True)
class Hardware:
    firmware: Firmware
    memory_mib: int = 512  # what the guest never touches costs the host nothing


@dataclass(frozen=True)
class Emulator:
    program: str
    accelerator: str


def pflash(unit: int, path: Path | str, readonly: str = "off") -> list[str]:
    return ["-drive", f"if=pflash,format=raw,unit={unit},readonly={readonly},file={path}"]


def _served_flash(unit: int, disk: Disk) -> list[str]:
    return ["-drive", f"if=pflash,format=raw,unit={unit},file.driver=nbd,file.server.type=fd,"
                      f"file.server.str={disk.server}"]


# Its slot on the root bus, and what firmware has written to its configuration space, which QEMU does not save with
# a machine's state (its vmstate has no PCI device): command, BAR 0, BAR 1.
_ERST_SLOT = 0x1D
_ERST_CONFIGURED = (0x10, 0x14, 0x04)
_PCI_ADDRESS, _PCI_DATA = 0xCF8, 0xCFC
_PCI_ENABLE = 1 << 31


def erst_device(path: Path, record_bytes: int | None = None) -> list[str]:
    """Without the size of a record, one of QEMU's choice, or what the file says that was used already."""
    size = path.stat().st_size
    record = f",record_size={record_bytes}" if record_bytes else ""
    return ["-object", f"memory-backend-file,id=erst,mem-path={path},size={size},share=on",
            "-device", f"acpi-erst,memdev=erst,addr={_ERST_SLOT:#x}{record}"]


def display(width: int, height: int) -> list[str]:
    """Whose preferred resolution this is, which OVMF takes."""
    return ["-vga", "none", "-device", f"VGA,xres={width},yres={height}"]


# By the name of its bus: the device that a disk is.
_DISKS = {"virtio": "virtio-blk-pci", "nvme": "nvme", "ahci": "ide-hd,bus=ide.0"}


def _drive(name: str) -> str:
    return f"{name}-file"


def disk(path: Path, name: str = "disk", bus: str = "virtio") -> list[str]:
    """The name is the disk's serial number, which the guest sees, and what it is throttled by. On ahci there
    is room for one."""
    return ["-drive", f"if=none,id={_drive(name)},format=raw,cache=unsafe,file={path}",
            "-device", f"{_DISKS[bus]},id={name},drive={_drive(name)},serial={name}"]


@dataclass(frozen=True)
class Card:
    """A network card at one end of a cable: a socket of datagrams, each a packet."""

    theirs: socket.socket
    mac: str
    model: str = "virtio-net-pci"

    def devices(self) -> list[str]:
        return ["-netdev", f"socket,id=network,fd={self.theirs.fileno()}",
                "-device", f"{self.model},netdev=network,mac={self.mac}"]


def failing_disk(path: Path, name: str) -> list[str]:
    """Each write to it ends in an error."""
    return ["-blockdev", f"driver=blkdebug,node-name={name}-file,image.driver=file,image.filename={path},"
                         "inject-error.0.event=none,inject-error.0.iotype=write",
            "-device", f"virtio-blk-pci,drive={name}-file,werror=report"]


def read_only_disk(path: Path, name: str = "disk") -> list[str]:
    drive, *device = disk(path, name)[1:]
    return ["-drive", f"{drive},readonly=on", *device]


def stick(path: Path, name: str = "stick") -> list[str]:
    """A disk on USB, which can be pulled out: see Qemu.pull_out()."""
    return [*disk(path, name)[:2], "-device", "qemu-xhci,id=usb",
            "-device", f"usb-storage,bus=usb.0,id={name},drive={_drive(name)},removable=on"]


def _flash(firmware: Firmware, variables: Path | Disk | None) -> list[str]:
    if not firmware.code:
        return [*firmware.options]
    code = [*firmware.options, *pflash(0, firmware.code, readonly="on")]
    if not firmware.variables:
        return code
    if isinstance(variables, Disk):
        return [*code, *_served_flash(1, variables)]
    return [*code, *pflash(1, variables, readonly="off" if firmware.takes_writes else "on")]


def _serial(log: Path, line: socket.socket | None) -> list[str]:
    if line is None:
        return ["-serial", f"file:{log}"]
    return ["-chardev", f"socket,id=line,fd={line.fileno()}", "-serial", "chardev:line"]


@dataclass(frozen=True)
class Saved:
    """A machine that others go on from; it has an ERST device."""

    state: Path
    erst_configured: dict[int, int]  # by register


class Qemu:
    """A running machine. Its serial console goes to a file, or to a socket of which this end is QEMU's, its own
    complaints to a second file beside the first. `variables` is None for a firmware that has none; `disks` are
    those that are served to it, its flash among them, and network cards."""

    def __init__(self, emulator: Emulator, variables: Path | Disk | None, serial_log: Path, devices: list[str],
                 hardware: Hardware, disks: Sequence[Disk | Card] = (), line: socket.socket | None = None):
        self.serial_log = serial_log
        self.complaints = serial_log.with_suffix(".qemu")
        self._qmp = None
        architecture = hardware.firmware.architecture
        self._exception = architecture.exception
        processor = architecture.processor if emulator.accelerator == "tcg" else ()
        ours, theirs = socket.socketpair()
        # With more than one processor, kernels from 6.12 on die early now and then under TCG. Without a boot
        # menu, OVMF starts the first boot option at once.
        command = ["setpriv", "--pdeathsig", "KILL", emulator.program,
                   "-machine", hardware.firmware.machine, "-accel", emulator.accelerator,
                   *processor, "-smp", "1", "-m", str(hardware.memory_mib),
                   "-display", "none", "-nic", "none", "-no-reboot",
                   *_serial(serial_log, line),
                   # A socket that is handed over needs no path, so none can be too long.
                   "-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-qmp", "chardev:qmp",
                   *_flash(hardware.firmware, variables), *devices]
        handed_over = [theirs, *([line] if line else []), *(disk.theirs for disk in disks)]
        with _lock, theirs, open(self.complaints, "wb") as complaints:
            if _stopping.is_set():
                ours.close()
                raise Stopped
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=complaints,
                                             stderr=complaints,
                                             pass_fds=[each.fileno() for each in handed_over])
            _running.add(self)
        self._socket = ours

    def __enter__(self) -> "Qemu":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        with _lock:
            _running.discard(self)
        self._process.wait()
        self._socket.close()

    def kill(self) -> None:
        self._process.kill()

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def has_complained(self) -> bool:
        return self.complaints.stat().st_size > 0

    @property
    def serial(self) -> bytes:
        return self.serial_log.read_bytes() if self.serial_log.exists() else b""

    def _glance(self) -> bool:
        """True when the machine has ended."""
        try:
            self._process.wait(_GLANCE_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait(self, bound_s: float, until: bytes | None = None) -> None:
        """Wait for the machine's end, or for this text on its serial console."""
        deadline = time.monotonic() + bound_s
        while not self._glance() and not (until and until in self.serial):
            if self._exception in self.serial:
                raise Hang("the firmware, or what runs on it, died of an exception")
            if time.monotonic() > deadline:
                raise Hang(f"the machine did not end within {bound_s:.0f} s")
        if _stopping.is_set():
            raise Stopped

    def _ask(self, command: str, **arguments: Any) -> Any:
        if self._qmp is None:
            self._qmp = self._socket.makefile("rw")
            self._qmp.readline()  # the greeting
            self._ask("qmp_capabilities")
        self._qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._qmp.flush()
        while "return" not in (answer := json.loads(self._qmp.readline())):
            if "error" in answer:
                raise RuntimeError(f"QMP {command}: {answer['error']['desc']}")
        return answer["return"]

    def press(self, *keys: str) -> None:
        """Keys of the keyboard, as QEMU calls them: "a", "1", "ret", "pgdn"."""
        for key in keys:
            self._ask("send-key", keys=[{"type": "qcode", "data": key}])

    def screendump(self, path: Path) -> None:
        """The screen as a PNG file."""
        self._ask("screendump", filename=str(path), format="png")

    def _monitor(self, line: str) -> str:
        return self._ask("human-monitor-command", **{"command-line": line})

    def _select_erst(self, register: int) -> None:
        self._monitor(f"o /w {_PCI_ADDRESS:#x} {_PCI_ENABLE | _ERST_SLOT << 11 | register:#x}")

    def _erst_configured(self) -> dict[int, int]:
        values = {}
        for register in _ERST_CONFIGURED:
            self._select_erst(register)
            values[register] = int(self._monitor(f"i /w {_PCI_DATA:#x}").split("=")[1], 16)
        return values

    def _configure_erst(self, values: dict[int, int]) -> None:
        for register, value in values.items():
            self._select_erst(register)
            self._monitor(f"o /w {_PCI_DATA:#x} {value:#x}")

    def save(self, state: Path, bound_s: float) -> Saved:
        """Stop, and keep what another machine of the same devices goes on from (resume()): all but what lies in
        files that the machine shares, and what is on its disks."""
        self._ask("stop")
        self._migrate("migrate", f"exec:cat > {shlex.quote(str(state))}", bound_s)
        return Saved(state, self._erst_configured())

    def resume(self, saved: Saved, bound_s: float) -> None:
        """Of a machine that was started with WAITS."""
        self._migrate("migrate-incoming", f"exec:cat {shlex.quote(str(saved.state))}", bound_s)
        self._configure_erst(saved.erst_configured)
        self._ask("cont")

    def _migrate(self, command: str, uri: str, bound_s: float) -> None:
        self._ask("migrate-set-capabilities",
                  capabilities=[{"capability": name, "state": True} for name in ("x-ignore-shared", "events")])
        self._ask(command, uri=uri)
        deadline = time.monotonic() + bound_s
        while (status := self._ask("query-migrate").get("status")) != "completed":
            if status == "failed" or self.ended or time.monotonic() > deadline:
                raise Hang(f"QMP {command}: {status}")
            time.sleep(_MIGRATION_GLANCE_S)

    def pull_out(self, name: str) -> None:
        self._ask("device_del", id=name)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing runs, and what was written is in the disks' files."""
        self._ask("stop")
        yield
        self._ask("cont")

    def inject_nmi(self) -> None:
        self._ask("inject-nmi")

    def stall(self, disk_name: str) -> None:
        """Make a disk hang: it has a byte a second, so what is asked of it after the next request waits for
        longer than any bound."""
        others = dict.fromkeys(("bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"), 0)
        self._ask("block_set_io_throttle", device=_drive(disk_name), bps=1, **others)
