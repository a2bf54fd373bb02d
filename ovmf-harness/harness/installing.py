# SPDX-License-Identifier: BSD-2-Clause-Patent
"""`install` and `uninstall` in a guest: the ESP that they write to, and what they say."""

import json
import subprocess
import tempfile

from harness import check
from harness.lab import Lab
from harness.machine import LinuxBoot
from harness.settings import ROOT

_SCHEMA = ROOT / "tests/linux-tool/check-schema.py"

_FAT = ["vfat", "nls_cp437", "nls_ascii", "nls_iso8859_1"]
_MOUNT = """
for module in /fat/*.ko; do insmod $module; done
mkdir -p /boot/efi
mount -t vfat "$(disk esp)1" /boot/efi
"""


def mount_esp(lab: Lab) -> tuple[str, dict[str, bytes]]:
    """Lines of a step's script that mount the ESP, and the files that they need."""
    return _MOUNT, {f"fat/{number}.ko": content
                    for number, (_, content) in enumerate(lab.kernel.load_order(_FAT))}


def said(boot: LinuxBoot, name: str) -> str:
    """What a command printed that went well."""
    check.equal(f"{name}: {boot.results[name].complaint}", boot.results[name].status, 0)
    return boot.results[name].text


def reported(boot: LinuxBoot, name: str) -> dict:
    """The same with --json, which docs/schema describes."""
    text = said(boot, name)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as document:
        document.write(text)
        document.flush()
        result = subprocess.run([_SCHEMA, "--document", document.name], capture_output=True, text=True)
    check.equal(f"what is wrong with {name}'s document", result.stderr, "")
    return json.loads(text)
