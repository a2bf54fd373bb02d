# SPDX-License-Identifier: BSD-2-Clause-Patent
"""`prove` says what a reset leaves of canaries in both stores, whoever armed them, also of one that was changed or
taken away meanwhile; and of a real panic whether it came through, by ERST and by EFI variables.
"""

import json
import subprocess
from typing import Any

from harness import check, erstfile, kdump
from harness.backend import EFI
from harness.machine import LinuxBoot, Machine
from harness.qemu import Hardware
from harness.scenario import Run
from harness.system import System

_ARM = "run arm pstore-fw prove arm --json\n"
_VERIFY = "run verify pstore-fw prove verify --json\n"
_CHECK = "run check pstore-fw check --json\n"
_AGAIN = "run again pstore-fw prove verify --json\n"
_ARM_TWO_AND_CRASH = """
run one pstore-fw prove arm --json
run two pstore-fw prove arm --json
deliver
pstore-fw prove crash --yes
"""


def _json(boot: LinuxBoot, name: str, status: int) -> Any:
    check.status(boot.results[name], status)
    return json.loads(boot.results[name].text)


def _armed(boot: LinuxBoot, name: str = "arm") -> dict[str, str]:
    (armed,) = _json(boot, name, 0)["armed"]
    check.true(f"the canary is in EFI variables: {armed['id']}", armed["id"].startswith("efi:"))
    return armed


def _fate(report: Any, armed: dict[str, str]) -> str:
    (canary,) = [each for each in report["canaries"] if each["seed"] == armed["seed"]]
    check.equal("the canary", {name: canary[name] for name in ("id", "seed", "armed_at")},
                {name: armed[name] for name in ("id", "seed", "armed_at")})
    return canary["fate"]


def _proof(boot: LinuxBoot) -> Any:
    (proof,) = json.loads(boot.results["check"].text)["proofs"]
    return proof


def _variables(system: System) -> dict[str, bytes]:
    return EFI.stored(_Flash(system))


class _Flash:
    """What a backend of the harness needs to know of a machine."""

    def __init__(self, system: System):
        self.variable_image = (system.work / "vars.fd").read_bytes()


def _change(system: System, armed: dict[str, str]) -> None:
    """One byte of the canary, in the flash."""
    flash = system.work / "vars.fd"
    image = flash.read_bytes()
    line = f"pstore-fw canary {armed['seed']} of efi".encode()
    at = image.index(line) + 500
    flash.write_bytes(image[:at] + bytes([image[at] ^ 1]) + image[at + 1:])


def _take_away(test: Run, system: System, armed: dict[str, str]) -> None:
    command = [test.lab.settings.linux_tool, "--source", f"efi-image:{system.work / 'vars.fd'}", "clear",
               armed["id"], "--yes", "--output", test.work / "taken"]
    done = subprocess.run(command, capture_output=True, text=True)
    check.equal(f"exit status of clear\n{done.stderr}", done.returncode, 0)


def _arm(system: System) -> dict[str, str]:
    boot = system.linux(f"{_ARM}{_VERIFY}{_CHECK}")
    armed = _armed(boot)
    check.matches("what is said of ERST", boot.results["arm"].complaint, "erst: only the kernel writes there")
    check.equal("the variable is there", list(_variables(system)), [armed["id"]])
    check.equal("its fate before the reboot", _fate(_json(boot, "verify", 3), armed), "no reboot")
    check.equal("who has proven ERST", _proof(boot)["by"], None)
    return armed


def _verify_and_crash(system: System, armed: dict[str, str]) -> list[dict[str, str]]:
    crashed = system.crash(f"{_VERIFY}{_AGAIN}{_ARM_TWO_AND_CRASH}")
    report = _json(crashed.boot, "verify", 0)
    check.equal("its fate", _fate(report, armed), "unharmed")
    check.true("it was cleared", report["canaries"][0]["cleared"])
    check.equal("what a second look finds", _json(crashed.boot, "again", 3)["canaries"], [])
    check.true("ERST holds the panic", system.erst_records())
    check.true("the panic is sysrq's", kdump.SYSRQ in crashed.serial)
    return [_armed(crashed.boot, name) for name in ("one", "two")]


def _verify_harmed(system: System, changed: dict[str, str], taken: dict[str, str]) -> None:
    boot = system.linux(f"{_VERIFY}{_CHECK}{_AGAIN}")
    report = _json(boot, "verify", 1)
    check.equal("the fate of the canary that was changed", _fate(report, changed), "changed")
    check.equal("the fate of the one that was taken away", _fate(report, taken), "gone")
    crash = report["crash"]
    (event,) = crash["events"]
    check.true(f"the panic is whole: {event}", event["whole"] and event["missing_parts"] == 0)
    check.equal("what showed it", event["source"], "pstorefs")
    check.equal("what was expected", crash["expected"], "pstore")
    check.equal("the kernel that was crashed", crash["kernel"], system.lab.kernel.version)
    check.true(f"the machine was away for {crash['away_seconds']} s", 0 <= crash["away_seconds"] < 600)
    proof = _proof(boot)
    check.equal("the proof", [proof[name] for name in ("store", "by", "fault", "current")],
                ["erst", "crash", None, True])
    check.equal("what is missed after that", _json(boot, "again", 0)["canaries"], [])


def _cross(machine: Machine) -> None:
    """Armed in firmware, verified under Linux; crashed there, verified in firmware."""
    results = machine.application({"arm": "prove arm", "soon": "prove verify"})
    check.status(results["arm"], 0)
    check.status(results["soon"], 3)
    seen = machine.linux(f"{_VERIFY}deliver\npstore-fw prove crash --yes\n", panics=True)
    (canary,) = _json(seen, "verify", 0)["canaries"]
    check.equal("the canary", [canary["id"], canary["fate"]], [results["arm"].text.strip(), "unharmed"])
    results = machine.application({"verify": "prove verify"})
    check.status(results["verify"], 0)
    check.true("it came through by EFI variables", "came through by efi" in results["verify"].text)
    check.true("the variables stay", EFI.stored(machine))


def run(test: Run) -> None:
    system = test.system(hardware=Hardware(test.lab.firmware, 1024), erst=bytes(erstfile.SIZE))
    with test.step("Linux arms; before a reboot nothing is proven"):
        armed = _arm(system)
    with test.step("the canary comes back unharmed; two more, and a panic"):
        changed, taken = _verify_and_crash(system, armed)
    with test.step("one was changed, one taken away; ERST has the panic"):
        _change(system, changed)
        _take_away(test, system, taken)
        _verify_harmed(system, changed, taken)
    with test.step("firmware and Linux verify what the other one made"):
        _cross(test.machine(**EFI.only))
