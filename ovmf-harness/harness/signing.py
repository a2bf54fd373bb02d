# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Signs what firmware starts, as `make sign` does: by keys of its own, or by the test key that OVMF's package ships
and its snakeoil variables trust.

A kernel's signature takes the place of the distribution's: Linux takes an image with one alone (K6.1
crypto/asymmetric_keys/verify_pefile.c, pefile_strip_sig_wrapper()).
"""

import ssl
import struct
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from harness.settings import ROOT

_SIGN = ROOT / "scripts/sign-image"
_SNAKEOIL_KEY = Path("/usr/share/ovmf/PkKek-1-snakeoil.key")
_SNAKEOIL_CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")
_SNAKEOIL_PASSWORD = "snakeoil"  # as the package's README says

# EFI_SIGNATURE_LIST (UEFI 2.10, 32.4.1)
_X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
_LIST = struct.Struct("<16sIII")


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True)
class Signer:
    key: Path
    certificate: Path

    def sign(self, image: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "image"
            file.write_bytes(image)
            _run(_SIGN, self.key, self.certificate, file)
            return file.with_suffix(".signed").read_bytes()

    def signature_list(self, owner: uuid.UUID) -> bytes:
        """What a variable holds that trusts this signer and nobody else."""
        signature = owner.bytes_le + ssl.PEM_cert_to_DER_cert(self.certificate.read_text())
        return _LIST.pack(_X509.bytes_le, _LIST.size + len(signature), 0, len(signature)) + signature


def snakeoil(work: Path) -> Signer:
    key = work / "snakeoil.key"
    _run("openssl", "pkey", "-in", _SNAKEOIL_KEY, "-passin", f"pass:{_SNAKEOIL_PASSWORD}", "-out", key)
    return Signer(key, _SNAKEOIL_CERTIFICATE)


def new_signer(work: Path, name: str) -> Signer:
    """One whom nobody knows yet."""
    key, certificate = work / f"{name}.key", work / f"{name}.pem"
    _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}/", "-days", "30",
         "-keyout", key, "-out", certificate)
    return Signer(key, certificate)


def without_signature(image: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "image"
        file.write_bytes(image)
        _run("sbattach", "--remove", file)
        return file.read_bytes()
