# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Firmware, QEMU and kernels of several releases of Debian, and what each combination keeps: into docs/MATRIX.md.

A cell is written down as soon as it is there. What was answered for the same programs, firmware and kernel is not asked
again, so that a run that was interrupted goes on; to ask anew, remove build/harness/matrix.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple, Sequence

from harness import firmwarequestions, foreignjudges, kernel, lab, otherqemu, qemu, report, roundtrip
from harness.archive import NotThere
from harness.backend import EFI, ERST, Backend
from harness.check import CheckFailed
from harness.evidence import Evidence
from harness.lab import Lab
from harness.machine import BootFailed
from harness.scenario import Run
from harness.settings import ROOT, Settings, SetupError

_PAGE = ROOT / "docs" / "MATRIX.md"
_RELEASES = {"bookworm": "Debian 12", "trixie": "Debian 13", "sid": "sid"}
_NEWEST = "sid"
_ERST_BYTES = 512 * 1024
_ERST_RECORD_BYTES = (4096, 8192, 32768)
_NOT_RUN = "not run"
_JUDGES = "judges"
_FAILURES = (CheckFailed, BootFailed, qemu.Hang, OSError)

_INTRODUCTION = """\
# What keeps crash records

Written by `make test-matrix`, on {date:%Y-%m-%d}. Not every combination of everything, but a set that has each part
in it:

- each firmware, in the QEMU of its release, with the kernel of the release in use: every question of
  `ovmf-harness/run --firmware`;
- each kernel, with QEMU and firmware of the release in use: a panic's records in EFI variables, and in ERST with each
  size of a record, from the panic to an empty store, byte for byte;
- one machine with QEMU, firmware and kernel of the release in use: what other people's tools say of it, beside ours.

QEMU and OVMF of other releases are unpacked and run with their own libraries; nothing is installed. "secure" is OVMF's
build for Secure Boot, whose variables only System Management Mode can write, without keys, as the harness starts
programs that nobody has signed. To judge a firmware of one's own: [TESTING.md](TESTING.md#other-firmware-another-qemu).
"""


@dataclass(frozen=True)
class Image:
    code: str
    variables: str
    model: qemu.Firmware  # whose machine it wants


_IMAGES = {
    "2M": Image("OVMF_CODE.fd", "OVMF_VARS.fd", qemu.OVMF_SMALL),
    "4M": Image("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", qemu.OVMF),
    "secure": Image("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd", qemu.OVMF_SECURE_WITHOUT_KEYS),
}


# By the name of a row.
_KERNELS: dict[str, Callable[[Settings], Lab]] = {
    "default": lambda own: lab.prepare(own.with_kernel("default")),
    "backports": lambda own: lab.prepare(own.with_kernel("backports")),
    _NEWEST: lambda own: lab.with_kernel(own, lambda: kernel.obtain_newer(own, _NEWEST)),
}


class Ready(NamedTuple):
    """What is there to be asked."""

    lab: Lab
    firmware: qemu.Firmware
    versions: dict[str, str]


@dataclass(frozen=True)
class Cell:
    """One combination; what comes of it is what JSON can hold."""

    name: str
    prepare: Callable[[Settings], Ready]
    ask: Callable[[Run, qemu.Firmware], dict[str, Any]]


# --- each firmware ---

def _with_firmware(release: str, image: Image) -> Callable[[Settings], Ready]:
    def prepare(settings: Settings) -> Ready:
        found = otherqemu.obtain(settings, release)
        code, variables = (found.firmware / name for name in (image.code, image.variables))
        if not code.is_file():
            raise NotThere(f"its package ovmf has no {image.code}")
        shared = lab.prepare(replace(settings, emulator=found.emulator))
        return Ready(shared, replace(image.model, code=code, variables=variables),
                     {"QEMU": found.qemu_version, "OVMF": found.ovmf_version, "Linux": shared.kernel.version})
    return prepare


def _ask_firmware(run: Run, firmware: qemu.Firmware) -> dict[str, Any]:
    rows = []
    for row in firmwarequestions.ask_all(Evidence(run, firmware)):
        report.say(f"{run.name}: {row}")
        rows.append(row)
    return {"keeps": firmwarequestions.keeps(rows).value,
            "answers": {row.question.name: [row.answer.verdict.value, row.answer.figures] for row in rows}}


def _firmware_name(release: str, image: str) -> str:
    return f"{release}-{image}"


# --- each kernel ---

def _with_kernel(name: str) -> Callable[[Settings], Ready]:
    def prepare(settings: Settings) -> Ready:
        shared = _KERNELS[name](settings)
        return Ready(shared, shared.firmware, {"Linux": shared.kernel.version})
    return prepare


def _travel(backend: Backend, stores: dict[str, Any]) -> Callable[[Run, qemu.Firmware], dict[str, Any]]:
    def ask(run: Run, _: qemu.Firmware) -> dict[str, Any]:
        try:
            dump = roundtrip.travel_without_command(run, run.machine(**stores), backend)
        except _FAILURES as error:
            return {"text": f"NO: {str(error).splitlines()[0]}"}
        return {"text": f"yes: {len(dump.records)} records, {len(dump.log)} bytes of log"}
    return ask


# By the name of a column.
_WAYS = {"EFI variables": _travel(EFI, EFI.only)} | {
    f"ERST, {size}": _travel(ERST, {"erst": bytes(_ERST_BYTES), "erst_record_bytes": size})
    for size in _ERST_RECORD_BYTES}


def _way_name(kernel_name: str, way: str) -> str:
    return f"{kernel_name}-{way.replace(', ', '-').replace(' ', '-')}"


def _cells() -> list[Cell]:
    firmware = [Cell(_firmware_name(release, name), _with_firmware(release, image), _ask_firmware)
                for name, image in _IMAGES.items() for release in _RELEASES]
    ways = [Cell(_way_name(name, way), _with_kernel(name), ask) for name in _KERNELS for way, ask in _WAYS.items()]
    return [Cell(_JUDGES, _with_kernel("default"), foreignjudges.ask), *firmware, *ways]


# --- what was answered ---

def _fingerprint(ready: Ready) -> str:
    digest = hashlib.sha256(json.dumps(ready.versions).encode())
    for path in (ready.lab.application, ready.lab.settings.linux_tool, ready.lab.kernel.image, ready.firmware.code,
                 ready.firmware.variables):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _known(cell: Cell, kept: Path) -> dict[str, Any]:
    file = kept / f"{cell.name}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def _ask(cell: Cell, settings: Settings, known: dict[str, Any]) -> dict[str, Any]:
    """What is known of the same parts is not asked again."""
    try:
        ready = cell.prepare(settings)
    except NotThere as error:
        return {"left out": str(error)}
    fingerprint = _fingerprint(ready)
    if known.get("fingerprint") == fingerprint:
        return known
    run = Run(f"matrix-{cell.name}", ready.lab, report.step)
    run.prepare()
    return cell.ask(run, ready.firmware) | {"fingerprint": fingerprint, "versions": ready.versions}


def _answer(cell: Cell, settings: Settings, kept: Path) -> dict[str, Any]:
    answer = _ask(cell, settings, _known(cell, kept))
    (kept / f"{cell.name}.json").write_text(json.dumps(answer, indent=1))
    return answer


# --- the page ---

def _markdown(rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:], ""]


_Answers = dict[str, dict[str, Any]]


def _firmware_columns() -> dict[str, str]:
    """The title of each, by its cell's name."""
    return {_firmware_name(release, image): f"{title}, {image}"
            for release, title in _RELEASES.items() for image in _IMAGES}


def _verdicts(answers: _Answers) -> Iterator[str]:
    columns = {name: title for name, title in _firmware_columns().items() if "answers" in answers.get(name, {})}
    rows = [["", *columns.values()]]
    for part in ("QEMU", "OVMF", "Linux"):
        rows.append([part, *(answers[name]["versions"][part] for name in columns)])
    for question in firmwarequestions.QUESTIONS:
        rows.append([question.text + ("" if question.must else " (not needed)"),
                     *(answers[name]["answers"][question.name][0] for name in columns)])
    rows.append(["**keeps what Linux writes**", *(answers[name]["keeps"] for name in columns)])
    yield from ("## Firmware", "", *(_markdown(rows) if columns else []))
    others = {name: title for name, title in _firmware_columns().items() if name not in columns}
    yield from (f"- {title}: {answers.get(name, {}).get('left out', _NOT_RUN)}" for name, title in others.items())
    yield ""
    for name, title in columns.items():
        rows = [["question", "answer", "evidence"]]
        rows += [[question.text, *answers[name]["answers"][question.name]] for question in firmwarequestions.QUESTIONS]
        yield from (f"### {title}", "", *_markdown(rows))


def _kernels(answers: _Answers) -> Iterator[str]:
    rows = [["Linux", *_WAYS]]
    for name in _KERNELS:
        cells = [answers.get(_way_name(name, way), {}) for way in _WAYS]
        version = next((cell["versions"]["Linux"] for cell in cells if "versions" in cell), name)
        rows.append([version, *(cell.get("text") or cell.get("left out", _NOT_RUN) for cell in cells)])
    yield from ("## Kernels", "", "From the panic, through the dump, to an empty store; the size is an ERST record's.",
                "", *_markdown(rows))


def _judges(answers: _Answers) -> Iterator[str]:
    figures = answers.get(_JUDGES, {}).get("figures", [])
    rows = [["figure", "ours", "theirs", "by"], *(figures or [[_NOT_RUN, "", "", ""]])]
    yield from ("## Other judges", "", *_markdown(rows))


def _page(answers: _Answers) -> str:
    introduction = _INTRODUCTION.format(date=datetime.now(timezone.utc))
    return "\n".join([introduction, *_verdicts(answers), *_kernels(answers), *_judges(answers)])


def _is_good(answer: dict[str, Any]) -> bool:
    return "left out" in answer or answer.get("keeps") == "yes" or answer.get("text", "").startswith("yes")


def _chosen(names: Sequence[str]) -> list[Cell]:
    every = {cell.name: cell for cell in _cells()}
    unknown = [name for name in names if name not in every]
    if unknown:
        raise SetupError(f"no combination {unknown[0]}; there are {', '.join(every)}")
    return [every[name] for name in names or every]


def run(settings: Settings, names: Sequence[str], jobs: int) -> int:
    """The exit status. Combinations of these names only, if there are any; of the others the page has what is known."""
    chosen = _chosen(names)
    kept = settings.work / "matrix"
    kept.mkdir(parents=True, exist_ok=True)
    answers: _Answers = {cell.name: _known(cell, kept) for cell in _cells()}
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(_answer, cell, settings, kept): cell for cell in chosen}
        try:
            for future in as_completed(running):
                answers[running[future].name] = future.result()
                _PAGE.write_text(_page(answers))
        except KeyboardInterrupt:
            qemu.kill_all()
            pool.shutdown(cancel_futures=True)
            raise
    report.say(_page(answers))
    failed = [cell.name for cell in chosen if not _is_good(answers[cell.name])]
    report.say(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0
