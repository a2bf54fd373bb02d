# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A kernel that was unpacked before it was loaded starts where a machine has page tables of five levels, and
where it has EFI; and one that unpacks itself, with unpack = no, saves the same. What is packed in a way that
is not known here is loaded as it is.
"""

import struct

from harness import check, kdump
from harness.qemu import Hardware
from harness.scenario import Run
from harness.system import System

_SETTINGS = """
cat > /etc/pstore-fw/kdump.conf << END
path = kdump
{}
END
"""
_CRASH = f"run processor cat /proc/cpuinfo\n{kdump.LOAD}crash\n"
_BEFOREHAND = "before it is loaded"


def _saves(system: System, how: str, more: str = "") -> str:
    """The processor's description."""
    crashed = kdump.crash(system, _SETTINGS.format(more) + _CRASH)
    kdump.check_unpacked(crashed.boot, how)
    kdump.comes_back(crashed)
    kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)
    return crashed.boot.results["processor"].text


def _packed_otherwise(kernel: bytes) -> bytes:
    """The same, but for what its payload begins with (Documentation/arch/x86/boot.rst)."""
    (offset,) = struct.unpack_from("<I", kernel, 0x248)
    start = (kernel[0x1f1] + 1) * 512 + offset
    return kernel[:start] + b"\2\x21\x4c\x18" + kernel[start + 4:]


def run(test: Run) -> None:
    with test.step("page tables of five levels"):
        processor = _saves(test.system("five-levels", devices=["-cpu", "max"]), _BEFOREHAND)
        check.matches("the processor's flags", processor, r"\nflags\b.* la57\b")
    with test.step("OVMF"):
        _saves(test.system("ovmf", hardware=Hardware(test.lab.firmware, 1024)), _BEFOREHAND)
    with test.step("unpack = no"):
        _saves(test.system("packed"), "by itself, after a panic: unpack = no", "unpack = no")
    with test.step("packed in another way"):
        other = _packed_otherwise(test.lab.kernel.image.read_bytes())
        script = _SETTINGS.format("kernel = /run/other") + kdump.LOAD
        seen = test.system("other").linux(script, {"other": other}, append=kdump.RESERVED)
        kdump.loads(seen)
        kdump.check_unpacked(seen, "by itself, after a panic: offset 0x248: packed by none of gzip, xz and zstd")
