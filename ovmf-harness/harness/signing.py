# SPDX-License-Identifier: BSD-2-Clause-Patent
"""Signs what firmware starts, as `make sign` does: by keys of its own, or by the test key that OVMF's package ships
and its snakeoil variables trust.

A kernel's signature takes the place of the distribution's: Linux takes an image with one alone (K6.1
crypto/asymmetric_keys/verify_pefile.c, pefile_strip_sig_wrapper()).
"""

import hashlib
import ssl
import struct
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from harness import varstore
from harness.settings import ROOT

_SIGN = ROOT / "scripts/sign-image"
_SNAKEOIL_KEY = Path("/usr/share/ovmf/PkKek-1-snakeoil.key")
_SNAKEOIL_CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")
_SNAKEOIL_PASSWORD = "snakeoil"  # as the package's README says

_SHIM_VENDOR = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")

# EFI_SIGNATURE_LIST (UEFI 2.10, 32.4.1)
_X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
_X509_SHA256 = uuid.UUID("3bd2a492-96c0-4079-b420-fcf98ef103ed")
_LIST = struct.Struct("<16sIII")


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _signature_list(kind: uuid.UUID, data: bytes) -> bytes:
    """One signature, whose owner is shim for want of a GUID of our own: it matters to nobody."""
    signature = _SHIM_VENDOR.bytes_le + data
    return _LIST.pack(kind.bytes_le, _LIST.size + len(signature), 0, len(signature)) + signature


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

    @property
    def _der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())

    def signature_list(self) -> bytes:
        """What a variable holds that trusts this signer and nobody else."""
        return _signature_list(_X509, self._der)

    def revocation_list(self) -> bytes:
        """What dbx holds that trusts this signer no more, at any time: the hash of what its certificate's maker has
        signed, the first SEQUENCE in it."""
        size = 4 + int.from_bytes(self._der[6:8], "big")
        return _signature_list(_X509_SHA256, hashlib.sha256(self._der[4:4 + size]).digest() + bytes(16))

    def enrolled(self) -> varstore.Variable:
        """What shim reads: it is there once `mokutil --import` was confirmed at the next boot."""
        return varstore.Variable("MokList", _SHIM_VENDOR, self.signature_list(), varstore.NON_VOLATILE_BOOT)


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


def extended(store: bytes, name: str, signature_list: bytes) -> varstore.Variable:
    """The firmware's db or dbx, of this store of variables, with a list more."""
    (known,) = [each for each in varstore.live_variables(store) if each.name == name]
    return known._replace(data=known.data + signature_list)


def without_signature(image: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "image"
        file.write_bytes(image)
        _run("sbattach", "--remove", file)
        return file.read_bytes()
