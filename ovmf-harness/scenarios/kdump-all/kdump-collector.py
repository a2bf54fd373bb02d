# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The sealed log goes to a collector by TCP, behind a router: beside the disk, where it has the same bytes; and alone,
where the crash kernel cannot reach the directory. A collector that went away keeps no machine: the log is on the
console. What a collector calls stored outlives the loss of its power.
"""

import json
from contextlib import contextmanager
from typing import Iterator

from harness import cable, check, dumps, kdump
from harness.dumps import Dump
from harness.keyholder import Elsewhere
from harness.machine import KERNEL_PANIC
from harness.qemu import Qemu
from harness.scenario import Run
from harness.system import Crash, System

_PORT = 7867
_DISK = "logs"
_SERVE = f"""
{cable.SERVER_UP}
mount -t ext4 "$(disk {_DISK})" /mnt
nc -ll -p {_PORT} -e pstore-fw kdump receive --output /mnt &
say "collector ready"
while true; do
        sleep 1000
done
"""
_LOAD = """
{up}
printf '%s\\n' 'directory = {directory}' 'collector = {address}:{port}' 'public_key = {key}' \\
        > /etc/pstore-fw/kdump.conf
run status pstore-fw kdump status --json
run load pstore-fw kdump load
crash
"""


@contextmanager
def _collecting(server: System) -> Iterator[Qemu]:
    with server.serving(_SERVE, {}, b"harness: collector ready") as machine:
        yield machine


def _machines(test: Run, name: str, model: str = "virtio-net-pci") -> tuple[System, System]:
    return cable.machines(test, name, (_DISK, "64M"), model)


def _crash(system: System, key: dict[str, str], directory: str, driver: str = "virtio_net", **more) -> Crash:
    crashed = kdump.crash(system, _LOAD.format(up=cable.client_up(driver), directory=directory, address=cable.ADDRESS,
                                               port=_PORT, key=key["public_key"]), **more)
    kdump.comes_back(crashed)
    status = json.loads(crashed.boot.results["status"].text)
    check.equal("the collector of the status", status["collector"],
                {"address": f"{cable.ADDRESS}:{_PORT}", "interface": "eth0", "host": cable.NAME})
    return crashed


def _collected(server: System) -> Dump:
    return kdump.only_dump(kdump.saved(dumps.below(server.files("/", _DISK), cable.NAME)))


def _check_collected(server: System, crashed: Crash, host: Elsewhere, key: dict[str, str]) -> bytes:
    """It is the log, for who has the secret key."""
    dump = _collected(server)
    check.equal("the files at the collector", sorted(dump.files), ["dmesg.txt.sealed", "manifest.json"])
    check.equal("the manifest's key", dump.manifest["sealed_to"], key["id"])
    check.matches("it says who has sent it", dump.manifest["dumped_by"], f"received from {cable.CLIENT}")
    result, log = host.unseal(dump.files["dmesg.txt.sealed"])
    check.status(result, 0)
    kdump.check_log(log, crashed)
    return dump.files["dmesg.txt.sealed"]


def _beside_the_disk(test: Run, host: Elsewhere, key: dict[str, str]) -> None:
    server, system = _machines(test, "beside", "e1000e")
    with _collecting(server):
        crashed = _crash(system, key, kdump.DIRECTORY, "e1000e")
    check.true("the crash kernel says that it is stored", "pstore-fw: log stored by" in crashed.capture)
    sealed = _check_collected(server, crashed, host, key)
    dump = kdump.only_dump(kdump.on_disk(system))
    check.equal("the files on the disk", sorted(dump.files), ["dmesg.txt.sealed", "manifest.json", "vmcore.sealed"])
    check.equal("the log on the disk", dump.files["dmesg.txt.sealed"], sealed)


def _alone(test: Run, host: Elsewhere, key: dict[str, str]) -> None:
    server, system = _machines(test, "alone")
    with _collecting(server):
        crashed = _crash(system, key, "/run/dumps")
    check.matches("it is said at the load", crashed.boot.results["load"].complaint,
                  "so the log goes to the collector alone")
    _check_collected(server, crashed, host, key)
    check.true("the log is not on the console", "log goes to the console" not in crashed.capture)


def _gone(test: Run, key: dict[str, str]) -> None:
    server, system = _machines(test, "gone")
    with _collecting(server) as machine:
        crashed = _crash(system, key, "/run/dumps", actions=((KERNEL_PANIC, lambda _: machine.kill()),))
    check.matches("the crash kernel says what failed", crashed.capture, f"pstore-fw: collector: {cable.ADDRESS}:{_PORT}: ")
    kdump.check_console(crashed)


def run(test: Run) -> None:
    host = Elsewhere(test)
    key = host.make_key("key")
    with test.step("the log is on the disk and at the collector, by e1000e"):
        _beside_the_disk(test, host, key)
    with test.step("a directory that cannot be reached: the log is at the collector"):
        _alone(test, host, key)
    with test.step("the collector has gone: the log is on the console"):
        _gone(test, key)
