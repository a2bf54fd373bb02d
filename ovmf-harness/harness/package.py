# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Other people's firmware and boot loaders, out of the distribution's packages, unpacked and not installed."""

from pathlib import Path

from harness import archive, kernel
from harness.archive import NotThere
from harness.check import Skipped
from harness.settings import Settings


def _unpacked(settings: Settings, package: str) -> Path:
    tree = settings.build / "packages" / package
    source = kernel.archive(settings)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            tree.parent.mkdir(exist_ok=True)
            source.unpack([package], tree)
    return tree


def file(settings: Settings, package: str, path: str) -> Path:
    """A file of a package, without which a scenario is skipped."""
    try:
        found = _unpacked(settings, package) / path
    except NotThere as error:
        raise Skipped(f"no {package}: {error}") from error
    if not found.is_file():
        raise Skipped(f"{package} of this release has no {path}")
    return found
