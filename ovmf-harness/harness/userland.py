# SPDX-License-Identifier: BSD-2-Clause-Patent
"""A guest's programs, and what they load: this machine's, or another architecture's out of its packages."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.architecture import X86_64, Architecture
from harness.settings import Settings

BUSYBOX = Path("/bin/busybox")


@dataclass(frozen=True)
class Userland:
    settings: Settings
    ours: Path  # the directory that has what was built of ours
    architecture: Architecture = X86_64
    busybox: Path = BUSYBOX
    root: Path = Path("/")  # has the libraries
    emulator: tuple[str | Path, ...] = ()  # before a program's name
    linker: tuple[str | Path, ...] = ("ldd",)  # before a program's name: prints what it loads

    @property
    def linux_tool(self) -> Path:
        return self.ours / "pstore-fw"

    @property
    def capture(self) -> Path:
        return self.ours / "pstore-fw-capture"

    def environment(self, tree: Path) -> dict[str, str]:
        """For a program of the tree that it was unpacked in."""
        trees = [each for each in (tree, self.root) if each != Path("/")]
        search = ":".join(str(each / place / f"{self.architecture.name}-linux-gnu")
                          for each in trees for place in ("lib", "usr/lib"))
        return os.environ | ({"LD_LIBRARY_PATH": search} if search else {})

    def libraries(self, program: Path, tree: Path | None = None) -> dict[str, bytes]:
        """What the dynamic linker loads with a program, of the tree that it was unpacked in or of the root."""
        tree = tree or self.root
        listing = subprocess.run([*self.linker, program], check=True, capture_output=True, text=True,
                                 env=self.environment(tree))
        paths = map(Path, re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listing.stdout, re.MULTILINE))
        return {_place(path, (tree, self.root)): path.read_bytes() for path in paths}

    def portable(self, program: Path, tree: Path | None = None) -> dict[str, bytes]:
        """A program for a step's files: it starts with LD_LIBRARY_PATH=/run/lib."""
        libraries = self.libraries(program, tree)
        return {program.name: program.read_bytes()} | {f"lib/{Path(path).name}": content
                                                       for path, content in libraries.items()}

    def command(self) -> dict[str, bytes]:
        return {"bin/pstore-fw": self.linux_tool.read_bytes()} | self.libraries(self.linux_tool)


def _place(path: Path, trees: tuple[Path, ...]) -> str:
    return str(path.relative_to(next((tree for tree in trees if path.is_relative_to(tree)), "/")))


def native(settings: Settings) -> Userland:
    return Userland(settings, settings.build)
