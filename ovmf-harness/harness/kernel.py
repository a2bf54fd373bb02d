# SPDX-License-Identifier: BSD-2-Clause-Patent
"""The guest's kernel: one that the distribution's archive offers for the release in use, or the caller's."""

import gzip
import lzma
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from harness import report
from harness.architecture import X86_64, Architecture
from harness.archive import Archive, NotThere, codename, locked
from harness.settings import DEFAULT_KERNEL, Settings, SetupError

_DECOMPRESSORS = {".ko": bytes, ".xz": lzma.decompress, ".gz": gzip.decompress}
_IMAGE = "linux-image-"


@dataclass(frozen=True)
class Choice:
    """A kernel of the archive, by the package that always stands for the newest of its kind."""

    name: str  # what --kernel and KERNEL= take
    kind: str = ""
    backports: bool = False

    @property
    def suite(self) -> str:
        return f"{codename()}-backports" if self.backports else ""


CHOICES = (
    Choice("default"),
    Choice("cloud", "cloud-"),
    Choice("backports", backports=True),
    Choice("cloud-backports", "cloud-", backports=True),
)


@dataclass(frozen=True)
class Kernel:
    image: Path
    modules: Path

    @property
    def version(self) -> str:
        return self.modules.name

    def module_paths(self) -> dict[str, Path]:
        return {_plain_name(path.name): path for path in self.modules.rglob("*.ko*")}

    def those_it_has(self, names: list[str]) -> list[str]:
        """The modules among these that are neither built in nor left out of this kernel."""
        paths = self.module_paths()
        return [name for name in names if name in paths]

    def load_order(self, wanted: list[str]) -> list[tuple[str, bytes]]:
        """Name and content of the wanted modules and of all they depend on, each after its dependencies.

        Read from the modules themselves, since modules.dep is made only when a package is installed. Modules
        built into the kernel are left out.
        """
        paths = self.module_paths()
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


def archive(settings: Settings, architecture: Architecture = X86_64) -> Archive:
    name = "apt" if architecture is X86_64 else f"apt-{architecture.package}"
    return Archive(settings.build / name, architecture.package)


def directory(settings: Settings, version: str) -> Path:
    """Where all that belongs to one kernel of the archive is kept."""
    return settings.build / "kernel" / version


def _version(source: Archive, choice: Choice) -> str:
    """As uname says it."""
    if choice.suite and choice.suite not in source.suites():
        raise NotThere(f"{choice.suite} cannot be had")
    package = f"{_IMAGE}{choice.kind}{source.architecture}"
    return source.dependency(package, choice.suite, rf"{_IMAGE}[\w.+~-]+").removeprefix(_IMAGE)


def _image_tree(settings: Settings, version: str) -> Path:
    return directory(settings, version) / "image"


def _fetch(settings: Settings, source: Archive, choice: Choice) -> Path:
    version = _version(source, choice)
    tree = _image_tree(settings, version)
    if not tree.is_dir():
        report.say(f"downloading the kernel {version}")
        tree.parent.mkdir(parents=True, exist_ok=True)
        source.unpack(source.parts(_IMAGE + version, version), tree)
    return tree


def _tree(settings: Settings, choice: Choice, source: Archive) -> Path:
    with locked(source.root / "lock"):
        source.prepare()
        try:
            return _fetch(settings, source, choice)
        except NotThere:
            # The archive keeps no kernel that a newer one has replaced.
            source.update()
            return _fetch(settings, source, choice)


def _only(tree: Path, *patterns: str) -> Path:
    found = [path for pattern in patterns for path in tree.glob(pattern)]
    if len(found) != 1:
        raise SetupError(f"{tree}: expected one {' or '.join(patterns)}, found {len(found)}")
    return found[0]


def _chosen(name: str) -> Choice:
    for choice in CHOICES:
        if choice.name == name:
            return choice
    raise SetupError(f"no kernel {name}; there are {', '.join(choice.name for choice in CHOICES)}")


def _of_archive(settings: Settings, source: Archive) -> Kernel:
    tree = _tree(settings, _chosen(settings.kernel), source)
    modules = _only(tree, "lib/modules/*", "usr/lib/modules/*")
    return Kernel(_only(tree, "boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz"), modules)


def obtain(settings: Settings) -> Kernel:
    if settings.image and settings.modules:
        return Kernel(settings.image, settings.modules)
    if settings.image or settings.modules:
        raise SetupError("KERNEL= and MODULES= go together: the image and the directory of its modules")
    return _of_archive(settings, archive(settings))


def obtain_newer(settings: Settings, release: str) -> Kernel:
    """Another release's."""
    source = Archive(settings.build / f"apt-{release}", release=release)
    return _of_archive(settings.with_kernel(DEFAULT_KERNEL), source)


def obtain_foreign(settings: Settings, architecture: Architecture) -> Kernel:
    """The same choice of another architecture's kernels; the caller's own kernel is of this one."""
    choice = settings.with_kernel(settings.kernel or DEFAULT_KERNEL)
    return _of_archive(choice, archive(settings, architecture))


def busybox(settings: Settings, architecture: Architecture) -> Path:
    """Another architecture's, of its package."""
    source = archive(settings, architecture)
    tree = settings.build / f"busybox-{architecture.package}"
    with locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            source.unpack(["busybox-static"], tree)
    return _only(tree, "bin/busybox", "usr/bin/busybox")


@dataclass(frozen=True)
class Offer:
    choice: Choice
    version: str = ""
    cached: bool = False
    missing: str = ""  # why there is none


def offers(settings: Settings) -> Iterator[Offer]:
    """What the archive has now; nothing is downloaded but its lists."""
    source = archive(settings)
    with locked(source.root / "lock"):
        source.update()
        for choice in CHOICES:
            try:
                version = _version(source, choice)
                yield Offer(choice, version, _image_tree(settings, version).is_dir())
            except NotThere as error:
                yield Offer(choice, missing=str(error))
