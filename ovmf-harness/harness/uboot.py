# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A machine whose firmware is U-Boot: UEFI by other people than edk2's. Its variables lie in a file of the ESP; what
it does it finds out by itself, or a script of its own says it.
"""

import re
import struct
import zlib
from pathlib import Path
from typing import Sequence

from harness import package, qemu, report, ubootfile
from harness.lab import Lab
from harness.machine import APPLICATION, BootFailed, Result, esp_with_application
from harness.settings import Settings
from harness.varstore import Variable

_BOUND_S = 120
_SCRIPT = "boot.scr"

# An image of U-Boot's own, which the command `source` takes: magic, CRC-32 of this header and of the data, what it is.
_IMAGE = struct.Struct(">IIIIIIIBBBB32s")
_IMAGE_MAGIC = 0x27051956
_LINUX, _X86_64, _TYPE_SCRIPT, _NOT_COMPRESSED = 5, 24, 6, 0

_LOAD = f"load ${{devtype}} ${{devnum}}:${{distro_bootpart}} ${{kernel_addr_r}} {APPLICATION}"
_FAILED = re.compile(r"^## Application \w+, r = (\d+)\n", re.MULTILINE)
_CURSOR = re.compile(r"\x1b[78]")


def firmware(settings: Settings) -> qemu.Firmware:
    rom = package.file(settings, "u-boot-qemu", "usr/lib/u-boot/qemu-x86_64/u-boot.rom")
    return qemu.Firmware(options=("-bios", str(rom)))


def _script_image(lines: list[str]) -> bytes:
    text = "".join(line + "\n" for line in lines).encode()
    data = struct.pack(">II", len(text), 0) + text  # one part

    def header(checksum: int) -> bytes:
        return _IMAGE.pack(_IMAGE_MAGIC, checksum, 0, len(data), 0, 0, zlib.crc32(data),
                           _LINUX, _X86_64, _TYPE_SCRIPT, _NOT_COMPRESSED, b"harness")

    return header(zlib.crc32(header(0))) + data


def _mark(name: str, what: str) -> str:
    return f"harness: {name} {what}"


def _script(commands: dict[str, str]) -> bytes:
    """What `bootargs` holds are the load options of what bootefi starts."""
    lines = [_LOAD]
    for name, arguments in commands.items():
        lines += [f"setenv bootargs {arguments}", f"echo {_mark(name, 'begins')}", "bootefi ${kernel_addr_r}",
                  f"echo {_mark(name, 'ends')}"]
    return _script_image([*lines, "reset"])


def _result(name: str, arguments: str, console: str) -> Result:
    """Everything is on the console: what the application says, and what U-Boot says of its status."""
    found = re.search(f"^{_mark(name, 'begins')}\n(.*)^{_mark(name, 'ends')}\n", console, re.MULTILINE | re.DOTALL)
    if not found:
        raise BootFailed(f"the application did not return from: {arguments}")
    failed = _FAILED.search(found[1])
    out = _FAILED.sub("", found[1])
    return Result(arguments, int(failed[1]) if failed else 0, out.encode(), b"")


class UBoot:
    """`variables` are in the file before the first boot."""

    def __init__(self, lab: Lab, work: Path, variables: Sequence[Variable] = ()):
        self._lab = lab
        self._work = work
        self._boots = 0
        self._hardware = qemu.Hardware(firmware(lab.settings))
        self.last_log: Path | None = None
        self.esp = esp_with_application(lab, work / "esp.img")
        self.esp.add({ubootfile.NAME: ubootfile.make(variables)})

    @property
    def variables(self) -> bytes:
        return self.esp.read()[ubootfile.NAME]

    def firmware(self, until: bytes | None = None) -> str:
        """Boot what U-Boot finds, until the machine has been reset or has printed `until`; returns the console."""
        self._boots += 1
        self.last_log = self._work / f"{self._boots}-uboot.log"
        disk = qemu.disk(self.esp.image)
        with qemu.Qemu(self._lab.emulator, None, self.last_log, disk, self._hardware) as machine:
            machine.wait(_BOUND_S * self._lab.settings.patience, until)
            return _CURSOR.sub("", report.plain(machine.serial))

    def application(self, commands: dict[str, str]) -> dict[str, Result]:
        """Run the application, once for each set of arguments, in one boot."""
        self.esp.add({_SCRIPT: _script(commands)})
        console = self.firmware()
        return {name: _result(name, arguments, console) for name, arguments in commands.items()}
