# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A scenario: a file whose docstring says what it proves and whose run() does it, step by step."""

import importlib.util
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Iterator

from harness.lab import Lab
from harness.machine import Machine
from harness.settings import ROOT
from harness.system import System
from harness.uboot import UBoot

_DIRECTORY = ROOT / "ovmf-harness" / "scenarios"


@dataclass(frozen=True)
class Scenario:
    name: str
    module: ModuleType

    @property
    def summary(self) -> str:
        """What it proves: the docstring's first paragraph."""
        return " ".join(self.module.__doc__.strip().split("\n\n")[0].split())


def load(path: Path) -> Scenario:
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Scenario(path.stem, module)


def _load_in(directory: Path) -> list[Scenario]:
    return [load(path) for path in sorted(directory.glob("*.py"))]


def load_all() -> list[Scenario]:
    return _load_in(_DIRECTORY)


def load_for_every_kernel() -> list[Scenario]:
    return _load_in(_DIRECTORY / "every-kernel")


def load_for_kdump() -> list[Scenario]:
    """Those of the usual run too."""
    return [each for each in load_all() if each.name.startswith("kdump-")] + _load_in(_DIRECTORY / "kdump-all")


def load_for_system() -> list[Scenario]:
    """The one of the usual run too."""
    return [each for each in load_all() if each.name.startswith("system-")] + _load_in(_DIRECTORY / "system")


def load_more() -> list[Scenario]:
    """Those alone that the usual run leaves out, as they take long or download much."""
    return _load_in(_DIRECTORY / "more")


def load_every_one() -> list[Scenario]:
    every = [*load_all(), *load_more(), *load_for_kdump(), *load_for_system(), *load_for_every_kernel(),
             *_load_in(_DIRECTORY / "arm64")]
    return list({each.name: each for each in every}.values())


@dataclass
class Run:
    """One run of a scenario: where its machines live, and how its steps are told."""

    name: str
    lab: Lab
    told: Callable[[str, str, float, bool], None]  # scenario, step, seconds, whether it went well
    machines: list[Machine | System | UBoot] = field(default_factory=list)

    @property
    def work(self) -> Path:
        return self.lab.work / self.name

    def prepare(self) -> None:
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def _add(self, kind: type, name: str, lab: Lab | None, parts: dict[str, Any]) -> Any:
        work = self.work / name
        work.mkdir()
        self.machines.append(kind(lab or self.lab, work, **parts))
        return self.machines[-1]

    def machine(self, name: str = "machine", lab: Lab | None = None, **stores: Any) -> Machine:
        """With another lab, one of another architecture."""
        return self._add(Machine, name, lab, stores)

    def system(self, name: str = "system", lab: Lab | None = None, **parts: Any) -> System:
        return self._add(System, name, lab, parts)

    def uboot(self, name: str = "uboot", **parts: Any) -> UBoot:
        return self._add(UBoot, name, None, parts)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        start = time.monotonic()
        passed = False
        try:
            yield
            passed = True
        finally:
            self.told(self.name, title, time.monotonic() - start, passed)

    @property
    def last_log(self) -> Path | None:
        logs = [log for machine in self.machines if (log := machine.last_log) and log.exists()]
        return max(logs, key=lambda log: log.stat().st_mtime, default=None)
