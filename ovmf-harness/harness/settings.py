# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the caller may choose, from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """Something that the harness needs is not there; no scenario is to blame."""


@dataclass(frozen=True)
class Settings:
    build: Path
    kernel: Path | None  # KERNEL=: another kernel image
    modules: Path | None  # MODULES=: its modules directory, the one that holds kernel/
    patience: float  # PATIENCE=: factor on every bound in seconds, for slow machines

    @property
    def work(self) -> Path:
        return self.build / "harness"

    @property
    def linux_tool(self) -> Path:
        return self.build / "pstore-fw"

    @property
    def application(self) -> Path:
        return self.build / "pstore-fwx64.efi"

    def require_programs(self) -> None:
        for program in (self.linux_tool, self.application):
            if not program.is_file():
                raise SetupError(f"{program} is not there: run make first")


def _optional_path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).resolve() if value else None


def from_environment() -> Settings:
    # sgdisk is there, and an ordinary user's PATH has neither.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    build = os.environ.get("BUILD") or os.environ.get("O") or ROOT / "build"
    return Settings(
        build=Path(build).resolve(),
        kernel=_optional_path("KERNEL"),
        modules=_optional_path("MODULES"),
        patience=float(os.environ.get("PATIENCE", "1")),
    )
