#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause-Patent
"""check-install.py: `make install` puts what its switches name, and `make uninstall` takes just that away again."""

import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import checks  # noqa: E402

PARTS = ["command", "efi", "kdump"]
# What is only there for it, by words of its path.
SYSTEMS = {"systemd": "/systemd/|/tmpfiles.d/", "udev": "/udev/", "init": "/init.d/",
           "initramfs-tools": "/initramfs-tools/", "dracut": "/dracut/", "docs": "/doc/|/man/"}
SETTING = "etc/pstore-fw/kdump.conf"
OTHERS = ["usr/bin/other", "etc/pstore-fw/pstore-fw.conf.d/own.conf", "etc/init.d/other", "etc/empty/", "usr/lib/empty/",
          "usr/lib/systemd/system/other.service", "usr/share/initramfs-tools/hooks/other", "usr/lib/pstore-fw/other"]


def make(target, *variables):
    # As built: nothing is compiled here, and of what a make above this one was asked for only what it has built counts.
    plain = {name: os.environ[name] for name in ("PATH", "O", "EFI_FOR") if name in os.environ}
    made_before = ["-o", "all", "-o", f"{plain.get('O', 'build')}/man.made"]
    return subprocess.run(["make", "-s", "-C", ROOT, *made_before, target, "PREFIX=/usr", *variables], env=plain,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


def made(target, tree, *variables):
    result = make(target, f"DESTDIR={tree}", *variables)
    assert result.returncode == 0, result.stderr
    return result


def look(tree):
    """Every path below it: a file's bytes and mode."""
    return {str(path.relative_to(tree)): path.is_file() and (path.read_bytes(), path.stat().st_mode)
            for path in sorted(tree.rglob("*"))}


def files(tree):
    return {name for name, content in look(tree).items() if content}


def put_others(tree):
    for name in OTHERS:
        path = tree / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text("of others\n")


def tree_of(folder, *variables):
    """Installed, in a tree that is empty."""
    tree = Path(tempfile.mkdtemp(dir=folder))
    made("install", tree, *variables)
    return tree


def check_nothing_is_left(folder):
    for without in "", " ".join(SYSTEMS):
        tree = tree_of(folder, f"WITHOUT={without}")
        assert files(tree), without
        made("uninstall", tree, f"WITHOUT={without}")
        assert not look(tree), f"WITHOUT={without}: {sorted(look(tree))}"


def check_others_stay(folder):
    tree = Path(tempfile.mkdtemp(dir=folder))
    put_others(tree)
    # Below a DESTDIR an empty directory on the way is taken for one that was made; these are on no way.
    before = look(tree)
    made("install", tree)
    assert len(files(tree)) > 40
    made("uninstall", tree)
    assert look(tree) == before


def check_system_keeps_directories(folder):
    """Without DESTDIR: one that was there and empty stays, one of ours goes."""
    system = Path(tempfile.mkdtemp(dir=folder, prefix="system-"))
    directories = {"PREFIX": "usr", "SYSCONFDIR": "etc", "SYSTEMD_UNIT_DIR": "units", "SYSTEMD_CATALOG_DIR": "catalog",
                   "SYSTEMD_PRESET_DIR": "presets", "TMPFILES_DIR": "tmpfiles", "INITRAMFS_TOOLS_DIR": "initramfs",
                   "DRACUT_DIR": "dracut", "UDEV_RULES_DIR": "rules"}
    variables = [f"{name}={system / where}" for name, where in directories.items()]
    for where in [*directories.values(), "usr/bin", "usr/lib", "etc/init.d", "usr/share/doc"]:
        (system / where).mkdir(exist_ok=True, parents=True)
    before = look(system)
    assert make("install", *variables).returncode == 0
    assert len(files(system)) > 40
    assert make("uninstall", *variables).returncode == 0
    kept = look(system)
    assert before.items() <= kept.items() and not files(system)
    assert not [name for name in kept if "pstore-fw" in name], kept.keys()


def check_parts(folder):
    """Each file is in one part, and all parts are everything."""
    whole = files(tree_of(folder))
    parts = [files(tree_of(folder, f"PARTS={part}")) for part in PARTS]
    for one, other in itertools.combinations(parts, 2):
        assert not one & other, one & other
    assert set().union(*parts) == whole
    assert all(parts)


def check_without(folder):
    whole = files(tree_of(folder))
    for system, words in SYSTEMS.items():
        left_out = {name for name in whole if any(word in f"/{name}" for word in words.split("|"))}
        assert left_out, system
        assert whole - files(tree_of(folder, f"WITHOUT={system}")) == left_out, system


def check_unknown_words(folder):
    for variable in "WITHOUT=dracutt", "PARTS=comand":
        for target in "install", "uninstall":
            tree = Path(tempfile.mkdtemp(dir=folder))
            result = make(target, f"DESTDIR={tree}", variable)
            assert result.returncode and f"{variable} is none of" in result.stderr, result
            assert not look(tree)


def check_settings(folder):
    """One that was changed is somebody's: neither written again nor taken away."""
    tree = tree_of(folder)
    (tree / SETTING).write_text("keep = 1\n")
    made("install", tree)
    assert (tree / SETTING).read_text() == "keep = 1\n"
    result = made("uninstall", tree)
    assert files(tree) == {SETTING} and f"{SETTING} stays" in result.stderr, result.stderr


def check_places(folder):
    """Whatever runs the program does so where it is."""
    tree = tree_of(folder, "PREFIX=/opt/crash")
    texts = {name: (tree / name).read_bytes() for name in files(tree)}
    naming = [name for name, text in texts.items() if b"/opt/crash/bin/pstore-fw" in text]
    assert len(naming) >= 5, naming
    assert not [name for name, text in texts.items() if b"/usr/local/bin/pstore-fw" in text]
    modes = {name: (tree / name).stat().st_mode & 0o777 for name in texts}
    scripts = {name for name, text in texts.items() if text.startswith((b"\x7fELF", b"#!"))}
    assert all(modes[name] == (0o644 if "pstore-fw-kdump.sh" in name else 0o755) for name in scripts), modes
    assert all(modes[name] == 0o644 for name in texts.keys() - scripts), modes


def check_versions(_):
    """Packages are of the version that they are made from."""
    version = (ROOT / "VERSION").read_text().strip()
    for name, words in {"debian/changelog": f"pstore-fw ({version}-", "fedora/pstore-fw.spec": f" {version}\nRelease: ",
                        "arch/PKGBUILD": f"\npkgver={version}\n"}.items():
        assert words in (ROOT / "packaging" / name).read_text(), f"packaging/{name} is not of {version}"


CHECKS = [check_nothing_is_left, check_others_stay, check_system_keeps_directories, check_parts, check_without,
          check_unknown_words, check_settings, check_places, check_versions]


def main():
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as folder:
        return checks.run_all(CHECKS, folder)


if __name__ == "__main__":
    sys.exit(main())
