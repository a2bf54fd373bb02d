# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Other people's tools on the same machine, their figures beside ours: the UEFI shell's dmpstore, virt-fw-vars of
python3-virt-firmware, fwts, and the kernel's selftests of efivarfs, unpacked out of the distribution's packages.

The machine has crash records in both stores. Each pair of figures is of one moment: of one boot, or of the flash when
the machine is off.
"""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Iterator, NamedTuple

from harness import archive, crash, erstfile, guestmodule, kernel, qemu, varstore
from harness.check import CheckFailed, Skipped
from harness.lab import Lab
from harness.machine import BootFailed, LinuxBoot, Machine
from harness.scenario import Run
from harness.settings import Settings

_FAILURES = (archive.NotThere, BootFailed, CheckFailed, Skipped, qemu.Hang, OSError, subprocess.CalledProcessError)
_RECORDS = 5
_VENDOR = "CFC8FC79-BE2E-4DDC-97F0-9F98BFE298A0"
_FWTS_RELEASE = "sid"  # the only one of the last three that has it
_FWTS_NEEDS = re.compile(r"(lib|zlib|fwts)")
_FWTS_TESTS = ("erst", "uefivarinfo", "uefirtvariable")
_VIRT_FIRMWARE_NEEDS = re.compile(r"(python3-(?!minimal)|libssl|libffi)")
_PYTHON = "/usr/bin/python3"  # the distribution's, which its extensions are built for
_LIBRARIES = "usr/lib/x86_64-linux-gnu"


class Figure(NamedTuple):
    what: str
    ours: str
    theirs: str
    judge: str

    @property
    def agrees(self) -> bool:
        return self.ours == self.theirs


# --- the tools ---

def _unpacked(settings: Settings, package: str, source: archive.Archive, needed: re.Pattern) -> Path:
    tree = settings.build / "packages" / package
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            tree.parent.mkdir(exist_ok=True)
            source.unpack([each for each in source.closure([package]) if needed.match(each)], tree)
    return tree


def _virt_firmware_variables(settings: Settings, image: Path) -> dict[tuple[str, str], bytes]:
    """By name and vendor."""
    tree = _unpacked(settings, "python3-virt-firmware", kernel.archive(settings), _VIRT_FIRMWARE_NEEDS)
    with tempfile.TemporaryDirectory() as scratch:
        told = Path(scratch) / "told.json"
        subprocess.run([_PYTHON, tree / "usr/bin/virt-fw-vars", "-i", image, "--output-json", told], check=True,
                       capture_output=True, env={"PYTHONPATH": str(tree / "usr/lib/python3/dist-packages"),
                                                 "PYTHONDONTWRITEBYTECODE": "1"})
        return {(each["name"], each["guid"].lower()): bytes.fromhex(each["data"])
                for each in json.loads(told.read_text())["variables"]}


def _fwts(settings: Settings) -> dict[str, bytes]:
    """The program and what it loads, for a directory of its own in the guest: its libc is a later one."""
    source = archive.Archive(settings.build / f"apt-{_FWTS_RELEASE}", release=_FWTS_RELEASE)
    tree = _unpacked(settings, "fwts", source, _FWTS_NEEDS)
    program, linker = tree / "usr/bin/fwts", tree / _LIBRARIES / "ld-linux-x86-64.so.2"
    search = f"{tree / _LIBRARIES}:{tree / _LIBRARIES / 'fwts'}"
    listing = subprocess.run([linker, "--library-path", search, "--list", program], check=True, capture_output=True,
                             text=True).stdout
    libraries = [Path(path) for path in re.findall(r"=> (/\S+) \(0x", listing)]
    return {f"fwts/{path.name}": path.read_bytes() for path in (program, linker, *libraries)}


def _selftests(shared: Lab) -> dict[str, bytes]:
    """Of the source of the kernel's series."""
    script, *programs = guestmodule.efivarfs_tests(shared)
    with tempfile.TemporaryDirectory() as scratch:
        for program in programs:
            subprocess.run(["gcc", "-O1", "-static", "-o", Path(scratch) / program.stem, program], check=True,
                           capture_output=True)
        built = {f"selftests/{path.name}": path.read_bytes() for path in Path(scratch).iterdir()}
    host = [Path(shutil.which(program)) for program in ("bash", "chattr", "lsattr")]
    libraries = {name: data for program in host for name, data in shared.userland.libraries(program).items()}
    return (built | libraries | {f"bin/{program.name}": program.read_bytes() for program in host} |
            {"selftests/efivarfs.sh": script.read_bytes()})


# --- the moments ---

def _in_firmware(machine: Machine) -> Iterator[Figure]:
    machine.esp.add({"harness/started": b""})
    notes = machine.shell([r"pstore-fwx64.efi check --source efi >a \harness\check",
                           rf"dmpstore -guid {_VENDOR} >a \harness\dmpstore"])
    ours, theirs = (notes.get(f"harness/{name}", b"").decode(errors="replace") for name in ("check", "dmpstore"))
    found = re.findall(r"^Variable ", theirs, re.MULTILINE)
    yield Figure("crash records, in firmware", _records(ours), str(len(found)), "dmpstore")


def _records(check: str) -> str:
    found = re.search(r"(\d+) records?, ", check)
    return found[1] if found else "not said"


def _in_linux(run: Run, machine: Machine) -> Iterator[Figure]:
    settings = run.lab.settings
    files = _fwts(settings)
    fwts = "/fwts/ld-linux-x86-64.so.2 --library-path /fwts /fwts/fwts --results-output=stdout --force-clean"
    script = ["cd /tmp", "run erst pstore-fw erst", "run check pstore-fw check --source efivarfs",
              "run names ls /sys/firmware/efi/efivars",
              *(f"run fwts-{test} {fwts} {test}" for test in _FWTS_TESTS)]
    without = {}
    for name, add in {"fwts": _with_efi_test, "selftests": _with_selftests}.items():
        try:
            add(run.lab, script, files)
        except _FAILURES as error:
            without[name] = str(error)
    boot = machine.linux("\n".join(script), files)
    names = boot.results["names"].text.split()
    yield Figure("crash records, in Linux", _records(boot.results["check"].text),
                 str(sum(name.startswith("dump-type") for name in names)), "efivarfs, ls")
    yield from (_by_fwts(boot, test) for test in _FWTS_TESTS)
    yield _by_selftests(boot, without.get("selftests", ""))


def _with_efi_test(shared: Lab, script: list[str], files: dict[str, bytes]) -> None:
    """Without it fwts does not get at the firmware."""
    files["fwts/efi_test.ko"] = guestmodule.efi_test(shared)
    script.insert(0, "insmod /fwts/efi_test.ko")


def _with_selftests(shared: Lab, script: list[str], files: dict[str, bytes]) -> None:
    files |= _selftests(shared)
    script += ["cd /selftests", "run selftests bash ./efivarfs.sh"]


def _by_fwts(boot: LinuxBoot, test: str) -> Figure:
    text = boot.results[f"fwts-{test}"].text
    counts = re.search(r"\d+ passed, \d+ failed, \d+ warnings?, \d+ aborted", text)
    why = re.search(r"^(?:Cannot|Failed) .*\w", text, re.MULTILINE)
    verdict = counts[0] if counts else "aborted" if why else "ran, and gives no verdict"
    theirs = ": ".join([verdict, *([why[0]] if why else [])])
    ours = "-"
    if test == "erst":
        ours = "no fault" if boot.results["erst"].status == 0 else boot.results["erst"].complaint.strip()
    return Figure(f"fwts {test}", ours, theirs, "fwts")


def _by_selftests(boot: LinuxBoot, without: str) -> Figure:
    result = boot.results.get("selftests")
    if result is None:
        return Figure("selftests of efivarfs", "-", f"not run: {without}", "Linux")
    verdicts = [re.findall(rf"\[{word}\]", result.text) for word in ("PASS", "FAIL")]
    skipped = result.text.count("[SKIP]")
    counts = f"{len(verdicts[0])} passed, {len(verdicts[1])} failed, {skipped} skipped"
    return Figure("selftests of efivarfs", "-", counts, "Linux")


def _on_host(run: Run, machine: Machine) -> Iterator[Figure]:
    image = run.work / "judged.fd"
    image.write_bytes(machine.variable_image)
    theirs = _virt_firmware_variables(run.lab.settings, image)
    ours = {(each.name, str(each.guid)): each.data for each in varstore.live_variables(image.read_bytes())}
    yield Figure("variables in the flash", str(len(ours)), str(len(theirs)), "virt-fw-vars")
    same = sum(theirs.get(name) == data for name, data in ours.items())
    yield Figure("of them with the same bytes", str(len(ours)), str(same), "virt-fw-vars")
    listed = subprocess.run([run.lab.settings.linux_tool, "list", "--json", "--source", f"efi-image:{image}"],
                            capture_output=True, text=True)
    records = sum(len(event["records"]) for event in json.loads(listed.stdout)["events"])
    yield Figure("crash records in the flash, pstore-fw", str(records),
                 str(sum(vendor == _VENDOR.lower() for _, vendor in theirs)), "virt-fw-vars")


def ask(run: Run, _: qemu.Firmware) -> dict[str, Any]:
    """One judge that is not there, or fails, keeps no other from judging."""
    machine = run.machine(erst=erstfile.store(crash.erst_records(3)), variables=crash.variables(_RECORDS))
    figures: list[Figure] = []
    for moment in (lambda: _in_firmware(machine), lambda: _in_linux(run, machine), lambda: _on_host(run, machine)):
        try:
            figures += moment()
        except _FAILURES as error:
            figures.append(Figure("a judge that could not be asked", "-", str(error).splitlines()[0], "-"))
    wrong = [figure for figure in figures if figure.ours.isdigit() and not figure.agrees]
    return {"figures": [list(figure) for figure in figures], "text": "NO" if wrong else "yes"}
