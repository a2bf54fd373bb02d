# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A map of volumes that is out of date would have a dump written over what lies there by now. So after any change of
the volume group since the load, with a disk that is gone or one that is there twice, nothing is written.
"""

from harness import storage
from harness.scenario import Run

_CHANGED = "the volume group changed since the load"
_ROWS = (
    ("pvmove", "try lvm pvmove -i 1 -n root $one $three", _CHANGED),
    ("lvextend", "try lvm lvextend -L +20M vg/root", _CHANGED),
    ("lvresize of another volume", "try lvm lvresize -L +20M vg/other", _CHANGED),
    ("lvcreate of a snapshot", "try lvm lvcreate -y -s -n before -L 20M vg/root", _CHANGED),
    ("vgreduce", "try lvm vgreduce vg $three", _CHANGED),
    ("a copy of a disk", "dd if=$one of=$three bs=1M conv=fsync", "both are the LVM2_member "),
    ("a wiped disk", "dd if=/dev/zero of=$two bs=4k count=1 conv=fsync", "no disk is the LVM2_member "),
)


def run(test: Run) -> None:
    for name, change, complaint in _ROWS:
        storage.refuse(test, name, change, complaint)
