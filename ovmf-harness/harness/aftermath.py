# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An installed Debian whose kernel panics for real, and what people find on it after the reboot.

Nothing is done by hand but the crash: what arms, archives and tells is what the boot starts. A row of `Look` is a
command of theirs in the next boot, with the exit status and the pattern that its output has to have.
"""

import re
from dataclasses import dataclass

from harness import check, dumps, erstfile, esp, installed, kdump
from harness.machine import LinuxBoot
from harness.qemu import Hardware
from harness.scenario import Run
from harness.system import Crash, System

_OVMF_1_GIB = Hardware(memory_mib=1024)
_SYSTEMD_RUNS = b"systemd[1]: "
# Nobody but the kernel writes on the serial console, so that its lines are whole; TERM is systemd's, which since 257
# resets a terminal that is no dumb one.
_QUIET = "systemd.show_status=no systemd.getty_auto=no TERM=dumb"
# Eight times what a boot takes under TCG on a machine that does nothing else.
_BOUND_S = 320
_MASKED = "systemd.mask=systemd-pstore.service"


@dataclass(frozen=True)
class Way:
    """Where a panic goes."""

    name: str  # as in the event's name
    erst: bool = False
    append: str = ""
    loaded: str = "0"  # whether our service loads a crash kernel


ERST = Way("erst", erst=True)
EFI = Way("efi")
# No store is left, so the default, path = auto, is kdump.
KDUMP = Way("kdump", append=f"efi=noruntime {kdump.RESERVED}", loaded="1")


@dataclass(frozen=True)
class Look:
    name: str
    command: str
    status: int
    finds: str


_NOTHING = r"\A\s*\Z"

_BEFORE = (
    Look("armed", "systemctl is-active pstore-fw-kdump", 0, "^active$"),
    Look("settings", "cat /proc/sys/kernel/panic", 0, "^10$"),
)

_ALWAYS = (
    Look("failed", "systemctl --failed --plain --no-legend", 0, _NOTHING),
    Look("cycles", "journalctl --boot --quiet --grep=ordering.cycle", 1, _NOTHING),
    Look("boots", "journalctl --list-boots --no-pager", 0, "^ *-1 "),
    Look("esp", "findmnt --noheadings --output FSTYPE /boot/efi", 0, "^vfat$"),
)
_AS_SHIPPED = (Look("archival", "systemctl is-enabled systemd-pstore", 0, "^enabled$"),)
_AS_MASKED = (Look("archival", "systemctl is-enabled systemd-pstore", 1, "^masked-runtime$"),)

# systemd-pstore has moved it away.
_ARCHIVED = (
    Look("archived", "systemctl is-active systemd-pstore", 0, "^active$"),
    Look("pstore", "ls /sys/fs/pstore", 0, _NOTHING),
)


def _told(way: Way) -> tuple[Look, ...]:
    """What is so on each way, and with systemd-pstore or without: the crash was collected at boot."""
    return (
        Look("collect", "journalctl --boot --quiet --output=cat --unit=pstore-fw-collect", 0,
             r"(?s)\A((?!Failed).)*^Finished "),
        Look("list", "pstore-fw list", 0, rf"^\d{{8}}T\d{{6}}Z-{way.name}-panic1 "),
        Look("show", "pstore-fw show", 0, f"Kernel panic - not syncing: {kdump.SYSRQ}$"),
        Look("explain", "pstore-fw explain", 0, kdump.SYSRQ),
        Look("overview", "pstore-fw", 0, rf"\Akernel panic: {kdump.SYSRQ}$"),
        Look("check", "pstore-fw check", 0, "^crashes: 1 in the last 30 days"),
        Look("journal", "journalctl --boot --quiet --output=cat PSTORE_FW_REASON=panic", 0, "."),
        Look("metrics", "cat /var/lib/prometheus/node-exporter/pstore_fw.prom", 0,
             r'^pstore_fw_crashes_total\{reason="panic",signature="[0-9a-f]{16}"\} 1$'),
    )


def _script(looks: tuple[Look, ...]) -> str:
    return "".join(f"run {look.name} {look.command}\n" for look in looks)


def _check(boot: LinuxBoot, looks: tuple[Look, ...]) -> None:
    for look in looks:
        result = boot.results[look.name]
        check.status(result, look.status)
        check.matches(f"what is printed by: {look.command}", result.text, look.finds)


def _machine(test: Run, way: Way, archives: bool) -> System:
    system = test.system(
        image=installed.obtain(test.lab), hardware=_OVMF_1_GIB, reached=_SYSTEMD_RUNS,
        erst=bytes(erstfile.SIZE) if way.erst else None,
        base=f"{_QUIET} {way.append} {'' if archives else _MASKED}")
    system.attach("esp", esp.Esp.create(system.work / "esp.img").image)
    return system


def _panic(system: System, way: Way) -> Crash:
    looks = (*_BEFORE, Look("loaded", "cat /sys/kernel/kexec_crash_loaded", 0, f"^{way.loaded}$"))
    crashed = system.crash(f"{_script(looks)}crash\n", bound_s=_BOUND_S)
    _check(crashed.boot, looks)
    check.equal("whether a crash kernel started", bool(crashed.capture), way is KDUMP)
    return crashed


def _archive_log(files: dict[str, bytes]) -> bytes:
    """Joined from the records that systemd-pstore has moved."""
    return dumps.joined({path: text for path, text in files.items() if re.search(r"/dmesg-\w+-\d+$", path)})


def _check_log(log: bytes, crashed: Crash) -> None:
    dumps.check_on_serial(log, crashed.serial)
    check.matches("the log", log.decode(), f"Kernel panic - not syncing: {kdump.SYSRQ}$")


def find(test: Run, way: Way, archives: bool) -> None:
    """A panic that goes this way, with systemd-pstore as Debian ships it or masked."""
    with test.step("a Debian boots under OVMF and panics"):
        system = _machine(test, way, archives)
        crashed = _panic(system, way)
    moved = archives and way is not KDUMP
    looks = (*_told(way), *_ALWAYS, *(_AS_SHIPPED if archives else _AS_MASKED), *(_ARCHIVED if moved else ()))
    with test.step("it boots again; the crash is found"):
        seen = system.linux(f"{_script(looks)}keep archive /var/lib/systemd/pstore\n", bound_s=_BOUND_S)
        _check(seen, looks)
    with test.step("its log is what was on the serial console"):
        _check_log(seen.results["show"].out, crashed)
        if moved:
            _check_log(_archive_log(dumps.below(seen.files, "archive")), crashed)
        if way is KDUMP:
            kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)
