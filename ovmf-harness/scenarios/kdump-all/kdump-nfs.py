# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A dump goes to a share of NFS, version 4.1 and 3, behind a router; makedumpfile has come with the initramfs,
and nothing of it lies on the share. A server that went away does not keep the machine: the log goes to the
console.
"""

from typing import Any

from harness import cable, check, dumps, kdump, nfs
from harness.machine import KERNEL_PANIC
from harness.scenario import Run
from harness.system import Crash, System

_LOAD = """
echo "directory = /mnt/dumps/%H" > /etc/pstore-fw/kdump.conf
run load pstore-fw kdump load
"""
_WITHOUT_NAME = """
echo "directory = /mnt/dumps" > /etc/pstore-fw/kdump.conf
run nameless pstore-fw kdump load
"""
_RESERVED = "crashkernel=112M"


def _crash(system: System, script: str, **more: Any) -> Crash:
    crashed = system.crash(f"{script}crash\n", append=_RESERVED, **more)
    check.status(crashed.boot.results["mount"], 0)
    kdump.loads(crashed.boot)
    check.true("a crash kernel started", crashed.capture)
    kdump.comes_back(crashed)
    return crashed


def _survive(test: Run, version: str, driver: str, model: str) -> None:
    server, system = nfs.machines(test, f"nfs{version[0]}", model)
    with nfs.serving(server):
        crashed = _crash(system, nfs.mount(version, driver) + _WITHOUT_NAME + _LOAD)
    check.status(crashed.boot.results["nameless"], 1)
    check.matches("it says what to set", crashed.boot.results["nameless"].complaint, "set directory = /mnt/dumps/%H")
    files = server.files("/dumps", nfs.DISK)
    dump = kdump.only_dump(kdump.saved(dumps.below(files, cable.NAME)))
    kdump.check_complete(system, dump, crashed)
    others = [path for path in files if not path.startswith(f"{cable.NAME}/{dump.event}/")]
    check.equal("files on the share beside the dump", others, [])


def _server_gone(test: Run) -> None:
    server, system = nfs.machines(test, "gone")
    with nfs.serving(server) as machine:
        crashed = _crash(system, nfs.mount("4.1", "virtio_net") + _LOAD,
                         actions=((KERNEL_PANIC, lambda _: machine.kill()),))
    check.matches("the crash kernel says what failed", crashed.capture, "pstore-fw: mount: 10.9.1.1:/mnt: ")
    kdump.check_console(crashed)


def run(test: Run) -> None:
    with test.step("a dump goes to NFS 4.1 by virtio-net"):
        _survive(test, "4.1", "virtio_net", "virtio-net-pci")
    with test.step("a dump goes to NFS 3 by e1000e"):
        _survive(test, "3", "e1000e", "e1000e")
    with test.step("the server has gone: the log is on the console"):
        _server_gone(test)
