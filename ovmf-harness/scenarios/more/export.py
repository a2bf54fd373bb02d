# SPDX-License-Identifier: BSD-2-Clause-Patent
"""An archive for a bug report, made after a panic, tells nothing that is this one machine's alone: the serial numbers,
the UUID and the asset tags that Linux has from firmware are nowhere in it; --with-serials puts every one of them in.
"""

import io
import subprocess
import tarfile

from harness import check
from harness.scenario import Run

# System, board and chassis, of SMBIOS 3.7, 7.2 to 7.4.
_OWN = {1: {"serial": "SYS-4711-0815", "uuid": "6c1f9d52-3b7e-4a08-9c55-d1e2f3a4b5c6"},
        2: {"serial": "BOARD-1618-0339", "asset": "TAG-BOARD-2718"},
        3: {"serial": "CASE-3141-5926", "asset": "TAG-CASE-1414"}}
_VALUES = sorted(value for fields in _OWN.values() for value in fields.values())
_PRODUCT = "Rubber Duck 9000"


def _devices() -> list[str]:
    devices = ["-smbios", f"type=1,product={_PRODUCT}"]
    for number, fields in _OWN.items():
        devices += ["-smbios", ",".join([f"type={number}", *(f"{name}={value}" for name, value in fields.items())])]
    return devices


def _members(archive: bytes) -> dict[str, bytes]:
    """By name, without the directory that all lie in."""
    plain = subprocess.run(["zstd", "-dc"], input=archive, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        return {each.name.partition("/")[2]: tar.extractfile(each).read() for each in tar if each.isfile()}


def _told(members: dict[str, bytes]) -> list[str]:
    """Of the machine's own: as ASCII or UTF-16, in capitals or not."""
    everything = b"\n".join([*(name.encode() for name in members), *members.values()]).lower()
    return [value for value in _VALUES
            if any(value.lower().encode(code) in everything for code in ("ascii", "utf-16-le"))]


def run(test: Run) -> None:
    machine = test.machine()
    machine.devices = _devices()
    with test.step("a machine with serial numbers panics"):
        machine.linux("", panics=True)
    with test.step("Linux sees them, and exports with them and without"):
        boot = machine.linux("""
            cat /sys/class/dmi/id/*_serial /sys/class/dmi/id/*_tag /sys/class/dmi/id/product_uuid > /out/seen
            run without pstore-fw export --output /out/without.tar.zst
            run with pstore-fw export --with-serials --output /out/with.tar.zst
            """)
        check.equal("what Linux sees", _told({"seen": boot.files["seen"]}), _VALUES)
        for name in "without", "with":
            check.status(boot.results[name], 0)
    with test.step("what is one machine's alone is there where it was asked for, and nowhere else"):
        without, with_serials = (_members(boot.files[f"{name}.tar.zst"]) for name in ("without", "with"))
        check.equal("told unasked", _told(without), [])
        check.equal("told when asked", _told(with_serials), _VALUES)
    with test.step("all else is there: the machine, the log, and what was left out"):
        check.equal("files in both", sorted(without), sorted(with_serials))
        check.true("the product's name", _PRODUCT in without["dmi.txt"].decode())
        logs = [text for name, text in without.items() if name.endswith("/dmesg.txt")]
        check.true("the panic's log", any(b"Kernel panic" in log for log in logs))
        check.true("README tells of it", "--with-serials" in without["README.txt"].decode())
