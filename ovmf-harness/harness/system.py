# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A machine with a small real system on its disk, which can crash, and whose crash kernel then runs.

The crash kernel starts without a reset, and QEMU ends at its reboot (-no-reboot): that is how a scenario
knows that the machine came back.
"""

import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

from harness import erstfile, guestdisk, initramfs, qemu, report, varstore
from harness.lab import Lab
from harness.machine import (INIT_REACHED, KERNEL_PANIC, STEP_DONE, BootFailed, LinuxBoot, Result,
                             esp_with_application, linux_results, make_outbox, run_application, start_script, unpack)
from harness.qemu import Hardware, Qemu

SEABIOS_1_GIB = Hardware(qemu.SEABIOS, 1024)
_BOUND_S = 180
_BOOT_ATTEMPTS = 2
_STAMP = re.compile(r"^\[ *(\d+\.\d{6})\] ", re.MULTILINE)
# Lines that are written at once may change places.
_STAMP_TOLERANCE_S = 0.05
_COMMAND_LINE = "panic=-1"
_VERBOSE = "ignore_loglevel"

# What to do to the running machine when its serial console shows something.
Action = tuple[bytes, Callable[[Qemu], None]]


@dataclass(frozen=True)
class Crash:
    """One crash, from the boot before it to the end of the crash kernel."""

    boot: LinuxBoot  # what the step had delivered before
    seconds: dict[bytes, float]  # from the first mark to each mark on the serial console, and to the end
    reached: str  # what the serial log had when the system had taken over

    @property
    def serial(self) -> str:
        """Of the kernel that crashed."""
        return self._parts[0]

    @property
    def capture(self) -> str:
        """The serial log of the crash kernel; empty when none started."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        """A crash kernel that is quiet does not say its version: it begins where the time does so again. Before the
        system has taken over, kernels turn their clock back by themselves."""
        serial, latest = self.boot.serial, 0.0
        for stamp in _STAMP.finditer(serial, serial.index(self.reached)):
            seconds = float(stamp[1])
            if seconds < latest - _STAMP_TOLERANCE_S:
                return serial[:stamp.start()], serial[stamp.start():]
            latest = max(latest, seconds)
        return serial, ""


@dataclass
class System:
    """`erst` is the content of the ERST file, or None for a machine without the device; `image` a disk other
    than guestdisk's. With `has_esp` there is one with the application, which firmware with variables starts."""

    lab: Lab
    work: Path
    hardware: Hardware = SEABIOS_1_GIB
    erst: bytes | None = None
    bus: str = "virtio"
    image: Path | None = None
    kernel: Path | None = None  # other than the lab's
    base: str = ""  # more of the kernel's command line, at each boot
    verbose: bool = True  # the serial log then has every line of the kernel's log
    reached: bytes = INIT_REACHED  # what the serial log has when the system has taken over
    has_esp: bool = False
    card: qemu.Card | None = None
    devices: Sequence[str] = ()  # more of the machine
    last_log: Path | None = None
    _boots: int = 0
    _more_disks: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.disk = self.work / "system.img"
        guestdisk.copy_sparse(self.image or guestdisk.obtain(self.lab), self.disk)
        self._initramfs = initramfs.system(self.lab.kernel, guestdisk.boot_modules(self.lab.kernel, self.bus),
                                           self.lab.userland.busybox)
        self._variables = None
        if self.hardware.firmware.variables:
            self._variables = self.work / "vars.fd"
            self._variables.write_bytes(self.hardware.firmware.variables.read_bytes())
        if self.erst is not None:
            self.erst_image.write_bytes(self.erst)
        if self.has_esp:
            self.esp = esp_with_application(self.lab, self.work / "esp.img")
            self._more_disks["esp"] = self.esp.image
            self._variables.write_bytes(varstore.append(self.variable_image, start_script()))

    @property
    def erst_image(self) -> Path:
        return self.work / "erst.img"

    @property
    def variable_image(self) -> bytes:
        return self._variables.read_bytes()

    def erst_records(self) -> dict[int, bytes]:
        return erstfile.records(self.erst_image.read_bytes())

    def add_disk(self, name: str, size: str, kind: str) -> None:
        """One more, with an empty file system; the step's `disk NAME` prints its device."""
        self._more_disks[name] = self.work / f"{name}.img"
        guestdisk.make_file_system(self._more_disks[name], size, kind)

    def add_btrfs(self, names: Sequence[str], size: str) -> None:
        """Over disks of these names."""
        images = {name: self.work / f"{name}.img" for name in names}
        guestdisk.make_btrfs(list(images.values()), size)
        self._more_disks |= images

    def remove_disk(self, name: str) -> None:
        """From the next boot on."""
        del self._more_disks[name]

    def add_empty_disk(self, name: str, size: str) -> Path:
        """One more, without anything on it; its file."""
        image = self._more_disks[name] = self.work / f"{name}.img"
        subprocess.run(["truncate", "-s", size, image], check=True)
        return image

    def files(self, directory: str, disk: str = "system") -> dict[str, bytes]:
        """What is below a directory of an ext4 disk, by its path from there."""
        return guestdisk.read(self._more_disks.get(disk, self.disk), directory)

    # --- booting ---

    @property
    def _bound_s(self) -> float:
        """More memory is more to look through, under TCG."""
        return (_BOUND_S + self.hardware.memory_mib / 128) * self.lab.settings.patience

    def _new_log(self, purpose: str) -> Path:
        self._boots += 1
        self.last_log = self.work / f"{self._boots}-{purpose}.log"
        self.last_log.unlink(missing_ok=True)
        return self.last_log

    def _disks(self) -> list[str]:
        devices = qemu.disk(self.disk, "system", self.bus) + qemu.disk(self.work / "outbox", "outbox")
        for name, path in self._more_disks.items():
            devices += qemu.disk(path, name)
        devices += qemu.erst_device(self.erst_image) if self.erst is not None else []
        return devices + (self.card.devices() if self.card else [])

    def _devices(self, initrd: Path, append: str) -> list[str]:
        return [*self._disks(), *self.devices, "-kernel", str(self.kernel or self.lab.kernel.image), "-initrd", str(initrd),
                "-append", " ".join([f"console={self.lab.architecture.console}", _COMMAND_LINE, _VERBOSE if self.verbose else "", self.base, append])]

    def _start(self, log: Path, devices: list[str]) -> Qemu:
        return Qemu(self.lab.emulator, self._variables, log, devices, self.hardware, [self.card] if self.card else [])

    def _observe(self, log: Path, devices: list[str], actions: Sequence[Action], bound_s: float,
                 ) -> dict[bytes, float]:
        """Boot, wait for each mark in turn and act on it, then for the end. When each came."""
        came = {}
        with self._start(log, devices) as machine:
            for mark, act in actions:
                machine.wait(bound_s, mark)
                if mark in machine.serial:
                    came[mark] = time.monotonic()
                    act(machine)
            machine.wait(bound_s)
            came[b""] = time.monotonic()
        return {mark: at - min(came.values()) for mark, at in came.items()}

    def _boot(self, initrd: Path, append: str, purpose: str, reached: bytes,
              actions: Sequence[Action] = (), bound_s: float = 0) -> tuple[str, dict[bytes, float]]:
        """Kernels die now and then under TCG before they reach init; only such a boot is made again."""
        make_outbox(self.work / "outbox")
        for _ in range(_BOOT_ATTEMPTS):
            log = self._new_log(purpose)
            try:
                seconds = self._observe(log, self._devices(initrd, append), actions,
                                        bound_s * self.lab.settings.patience or self._bound_s)
            except qemu.Hang:
                if reached in log.read_bytes():
                    raise
            serial = log.read_bytes()
            if reached in serial:
                return report.plain(serial), seconds
        raise BootFailed(f"Linux did not reach {reached.decode()!r} in {_BOOT_ATTEMPTS} attempts")

    def _initrd(self, script: str, files: Mapping[str, bytes]) -> Path:
        path = self.work / "initrd"
        step = {f"run/{name}": content for name, content in files.items()} | {"run/step": script.encode()}
        path.write_bytes(self._initramfs + initramfs.files(step))
        return path

    def _delivered(self, serial: str) -> LinuxBoot:
        kept = unpack(self.work / "outbox")
        return LinuxBoot(linux_results(kept), kept, serial)

    def linux(self, script: str, files: Mapping[str, bytes] = {}, append: str = "",
              bound_s: float = 0) -> LinuxBoot:
        """Boot the system and run a shell script in it, as root, in /run, where `files` are."""
        serial, _ = self._boot(self._initrd(script, files), append, "linux", self.reached, bound_s=bound_s)
        if STEP_DONE.decode() not in serial:
            raise BootFailed(f"the serial log has no {STEP_DONE.decode()!r}")
        return self._delivered(serial)

    def crash(self, script: str = "crash\n", files: Mapping[str, bytes] = {}, append: str = "",
              actions: Sequence[Action] = ((KERNEL_PANIC, lambda _: None),), bound_s: float = 0) -> Crash:
        """The same with a script that crashes the kernel; ends when the machine has come back."""
        initrd = self._initrd(script, files)
        serial, seconds = self._boot(initrd, append, "crash", self.reached, actions, bound_s)
        if STEP_DONE.decode() in serial:
            raise BootFailed("the kernel did not crash")
        return Crash(self._delivered(serial), seconds, self.reached.decode())

    @contextmanager
    def serving(self, script: str, files: Mapping[str, bytes], ready: bytes) -> Iterator[Qemu]:
        """Boot the system with a script that never ends, and go on when its serial log has `ready`. In the end
        its power goes."""
        make_outbox(self.work / "outbox")
        log = self._new_log("serving")
        with self._start(log, self._devices(self._initrd(script, files), "")) as machine:
            machine.wait(self._bound_s, ready)
            yield machine

    def application(self, commands: dict[str, str]) -> dict[str, Result]:
        """Run the application on the ESP, once for each set of arguments, in one boot."""
        def boot() -> None:
            self._observe(self._new_log("application"), self._disks(), (), self._bound_s)

        return run_application(self.esp, self._boots + 1, commands, {}, boot)

    def start(self, initrd: bytes, append: str, reached: bytes) -> str:
        """Boot an initramfs that is none of the harness's. Its serial log."""
        path = self.work / "initrd"
        path.write_bytes(initrd)
        return self._boot(path, append, "start", reached)[0]
