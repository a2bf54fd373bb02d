# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An installed Debian whose kernel panics for real, and what people find on it after the reboot.

Nothing is done by hand but the crash: what arms, collects, archives and tells is what the boot starts. A row of `Look`
is a command of theirs in the next boot, with the exit status and the pattern that its output has to have.
"""

import json
import re
from dataclasses import dataclass

from harness import check, dumps, erstfile, installed, kdump, varstore
from harness.dumps import Dump
from harness.machine import LinuxBoot, Result
from harness.qemu import Hardware
from harness.scenario import Run
from harness.system import Crash, System

_SYSTEMD_RUNS = b"systemd[1]: "
# Nobody but the kernel writes on the serial console, so that its lines are whole; TERM is systemd's, which since 257
# resets a terminal that is no dumb one.
_QUIET = "systemd.show_status=no systemd.getty_auto=no TERM=dumb"
# Eight times what a boot takes under TCG on a machine that does nothing else.
BOUND_S = 320
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
_EVENT = r"^\d{8}T\d{6}Z"  # where one begins in a list

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

# Moved away by systemd-pstore, or collected.
_EMPTIED = (Look("pstore", "ls /sys/fs/pstore", 0, _NOTHING),)
_ARCHIVED = (Look("archived", "systemctl is-active systemd-pstore", 0, "^active$"),)

# The verb by hand, and what the service with all that it may not would say.
_BY_HAND = Look("by-hand", "pstore-fw check --json", 0, '"verdict": ')
_BY_SERVICE = Look("by-service", "as_collect check --json", 0, '"verdict": ')
_VERDICTS = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}

# What is so in each boot after the crash.
_COLLECTED = (
    Look("collect", "journalctl --boot --quiet --output=cat --unit=pstore-fw-collect", 0,
         r"(?s)\A((?!Failed).)*^Finished "),
    Look("status", "systemctl show --property=Result,ExecMainStatus pstore-fw-collect", 0,
         r"\AResult=success\nExecMainStatus=0\n\Z"),
    Look("timer", "systemctl is-active pstore-fw-collect.timer", 0, "^active$"),
    Look("once", "journalctl --quiet --output=cat PSTORE_FW_REASON=panic", 0, r"\A.+\n\Z"),
    Look("metrics", "cat /var/lib/prometheus/node-exporter/pstore_fw.prom", 0,
         r'^pstore_fw_crashes_total\{reason="panic",signature="[0-9a-f]{16}"\} 1$'),
    _BY_HAND, _BY_SERVICE,
)
_NOT_TOLD = (Look("journal", "journalctl --boot --quiet PSTORE_FW_REASON=panic", 0, _NOTHING),)


def _told(way: Way) -> tuple[Look, ...]:
    """What is so on each way, and with systemd-pstore or without: the crash was collected at boot."""
    return (
        Look("list", "pstore-fw list", 0,
             rf"(?s)\A((?!{_EVENT}).)*{_EVENT}-{way.name}-panic1 ((?!{_EVENT}).)*\Z"),
        Look("show", "pstore-fw show", 0, f"Kernel panic - not syncing: {kdump.SYSRQ}$"),
        Look("explain", "pstore-fw explain", 0, kdump.SYSRQ),
        Look("overview", "pstore-fw", 0, rf"\Akernel panic: {kdump.SYSRQ}$"),
        Look("check", "pstore-fw check", 0, "^crashes: 1 in the last 30 days"),
        Look("journal", "journalctl --boot --quiet --catalog PSTORE_FW_REASON=panic", 0,
             rf"(?s)Subject: The kernel crashed: \S+-{way.name}-panic1$.* less {kdump.DIRECTORY}/\S+/dmesg.txt$"),
    )


def _script(looks: tuple[Look, ...]) -> str:
    return "".join(f"run {look.name} {look.command}\n" for look in looks)


def _check(boot: LinuxBoot, looks: tuple[Look, ...]) -> None:
    for look in looks:
        result = boot.results[look.name]
        check.status(result, look.status)
        check.matches(f"what is printed by: {look.command}", result.text, look.finds)


def machine(test: Run, way: Way = EFI, archives: bool = True) -> System:
    """A Debian as people have it."""
    return test.system(
        image=installed.obtain(test.lab), hardware=Hardware(test.lab.firmware, 1024), reached=_SYSTEMD_RUNS,
        has_esp=True, erst=bytes(erstfile.SIZE) if way.erst else None,
        base=f"{_QUIET} {way.append} {'' if archives else _MASKED}")


def _panic(system: System, way: Way) -> Crash:
    looks = (*_BEFORE, Look("loaded", "cat /sys/kernel/kexec_crash_loaded", 0, f"^{way.loaded}$"))
    crashed = system.crash(f"{_script(looks)}crash\n", bound_s=BOUND_S)
    _check(crashed.boot, looks)
    check.equal("whether a crash kernel started", bool(crashed.capture), way is KDUMP)
    return crashed


def _dump_in_firmware(system: System, crashed: Crash) -> Dump:
    """On the ESP; nothing is cleared."""
    check.status(system.application({"dump": "dump"})["dump"], 0)
    check.true("the store holds the crash still", varstore.crash_variables(system.variable_image))
    dump = dumps.only_event(system.esp.read(dumps.ON_ESP))
    _check_log(dump.log, crashed)
    return dump


def _archive_log(files: dict[str, bytes]) -> bytes:
    """Joined from the records that systemd-pstore has moved."""
    return dumps.joined({path: text for path, text in files.items() if re.search(r"/dmesg-\w+-\d+$", path)})


def _check_log(log: bytes, crashed: Crash) -> None:
    dumps.check_on_serial(log, crashed.serial)
    check.matches("the log", log.decode(), f"Kernel panic - not syncing: {kdump.SYSRQ}$")


def _check_verdict(results: dict[str, Result]) -> None:
    """What is told to a fleet is what a person gets to see on the machine."""
    by_hand = results[_BY_HAND.name].text
    check.equal("what check says in the service", results[_BY_SERVICE.name].text, by_hand)
    report = json.loads(by_hand)
    told = dict(re.findall(r"^pstore_fw_(\w+) (\d+)$", results["metrics"].text, re.MULTILINE))
    check.equal("the verdict in the metrics", int(told["verdict"]), _VERDICTS[report["verdict"]])
    check.equal("whether kdump is armed, in the metrics", told["kdump_armed"] == "1",
                report["kernel"]["kdump_loaded"])


def _check_arrived(system: System, dump: Dump) -> None:
    """What lay in the store and on the ESP is one event, in one place."""
    kept = kdump.only_dump(kdump.on_disk(system))
    check.equal("the event's name", kept.event, dump.event)
    check.equal("the event", kept.content, dump.content)
    check.equal("what is left in the store", varstore.crash_variables(system.variable_image), {})


def _check_gone_from_esp(system: System) -> None:
    check.equal("what is left on the ESP", system.esp.read(dumps.ON_ESP), {})


def find(test: Run, way: Way, archives: bool, in_firmware: bool = False) -> None:
    """A panic that goes this way, with systemd-pstore as Debian ships it or masked. With `in_firmware` the
    application has dumped it before the Debian boots again."""
    with test.step("a Debian boots under OVMF and panics"):
        system = machine(test, way, archives)
        crashed = _panic(system, way)
    if in_firmware:
        with test.step("the application dumps it to the machine's ESP"):
            dump = _dump_in_firmware(system, crashed)
    moved = archives and way is not KDUMP
    always = (*_COLLECTED, *_ALWAYS, *_EMPTIED, *(_AS_SHIPPED if archives else _AS_MASKED))
    looks = (*_told(way), *always, *(_ARCHIVED if moved else ()))
    with test.step("it boots again; the crash is found"):
        seen = system.linux(f"{_script(looks)}keep archive /var/lib/systemd/pstore\n", bound_s=BOUND_S)
        _check(seen, looks)
        _check_verdict(seen.results)
    with test.step("its log is what was on the serial console"):
        _check_log(seen.results["show"].out, crashed)
        if moved:
            _check_log(_archive_log(dumps.below(seen.files, "archive")), crashed)
        if way is KDUMP:
            kdump.check_complete(system, kdump.only_dump(kdump.on_disk(system)), crashed)
    if in_firmware:
        with test.step("it is kept once, and the store is empty"):
            _check_arrived(system, dump)
            _check_gone_from_esp(system)
    with test.step("it boots once more; nothing is told again"):
        looks = (*always, *_NOT_TOLD)
        seen = system.linux(_script(looks), bound_s=BOUND_S)
        _check(seen, looks)
        _check_verdict(seen.results)
