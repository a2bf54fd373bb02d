# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A cable between a machine that serves and one that crashes, and what each does for its network to be up.

The server has an address behind a router, which is the server itself, so that a route has to be there.
"""

import socket
from typing import Any

from harness.qemu import Card
from harness.scenario import Run
from harness.system import System

ADDRESS = "10.9.1.1"
ROUTER = "10.9.0.1"
CLIENT = "10.9.0.2"
_MACS = ("52:54:00:09:00:01", "52:54:00:09:00:02")
# Of the machine that crashes: what its directory on the server is called.
NAME = "web1"

SERVER_UP = f"""
modprobe virtio_net
ip link set lo up
ip addr add {ROUTER}/24 dev eth0
ip addr add {ADDRESS}/32 dev eth0
ip link set eth0 up
"""

_CLIENT_UP = """
echo {name} > /proc/sys/kernel/hostname
modprobe {driver}
ip link set lo up
ip addr add {client}/24 dev eth0
ip link set eth0 up
ip route add default via {router}
until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do
        sleep 0.1
done
"""


def client_up(driver: str = "virtio_net") -> str:
    return _CLIENT_UP.format(name=NAME, driver=driver, client=CLIENT, router=ROUTER)


def machines(test: Run, name: str, disk: tuple[str, str], model: str = "virtio-net-pci",
             **client: Any) -> tuple[System, System]:
    """The server, with a disk of this name and size, and the one that crashes, of these parts."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    server = test.system(f"{name}-server", card=Card(ours, _MACS[0]))
    server.add_disk(*disk, "ext4")
    return server, test.system(name, card=Card(theirs, _MACS[1], model), **client)
