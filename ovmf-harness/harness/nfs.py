# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A server of NFS: a second machine with the kernel's nfsd, and a cable between it and the one that crashes.

What it needs comes out of the distribution's packages, unpacked and not installed.
"""

import re
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from harness import archive, kernel
from harness.qemu import Card, Qemu
from harness.system import System
from harness.userland import Userland

_PACKAGES = ["nfs-kernel-server", "rpcbind"]
_PROGRAMS = ["sbin/rpcbind", "usr/sbin/exportfs", "usr/sbin/rpc.nfsd", "usr/sbin/rpc.mountd"]
_LIBRARIES = re.compile(r"(lib|zlib)")

EXPORT = "/mnt"
DISK = "share"
# Behind a router, which is the server itself, so that a route has to be there.
ADDRESS = "10.9.1.1"
_ROUTER = "10.9.0.1"
CLIENT = "10.9.0.2"
_MACS = ("52:54:00:09:00:01", "52:54:00:09:00:02")
_READY = b"harness: server ready"

_SERVE = f"""
export LD_LIBRARY_PATH=/run/lib
modprobe virtio_net
modprobe nfsd
ip link set lo up
ip addr add {_ROUTER}/24 dev eth0
ip addr add {ADDRESS}/32 dev eth0
ip link set eth0 up
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

# Of the machine that crashes. Its name is what its directory is called.
NAME = "web1"
_OPTIONS = {
    "4.1": f"vers=4.1,clientaddr={CLIENT}",
    "3": "vers=3,proto=tcp,port=2049,nolock,mountproto=tcp,mountport=20048",
}
MOUNT = """
echo {name} > /proc/sys/kernel/hostname
modprobe {driver}
modprobe {module}
ip link set lo up
ip addr add {client}/24 dev eth0
ip link set eth0 up
ip route add default via {router}
until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do
        usleep 100000
done
run mount mount -t nfs -o "addr={server},{options}" {server}:{export} /mnt
"""


def mount(version: str, driver: str) -> str:
    """A script's lines that mount it at /mnt."""
    return MOUNT.format(name=NAME, driver=driver, module=f"nfsv{version[0]}", client=CLIENT, router=_ROUTER,
                        server=ADDRESS, options=_OPTIONS[version], export=EXPORT)


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


def cable(model: str) -> tuple[Card, Card]:
    """The server's end, and the client's."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return Card(ours, _MACS[0]), Card(theirs, _MACS[1], model)


@contextmanager
def serving(server: System) -> Iterator[Qemu]:
    with server.serving(_SERVE, _files(server.lab.userland), _READY) as machine:
        yield machine
