# SPDX-License-Identifier: BSD-2-Clause-Patent
"""On a machine whose disks are encrypted a dump goes to a partition that is not, sealed: only the secret key opens
it, the log then is the one that the kernel printed, and makedumpfile reads the image. With the wrong key, and when it
was cut off or changed, nothing comes out.
"""

import json

from harness import check, dumps, kdump, tools
from harness.keyholder import Elsewhere
from harness.scenario import Run
from harness.system import Crash, System

_SIZE = "512M"
_LOAD = """
modprobe vfat
mount -t vfat "$(disk boot)" /mnt
printf 'directory = /mnt/crash\\npublic_key = {key}\\n' > /etc/pstore-fw/kdump.conf
run status pstore-fw kdump status --json
run load pstore-fw kdump load
crash
"""
_READ = """
modprobe vfat
mount -t vfat "$(disk boot)" /mnt
mkdir /out/crash
for dump in /mnt/crash/2*; do
        mkdir "/out/crash/${dump##*/}"
        cp "$dump"/dmesg.txt.sealed "$dump"/manifest.json "/out/crash/${dump##*/}/"
        ls "$dump" > /out/names
        run list pstore-fw list --source kdump:/mnt/crash
        run show pstore-fw show --source kdump:/mnt/crash
        printf 'directory = /mnt/crash\\n' > /etc/pstore-fw/kdump.conf
        run after pstore-fw kdump status --json
        # Too large to be handed over: the image, and what makedumpfile finds in it.
        run unseal pstore-fw kdump unseal --key /run/key "$dump/vmcore.sealed" --output /root/vmcore.flat
        run whole sh -c 'makedumpfile -R /root/vmcore < /root/vmcore.flat'
        run image makedumpfile --dump-dmesg /root/vmcore /out/image-log
done
"""


def _refused(host: Elsewhere, sealed: bytes, words: str, key: str = "key") -> None:
    result, content = host.unseal(sealed, key)
    check.status(result, 1)
    check.equal("what came of it", content, None)
    check.matches("why", result.complaint, words)


def _crash(test: Run, key: dict[str, str]) -> tuple[System, Crash]:
    system = test.system()
    system.add_disk("boot", _SIZE, "vfat")
    crashed = kdump.crash(system, _LOAD.format(key=key["public_key"]))
    kdump.comes_back(crashed)
    status = json.loads(crashed.boot.results["status"].text)
    check.equal("the key of the status", status["sealed_to"], key["id"])
    return system, crashed


def run(test: Run) -> None:
    host = Elsewhere(test)
    key, _ = host.make_key("key"), host.make_key("other")
    with test.step("the dump is saved, sealed"):
        system, crashed = _crash(test, key)
        secret = (host.directory / "key").read_bytes()
        seen = system.linux(_READ, files={"key": secret})
        dump = kdump.only_dump(kdump.saved(dumps.below(seen.files, "crash")))
        check.equal("the files of the dump", seen.files["names"].decode().split(),
                    ["dmesg.txt.sealed", "manifest.json", "vmcore.sealed"])
        check.equal("the manifest's key", dump.manifest["sealed_to"], key["id"])
        for name, content in dump.files.items():
            check.true(f"{name} has nothing of the log", kdump.SYSRQ.encode() not in content)
    with test.step("list, show and status say that it is sealed"):
        for name in ("list", "show"):
            said = seen.results[name].text + seen.results[name].complaint
            check.true(f"{name} says so", "kdump unseal" in said)
            check.true(f"{name} shows nothing of it", "PSTFSEAL" not in said)
        check.equal("the status", [each["sealed"] for each in json.loads(seen.results["after"].text)["dumps"]], [True])
    with test.step("the secret key opens log and image"):
        sealed = dump.files["dmesg.txt.sealed"]
        result, log = host.unseal(sealed)
        check.status(result, 0)
        kdump.check_log(log, crashed)
        for name in ("unseal", "whole", "image"):
            check.status(seen.results[name], 0)
        check.equal("the log in the image", tools.without_callers(seen.files["image-log"]), log)
    with test.step("nothing else does"):
        _refused(host, sealed, "sealed to another key", "other")
        _refused(host, sealed[:-9], "ends too early")
        _refused(host, sealed[:-9] + b"x" + sealed[-8:], "was changed after it was sealed")
        _refused(host, sealed[:8] + b"\2" + sealed[9:], "of a version that is not known")
