# SPDX-License-Identifier: BSD-2-Clause-Patent
"""What the caller may choose, from the environment."""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

DEFAULT_KERNEL = "default"
ROOT = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """Something that the harness needs is not there; no scenario is to blame."""


@dataclass(frozen=True)
class Settings:
    build: Path
    kernel: str  # KERNEL=: which of the archive's kernels
    image: Path | None  # KERNEL=: another kernel's image
    modules: Path | None  # MODULES=: its modules directory, the one that holds kernel/
    patience: float  # PATIENCE=: factor on every bound in seconds, for slow machines
    emulator: Path | None = None  # QEMU=: another qemu-system-x86_64
    firmware_code: Path | None = None  # OVMF_CODE=: another firmware, and
    firmware_variables: Path | None = None  # OVMF_VARS=: the store that belongs to it

    @property
    def work(self) -> Path:
        return self.build / "harness"

    def with_kernel(self, name: str) -> "Settings":
        """The same, but with this kernel of the archive."""
        return replace(self, kernel=name, image=None, modules=None)

    @property
    def linux_tool(self) -> Path:
        return self.build / "pstore-fw"

    @property
    def capture(self) -> Path:
        return self.build / "pstore-fw-capture"

    @property
    def application(self) -> Path:
        return self.build / "pstore-fwx64.efi"

    def require_programs(self) -> None:
        for program in (self.linux_tool, self.application):
            if not program.is_file():
                raise SetupError(f"{program} is not there: run make first")


def _path(value: str) -> Path | None:
    return Path(value).resolve() if value else None


def _file(name: str) -> Path | None:
    """What a variable of the environment names, which has to be there."""
    path = _path(os.environ.get(name, ""))
    if path and not path.is_file():
        raise SetupError(f"{name}={os.environ[name]}: there is no such file")
    return path


def _program(name: str) -> Path | None:
    """The same, or what is found in PATH."""
    value = os.environ.get(name, "")
    if value and not shutil.which(value):
        raise SetupError(f"{name}={value}: there is no such program")
    return Path(shutil.which(value)).absolute() if value else None


def _firmware() -> tuple[Path | None, Path | None]:
    code, variables = _file("OVMF_CODE"), _file("OVMF_VARS")
    if bool(code) != bool(variables):
        raise SetupError("OVMF_CODE= and OVMF_VARS= go together: the firmware and the store that belongs to it")
    return code, variables


def from_environment() -> Settings:
    # sgdisk is there, and an ordinary user's PATH has neither.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    kernel = os.environ.get("KERNEL", "")
    modules = _path(os.environ.get("MODULES", ""))
    own = bool(modules or "/" in kernel)
    firmware_code, firmware_variables = _firmware()
    build = os.environ.get("BUILD") or os.environ.get("O") or ROOT / "build"
    return Settings(
        build=Path(build).resolve(),
        kernel="" if own else kernel or DEFAULT_KERNEL,
        image=_path(kernel) if own else None,
        modules=modules,
        patience=float(os.environ.get("PATIENCE", "1")),
        emulator=_program("QEMU"),
        firmware_code=firmware_code,
        firmware_variables=firmware_variables,
    )
