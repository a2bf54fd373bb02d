# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Signs a kernel with the test key that OVMF's package ships, and that its snakeoil variables trust.

In place of the distribution's signature: Linux takes an image with one alone (K6.1
crypto/asymmetric_keys/verify_pefile.c, pefile_strip_sig_wrapper()).
"""

import os
import subprocess
import tempfile
from pathlib import Path

from harness import archive, kernel
from harness.archive import NotThere
from harness.check import Skipped
from harness.lab import Lab

_KEY = Path("/usr/share/ovmf/PkKek-1-snakeoil.key")
_CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")
_PASSWORD = "snakeoil"  # as the package's README says
_PACKAGES = ["sbsigntool", "libssl3", "libuuid1"]


def _tree(lab: Lab) -> Path:
    tree = lab.settings.build / "sbsigntool"
    source = kernel.archive(lab.settings)
    with archive.locked(source.root / "lock"):
        if not tree.is_dir():
            source.prepare()
            source.unpack(_PACKAGES, tree)
    return tree


def _run(*command: str | Path, **environment: str) -> None:
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)


def sign(lab: Lab, image: Path) -> Path:
    """The image with that signature."""
    signed = lab.work / f"{image.name}.snakeoil"
    try:
        tree = _tree(lab)
    except NotThere as error:
        raise Skipped(f"no sbsigntool: {error}") from error
    with tempfile.TemporaryDirectory() as scratch:
        key = Path(scratch) / "key"
        _run("openssl", "pkey", "-in", _KEY, "-passin", f"pass:{_PASSWORD}", "-out", key)
        unsigned = Path(scratch) / "image"
        unsigned.write_bytes(image.read_bytes())
        libraries = str(tree / "usr/lib/x86_64-linux-gnu")
        _run(tree / "usr/bin/sbattach", "--remove", unsigned, LD_LIBRARY_PATH=libraries)
        _run(tree / "usr/bin/sbsign", "--key", key, "--cert", _CERTIFICATE, "--output", signed, unsigned,
             LD_LIBRARY_PATH=libraries)
    return signed
