# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The guest's kernel: Debian's own, downloaded and unpacked but never installed, or the caller's."""

import fcntl
import gzip
import lzma
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from harness.settings import Settings, SetupError

_META_PACKAGE = "linux-image-amd64"
_DECOMPRESSORS = {".ko": bytes, ".xz": lzma.decompress, ".gz": gzip.decompress}


@dataclass(frozen=True)
class Kernel:
    image: Path
    modules: Path

    def load_order(self, wanted: list[str]) -> list[tuple[str, bytes]]:
        """Name and content of the wanted modules and of all they depend on, each after its dependencies.

        Read from the modules themselves, since modules.dep is made only when a package is installed. Modules
        built into the kernel are left out.
        """
        paths = {_plain_name(path.name): path for path in self.modules.rglob("*.ko*")}
        builtin = {_plain_name(line) for line in (self.modules / "modules.builtin").read_text().split()}
        ordered: dict[str, bytes] = {}

        def add(name: str) -> None:
            if name in ordered or name in builtin:
                return
            if name not in paths:
                raise SetupError(f"the kernel's modules in {self.modules} have no {name}")
            content = _DECOMPRESSORS[paths[name].suffix](paths[name].read_bytes())
            for dependency in _dependencies(content):
                add(dependency)
            ordered[name] = content

        for name in wanted:
            add(_plain_name(name))
        return list(ordered.items())


def _plain_name(path: str) -> str:
    return path.rsplit("/", 1)[-1].split(".ko", 1)[0].replace("-", "_")


def _dependencies(module: bytes) -> list[str]:
    found = re.search(rb"\0depends=([^\0]*)\0", module)
    return [_plain_name(name) for name in found[1].decode().split(",") if name] if found else []


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _output(*command: str, cwd: Path | None = None) -> str:
    try:
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as error:
        raise SetupError(f"{command[0]} is not there: set KERNEL= and MODULES=") from error
    except subprocess.CalledProcessError as error:
        raise SetupError(f"{' '.join(command)}: {error.stderr.strip()}") from error


def _image_package() -> str:
    found = re.search(r"Depends: (linux-image-\S+)", _output("apt-cache", "depends", _META_PACKAGE))
    if not found:
        raise SetupError(f"apt knows no {_META_PACKAGE}: run scripts/install-deps, or set KERNEL=, MODULES=")
    return found[1]


def _download(tree: Path) -> None:
    """Fill the tree in one step: an interrupted download leaves no tree behind."""
    scratch = tree.with_name("download")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    _output("apt-get", "download", _image_package(), cwd=scratch)
    package = next(scratch.glob("*.deb"))
    _output("dpkg-deb", "-x", str(package), str(scratch / "unpacked"))
    (scratch / "unpacked").rename(tree)
    shutil.rmtree(scratch)


def _debian_tree(settings: Settings) -> Path:
    tree = settings.build / "kernel" / "tree"
    with _locked(tree.with_name("lock")):
        if not tree.is_dir():
            _download(tree)
    return tree


def _only(tree: Path, *patterns: str) -> Path:
    found = [path for pattern in patterns for path in tree.glob(pattern)]
    if len(found) != 1:
        raise SetupError(f"{tree}: expected one {' or '.join(patterns)}, found {len(found)}")
    return found[0]


def obtain(settings: Settings) -> Kernel:
    if settings.kernel and settings.modules:
        return Kernel(settings.kernel, settings.modules)
    if settings.kernel or settings.modules:
        raise SetupError("KERNEL= and MODULES= go together: the image and the directory of its modules")
    tree = _debian_tree(settings)
    modules = _only(tree, "lib/modules/*", "usr/lib/modules/*")
    return Kernel(_only(tree, "boot/vmlinuz-*"), modules)
