# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Crashes that a crash kernel saves to the disk, and what they have to leave there."""

import hashlib
import re
import time
from datetime import datetime, timezone
from typing import Any, Mapping

from harness import check, cpio, dumps, guestprogram, tools
from harness.dumps import Dump
from harness.machine import LinuxBoot
from harness.scenario import Run
from harness.system import Crash, System

DIRECTORY = "/var/lib/pstore-fw"
RESERVED = "crashkernel=96M"
LOAD = "run load pstore-fw kdump load\n"
SYSRQ = "sysrq triggered crash"
NMI = "NMI: Not continuing"
_NAME = r"(\d{8}T\d{6}Z)-kdump-panic\d+"
_CLOCK_TOLERANCE_S = 600

# What /init of the crash kernel says when it has saved something, and at its end.
LOG_SAVED = b"pstore-fw: log saved in "
IMAGE_SAVED = b"pstore-fw: image saved in "
RESTARTING = "pstore-fw: restarting"
_LOG_ON_CONSOLE = re.compile(r"pstore-fw: log goes to the console\n(.*?)^\[[ \d.]*\] pstore-fw: log ends$",
                             re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"\[ *\d+\.\d{6}\] ")
_UNSEEN = re.compile(r"[^\t\x20-\x7e]")
_STAMPED = re.compile(r"^\[ *\d+\.\d{6}\] .*$", re.MULTILINE)


def loads(boot: LinuxBoot) -> None:
    check.status(boot.results["load"], 0)


def check_unpacked(boot: LinuxBoot, how: str) -> None:
    """When the kernel is unpacked, and why then."""
    check.matches("what load says of unpacking", boot.results["load"].text, rf"(?m)^unpacked: {re.escape(how)}$")


def crash(system: System, script: str = f"{LOAD}crash\n", append: str = "", **more: Any) -> Crash:
    """Load, crash, and come back: the crash kernel has started, and has ended by itself."""
    crashed = system.crash(script, append=f"{RESERVED} {append}", **more)
    loads(crashed.boot)
    check.true("a crash kernel started", crashed.capture)
    return crashed


def comes_back(crashed: Crash) -> None:
    """By itself, and not because the guard ended it."""
    check.true(f"the crash kernel says {RESTARTING!r}", RESTARTING in crashed.capture)


def saved(files: Mapping[str, bytes]) -> list[Dump]:
    """The dumps below a directory, the oldest first."""
    names = sorted({path.split("/")[0] for path in files if "/" in path and not path.startswith(".")})
    return [Dump(name, dumps.below(dict(files), name)) for name in names]


def on_disk(system: System, disk: str = "system", directory: str = DIRECTORY) -> list[Dump]:
    return saved(system.files(directory, disk))


def only_dump(found: list[Dump]) -> Dump:
    check.equal("the number of dumps", [dump.event for dump in found], [dump.event for dump in found][:1])
    check.true("there is a dump", found)
    return found[0]


def _on_console(text: str) -> list[str]:
    """What a kernel printed: each line begins with its time; what programs wrote does not. Characters that
    cannot be seen are as vmcore-dmesg and makedumpfile write them."""
    lines = [line.rstrip() for line in _STAMPED.findall(text)]
    return [_UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", line) for line in lines]


def _of_log(text: str) -> list[str]:
    """The same of a saved log, where only the first line of a record has the time."""
    lines, time_of_record = [], ""
    for line in text.splitlines():
        stamp = _TIME.match(line)
        time_of_record = stamp[0] if stamp else time_of_record
        lines.append((line if stamp else time_of_record + line).rstrip())
    return lines


def check_log(log: bytes, crashed: Crash, reason: str = SYSRQ) -> None:
    """All that the crashed kernel printed, with the reason in it; and nothing else, but where the kernel died
    before it could print: out of an NMI it prints later (K6.1 kernel/printk/printk_safe.c)."""
    lines, printed = _of_log(log.decode()), _on_console(crashed.serial)
    if reason == NMI:
        lines = lines[:len(printed)]
    check.equal("the log, line by line, and the serial log", "\n".join(lines), "\n".join(printed))
    check.true(f"the log has the reason, {reason!r}", reason in log.decode())


def check_name(dump: Dump) -> datetime:
    found = re.fullmatch(_NAME, dump.event)
    check.true(f"{dump.event} is the name of a panic that kdump saved", found)
    when = datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    check.true(f"{dump.event} was now", abs(when.timestamp() - time.time()) < _CLOCK_TOLERANCE_S)
    return when


def check_manifest(dump: Dump, kernel: str, reason: str = SYSRQ, image: bool = True) -> None:
    when = check_name(dump)
    manifest = dump.manifest
    expected = {
        "schema": "pstore-fw/kdump-manifest/1", "event": dump.event, "store": "kdump", "kernel": kernel,
        "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "log": {"file": "dmesg.txt", "size": len(dump.log), "sha256": hashlib.sha256(dump.log).hexdigest()},
    }
    check.equal("the manifest", {name: manifest.get(name) for name in expected}, expected)
    message = manifest["message"]
    check.true(f"the manifest's message, {message!r}, has {reason!r}", reason in message)
    if image:
        check.equal("the image's size in the manifest", manifest["image"]["size"], len(dump.files["vmcore"]))
    else:
        check.equal("the image in the manifest", manifest["image"], None)
        check.true("the manifest says why there is no image", manifest["image_error"])


def _without_indent(log: bytes) -> list[str]:
    """makedumpfile indents what follows the first line of a record, and vmcore-dmesg does not."""
    return [line if _TIME.match(line) else line.strip() for line in log.decode().splitlines()]


def _check_same(log_of_image: bytes, dump: Dump) -> None:
    check.equal("the log in the memory image", "\n".join(_without_indent(log_of_image)),
                "\n".join(_without_indent(dump.log)))


def check_image(system: System, dump: Dump) -> None:
    """makedumpfile opens it and finds the same log."""
    _check_same(tools.log_of_image(system.lab.userland, dump.files["vmcore"]), dump)


def check_complete(system: System, dump: Dump, crashed: Crash, reason: str = SYSRQ) -> None:
    """Log, image and manifest, and no file else."""
    check.equal("the files of the dump", sorted(dump.files), ["dmesg.txt", "manifest.json", "vmcore"])
    check_log(dump.log, crashed, reason)
    check_manifest(dump, system.lab.kernel.version, reason)
    check_image(system, dump)


def check_log_only(system: System, dump: Dump, crashed: Crash, reason: str = SYSRQ) -> None:
    """The image failed, which the manifest says, and left nothing behind."""
    check.equal("the files of the dump", sorted(dump.files), ["dmesg.txt", "manifest.json"])
    check_log(dump.log, crashed, reason)
    check_manifest(dump, system.lab.kernel.version, reason, image=False)


def check_console(crashed: Crash, reason: str = SYSRQ) -> None:
    """The crash kernel has written the whole log on the console."""
    found = _LOG_ON_CONSOLE.search(crashed.capture)
    check.true("the crash kernel printed the log on its console", found)
    printed = set(_of_log(found[1]))
    missing = [line for line in _on_console(crashed.serial) if line not in printed]
    check.equal("lines of the log that are missing on the console", missing, [])
    check.true(f"the log on the console has {reason!r}", reason in found[1])


# All but the image, which is large, of the dumps in /mnt/dumps.
READ = """
for dump in /mnt/dumps/2*; do
        mkdir -p "/out/dumps/${dump##*/}"
        cp "$dump"/*.txt "$dump"/*.json "/out/dumps/${dump##*/}/"
        ls "$dump" > /out/names
        run image makedumpfile --dump-dmesg "$dump/vmcore" /out/image-log
done
"""


def check_read(seen: LinuxBoot, crashed: Crash) -> Dump:
    """What READ has found is one dump, and complete."""
    dump = only_dump(saved(dumps.below(seen.files, "dumps")))
    check_log(dump.log, crashed)
    check_name(dump)
    check.true("the manifest has the image", dump.manifest["image"])
    names = seen.files["names"].decode().split()
    check.equal("the files of the dump", names, ["dmesg.txt", "manifest.json", "vmcore"])
    check.status(seen.results["image"], 0)
    _check_same(tools.without_callers(seen.files["image-log"]), dump)
    return dump


_IMAGE_TOOL = """
printf 'image_tool = /run/tool\\nbound_seconds = {bound}\\n' > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
crash
"""


def image_tool_fails(test: Run, program: str, bound_s: int) -> None:
    """A crash with this program of ours in makedumpfile's place: the log is there, and no image."""
    system = test.system(program)
    crashed = crash(system, _IMAGE_TOOL.format(bound=bound_s), files={"tool": guestprogram.build(program)})
    comes_back(crashed)
    check_log_only(system, only_dump(on_disk(system)), crashed)


def overlay(files: Mapping[str, bytes]) -> bytes:
    """More for an initramfs: Linux unpacks archives one behind the other, the later counts."""
    return cpio.archive(files)
