# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A server of NFS: a second machine with the kernel's nfsd.

What it needs comes out of the distribution's packages, unpacked and not installed.
"""

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

from harness import archive, cable, kernel
from harness.qemu import Qemu
from harness.scenario import Run
from harness.system import System
from harness.userland import Userland

_PACKAGES = ["nfs-kernel-server", "rpcbind"]
_PROGRAMS = ["sbin/rpcbind", "usr/sbin/exportfs", "usr/sbin/rpc.nfsd", "usr/sbin/rpc.mountd"]
_LIBRARIES = re.compile(r"(lib|zlib)")

EXPORT = "/mnt"
DISK = "share"
_SIZE = "512M"
_READY = b"harness: server ready"

_SERVE = f"""
export LD_LIBRARY_PATH=/run/lib
{cable.SERVER_UP}
modprobe nfsd
mount -t ext4 "$(disk {DISK})" {EXPORT}
chmod 755 {EXPORT}
mkdir -p /var/lib/nfs/v4recovery
for file in etab rmtab state; do
        : > "/var/lib/nfs/$file"
done
ln -s /run /var/run
echo '_rpc:x:0:0::/:/bin/sh' > /etc/passwd
printf '%s\\n' 'sunrpc 111/tcp' 'sunrpc 111/udp' 'nfs 2049/tcp' > /etc/services
printf '%s\\n' 'tcp 6 TCP' 'udp 17 UDP' > /etc/protocols
cp /run/netconfig /etc/netconfig
echo '{EXPORT} *(rw,sync,no_root_squash,no_subtree_check)' > /etc/exports
mount -t nfsd none /proc/fs/nfsd
/run/rpcbind
/run/exportfs -r
/run/rpc.nfsd --port 2049 --grace-time 10 --lease-time 10 2
/run/rpc.mountd --port 20048
say "server ready"
while true; do
        sleep 1000
done
"""

_OPTIONS = {
    "4.1": f"vers=4.1,clientaddr={cable.CLIENT}",
    "3": "vers=3,proto=tcp,port=2049,nolock,mountproto=tcp,mountport=20048",
}


def mount(version: str, driver: str) -> str:
    """A script's lines that mount it at /mnt."""
    return (f"{cable.client_up(driver)}modprobe nfsv{version[0]}\n"
            f'run mount mount -i -t nfs -o "addr={cable.ADDRESS},{_OPTIONS[version]}" {cable.ADDRESS}:{EXPORT} /mnt\n')


def _obtain(userland: Userland) -> Path:
    """The tree that the packages are unpacked in."""
    tree = userland.settings.build / "nfs-server"
    source = kernel.archive(userland.settings, userland.architecture)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            needed = [package for package in source.closure(_PACKAGES) if _LIBRARIES.match(package)]
            source.unpack([*_PACKAGES, *needed], tree)
    return tree


def _files(userland: Userland) -> dict[str, bytes]:
    tree = _obtain(userland)
    found = {"netconfig": (tree / "etc/netconfig").read_bytes()}
    for program in _PROGRAMS:
        found |= userland.portable(tree / program, tree)
    return found


def machines(test: Run, name: str, model: str = "virtio-net-pci", **client: Any) -> tuple[System, System]:
    """The server, and the one that crashes, of these parts."""
    return cable.machines(test, name, (DISK, _SIZE), model, **client)


@contextmanager
def serving(server: System) -> Iterator[Qemu]:
    with server.serving(_SERVE, _files(server.lab.userland), _READY) as machine:
        yield machine
