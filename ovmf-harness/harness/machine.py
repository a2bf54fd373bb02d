# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A machine with its stores (EFI variables, ERST, ESP), and the ways to boot it."""

import socket
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, ContextManager, Iterator, Mapping, Sequence

from harness import erstfile, esp, initramfs, qemu, report, shell, varstore
from harness.architecture import X86_64
from harness.lab import Lab
from harness.loadoption import start_program
from harness.nbd import Disk

# Three to ten times what a boot takes under TCG.
_BOUND_S = 120
_BOOT_ATTEMPTS = 2
_OUTBOX_BYTES = 16 * 1024 * 1024
APPLICATION = "EFI/pstore-fw/pstore-fwx64.efi"  # on the ESP
_SCRIPT = "harness.nsh"
_INTO_DIRECTORY = ["echo -off", "fs0:", r"cd \EFI\pstore-fw"]
_KERNEL, _INITRD = "EFI/harness/vmlinuz.efi", "EFI/harness/initrd"
# ignore_loglevel: the serial log then has every line that pstore keeps.
_KERNEL_ARGUMENTS = "panic=-1 ignore_loglevel"
SCREEN_IS_COMPLETE = b"harness: the screen is complete"
_STATUS = "harness/status"
APPLICATION_NEXT = b"harness: the application is next"
APPLICATION_DONE = b"harness: the application is done"
INIT_REACHED = b"harness: init reached"
STEP_DONE = b"harness: step done"
KERNEL_PANIC = b"Kernel panic - not syncing"


class BootFailed(Exception):
    """A boot that did not do what it was made for."""


@dataclass(frozen=True)
class Result:
    """What one command left: the same for the Linux command and the application."""

    command: str
    status: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return _lines(self.out)

    @property
    def complaint(self) -> str:
        return _lines(self.err)


def _lines(output: bytes) -> str:
    """A UEFI console ends its lines with two characters."""
    return output.decode(errors="replace").replace("\r\n", "\n")


@dataclass(frozen=True)
class LinuxBoot:
    results: dict[str, Result]
    files: dict[str, bytes]  # what the step kept, by path
    serial: str


class Machine:
    """`erst` is the content of the ERST file, or None for a machine without the device. `variables` are in
    the variable store before the first boot, `boot` with them instead of the option that starts the shell. A
    `firmware` that takes no options starts the shell, as what every ESP is searched for."""

    def __init__(self, lab: Lab, work: Path, erst: bytes | None = bytes(erstfile.SIZE),
                 variables: Sequence[varstore.Variable] = (),
                 boot: Sequence[varstore.Variable] | None = None, firmware: qemu.Firmware | None = None,
                 erst_record_bytes: int | None = None):
        self._lab = lab
        self._work = work
        self._boots = 0
        firmware = firmware or lab.firmware
        self._hardware = qemu.Hardware(firmware)
        self._variables = work / "vars.fd"
        self._erst = None if erst is None else work / "erst.img"
        self._erst_record_bytes = erst_record_bytes
        self.devices: list[str] = []  # more of them, in each boot
        self.last_log: Path | None = None
        if self._erst:
            self._erst.write_bytes(erst)
        store = firmware.variables.read_bytes() if firmware.variables else b""
        self.esp = esp_with_application(lab, work / "esp.img")
        if firmware.takes_options:
            store = varstore.append(store, [*(start_script() if boot is None else boot), *variables])
        else:
            self.esp.add({lab.architecture.default_program: lab.shell,
                          "startup.nsh": crlf([f"fs0:\\{_SCRIPT}"])})
        self._variables.write_bytes(store)

    # --- the stores, seen from the host ---

    @property
    def erst_image(self) -> bytes:
        return self._erst.read_bytes()

    @property
    def variable_image(self) -> bytes:
        return self._variables.read_bytes()

    @property
    def image_sources(self) -> dict[str, str]:
        """By store: what `pstore-fw --source` takes to read it on the host."""
        sources = {"efi": f"efi-image:{self._variables}"}
        return sources | {"erst": f"erst-image:{self._erst}"} if self._erst else sources

    # --- booting ---

    def _new_log(self, purpose: str) -> Path:
        self._boots += 1
        self.last_log = self._work / f"{self._boots}-{purpose}.log"
        self.last_log.unlink(missing_ok=True)
        return self.last_log

    def _start(self, log: Path, devices: list[str], line: socket.socket | None = None) -> qemu.Qemu:
        erst = qemu.erst_device(self._erst, self._erst_record_bytes) if self._erst else []
        return qemu.Qemu(self._lab.emulator, self._variables, log, erst + self.devices + devices, self._hardware,
                         line=line)

    def _boot(self, log: Path, devices: list[str], until: bytes | None = None) -> bytes:
        with self._start(log, devices) as machine:
            machine.wait(self.bound_s, until)
            return machine.serial

    def _boot_until_init(self, devices: list[str], purpose: str) -> bytes:
        """Kernels die now and then under TCG before they reach init; such a boot is made again, with the
        stores as they were. What happens after init is never tried twice, nor firmware that says nothing at all."""
        stores = [path for path in (self._variables, self._erst) if path]
        before = [path.read_bytes() for path in stores]
        for _ in range(_BOOT_ATTEMPTS):
            log = self._new_log(purpose)
            try:
                serial = self._boot(log, devices)
            except qemu.Hang:
                if INIT_REACHED in log.read_bytes() or not log.read_bytes():
                    raise
                serial = b""
            if INIT_REACHED in serial:
                return serial
            for path, content in zip(stores, before):
                path.write_bytes(content)
        raise BootFailed(f"Linux did not reach init in {_BOOT_ATTEMPTS} attempts")

    def linux(self, script: str, files: Mapping[str, bytes] = {}, panics: bool = False,
              append: str = "") -> LinuxBoot:
        """Boot the kernel and run a shell script in it (guest/init has its functions), as root, with `files`
        beside. With `panics`, the kernel must panic at the script's end."""
        return self._linux(self._handed_over(script, files, panics, append), panics)

    @contextmanager
    def linux_on(self, flash: Disk, script: str, files: Mapping[str, bytes] = {}) -> Iterator[qemu.Qemu]:
        """The same, in its course, with variables in flash that is served and can be cut."""
        outbox = self._work / "outbox"
        make_outbox(outbox)
        devices = [*qemu.disk(outbox, "outbox"), *self._handed_over(script, files, False, "")]
        with qemu.Qemu(self._lab.emulator, flash, self._new_log("linux"), devices, self._hardware,
                       [flash]) as machine:
            yield machine

    def linux_from_esp(self, script: str, files: Mapping[str, bytes] = {}, panics: bool = False) -> LinuxBoot:
        """The same by the boot option of start_linux(), before which firmware does all that it does before a
        boot option: a kernel that QEMU hands over comes first."""
        self.esp.add({_KERNEL: self._lab.kernel.image.read_bytes(), _INITRD: self._initrd(script, files, panics)})
        return self._linux(qemu.disk(self.esp.image, "esp"), panics)

    def _handed_over(self, script: str, files: Mapping[str, bytes], panics: bool, append: str) -> list[str]:
        """The kernel that QEMU starts without a boot option."""
        initrd = self._work / "initrd"
        initrd.write_bytes(self._initrd(script, files, panics))
        return ["-kernel", str(self._lab.kernel.image), "-initrd", str(initrd),
                "-append", f"{self._console} {_KERNEL_ARGUMENTS} {append}"]

    @property
    def _console(self) -> str:
        return f"console={self._lab.architecture.console}"

    def _initrd(self, script: str, files: Mapping[str, bytes], panics: bool) -> bytes:
        return self._lab.initramfs + initramfs.step(script + ("\ncrash\n" if panics else ""), files)

    def _linux(self, devices: list[str], panics: bool) -> LinuxBoot:
        outbox = self._work / "outbox"
        make_outbox(outbox)
        serial = self._boot_until_init([*qemu.disk(outbox, "outbox"), *devices], "linux")
        end = KERNEL_PANIC if panics else STEP_DONE
        if end not in serial:
            raise BootFailed(f"the serial log has no {end.decode()!r}")
        kept = unpack(outbox)
        return LinuxBoot(linux_results(kept), kept, report.plain(serial))

    def firmware(self, purpose: str = "firmware", until: bytes | None = None) -> None:
        """Boot what the boot options say, until the machine has switched itself off or has printed `until`."""
        self._boot(self._new_log(purpose), qemu.disk(self.esp.image), until)

    @contextmanager
    def in_hand(self, purpose: str, devices: Sequence[str]) -> Iterator[qemu.Qemu]:
        """Boot what the boot options say, with somebody before the screen."""
        with self._start(self._new_log(purpose), [*devices]) as machine:
            yield machine

    def running(self, purpose: str, devices: Sequence[str]) -> ContextManager[qemu.Qemu]:
        """The same with the ESP, to be talked to meanwhile."""
        return self.in_hand(purpose, [*qemu.disk(self.esp.image), *devices])

    def run_script(self, lines: list[str]) -> None:
        """What the next boot does, in the UEFI shell."""
        self.esp.add({_SCRIPT: crlf(lines)})

    def application(self, commands: dict[str, str], files: Mapping[str, bytes] = {},
                    program: str | None = None) -> dict[str, Result]:
        """Run the application, or another program out of `files`, in the UEFI shell, once for each set of
        arguments, in one boot, in its directory on the ESP, with `files` beside it."""
        return run_application(self.esp, self._boots + 1, commands, files, lambda: self.firmware("application"),
                               program or self._lab.architecture.application)

    @contextmanager
    def with_line(self, arguments: str, before: Sequence[str] = ()) -> Iterator[tuple[qemu.Qemu, socket.socket]]:
        """The machine while it runs the application in the UEFI shell, after the lines before, with its output on the
        screen and on the serial line whose far end is the socket: APPLICATION_NEXT, the output, APPLICATION_DONE, and
        the machine switches itself off. exit_status() has the status then."""
        lines = [*_INTO_DIRECTORY, *before, "cls", f"echo {APPLICATION_NEXT.decode()}",
                 f"{self._lab.architecture.application} {arguments}",
                 "echo %lasterror% >a \\{}".format(_STATUS.replace("/", "\\")),
                 f"echo {APPLICATION_DONE.decode()}", "reset -s"]
        self.run_script(lines)
        self.esp.add({"harness/started": b""})
        far, near = socket.socketpair()
        far.settimeout(_BOUND_S * self._lab.settings.patience)
        with far:
            with near:
                machine = self._start(self._new_log("line"), qemu.disk(self.esp.image), near)
            with machine:
                yield machine, far

    def exit_status(self) -> int:
        return int(self.esp.read("harness")["status"], 16)

    @property
    def bound_s(self) -> float:
        """For whatever a running machine has to do."""
        return _BOUND_S * self._lab.settings.patience

    @contextmanager
    def on_screen(self, arguments: str, devices: Sequence[str] = ()) -> Iterator[qemu.Qemu]:
        """Run the application in the UEFI shell, which prints SCREEN_IS_COMPLETE behind it."""
        lines = [*_INTO_DIRECTORY, "cls", f"{self._lab.architecture.application} {arguments}",
                 f"echo {SCREEN_IS_COMPLETE.decode()}"]
        self.run_script(lines)
        with self._start(self._new_log("screen"), [*qemu.disk(self.esp.image), *devices]) as machine:
            yield machine

    def shell(self, lines: list[str]) -> dict[str, bytes]:
        """Run these lines in the UEFI shell, in the application's directory, and return what is on the ESP then."""
        self.run_script([*_INTO_DIRECTORY, *lines, "reset -s"])
        self.firmware("shell")
        return self.esp.read()

    def screenshot(self, arguments: str, picture: Path) -> None:
        """Keep what the application leaves on the screen, as a PNG file."""
        with self.on_screen(arguments) as machine:
            machine.wait(self.bound_s, SCREEN_IS_COMPLETE)
            machine.screendump(picture)


def start_script() -> list[varstore.Variable]:
    """Make the firmware run, in the UEFI shell, what run_application() puts on the ESP."""
    return shell.start(f"fs0:\\{_SCRIPT}")


def start_linux() -> list[varstore.Variable]:
    """Make the firmware start what linux_from_esp() puts on the ESP."""
    kernel, initrd = ("\\" + path.replace("/", "\\") for path in (_KERNEL, _INITRD))
    return start_program(kernel, f"initrd={initrd} console={X86_64.console} {_KERNEL_ARGUMENTS}")


def esp_with_application(lab: Lab, image: Path) -> esp.Esp:
    made = esp.Esp.create(image)
    made.add({f"EFI/pstore-fw/{lab.architecture.application}": lab.application.read_bytes(),
              shell.FILE: lab.shell})
    return made


def run_application(on: esp.Esp, number: int, commands: dict[str, str], files: Mapping[str, bytes],
                    boot: Callable[[], None], application: str = X86_64.application) -> dict[str, Result]:
    """Once for each set of arguments, in the machine's boot of this number, with `files` beside it."""
    out = f"harness/{number}"
    beside = {f"EFI/pstore-fw/{name}": data for name, data in files.items()}
    on.add({**beside, _SCRIPT: _shell_script(out, commands, application), f"{out}/started": b""})
    boot()
    written = on.read(out)
    return {name: _shell_result(name, arguments, written) for name, arguments in commands.items()}


def crlf(lines: list[str]) -> bytes:
    """A file of these lines, as the UEFI shell has them."""
    return "".join(line + "\r\n" for line in lines).encode()


def _shell_script(out: str, commands: dict[str, str], application: str) -> bytes:
    """The UEFI shell script that keeps each command's outputs and exit status in a directory of the ESP."""
    out = out.replace("/", "\\")
    lines = [*_INTO_DIRECTORY]
    for name, arguments in commands.items():
        lines.append(f"{application} {arguments} >a \\{out}\\{name}.out 2>a \\{out}\\{name}.err")
        lines.append(f"echo %lasterror% >a \\{out}\\{name}.status")
    lines.append("reset -s")
    return crlf(lines)


def _shell_result(name: str, arguments: str, written: dict[str, bytes]) -> Result:
    status = written.get(f"{name}.status", b"").strip()
    if not status:
        raise BootFailed(f"the application did not return from: {arguments}")
    out, err = (written.get(f"{name}.{kind}", b"") for kind in ("out", "err"))
    return Result(arguments, int(status, 16), out, err)


def make_outbox(outbox: Path) -> None:
    outbox.unlink(missing_ok=True)
    with open(outbox, "wb") as disk:
        disk.truncate(_OUTBOX_BYTES)


def unpack(outbox: Path) -> dict[str, bytes]:
    """What the guest delivered, by path."""
    try:
        with tarfile.open(outbox, "r:") as archive:
            return {member.name.removeprefix("./"): archive.extractfile(member).read()
                    for member in archive if member.isfile()}
    except tarfile.ReadError as error:
        raise BootFailed(f"the guest delivered nothing: {error}") from error


def linux_results(kept: dict[str, bytes]) -> dict[str, Result]:
    names = [path.removesuffix(".status") for path in kept if path.endswith(".status") and "/" not in path]
    return {name: Result(name, int(kept[f"{name}.status"]), kept[f"{name}.out"], kept[f"{name}.err"])
            for name in names}
