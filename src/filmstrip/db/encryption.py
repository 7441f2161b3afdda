"""Secrets at rest: AES-256-GCM (NIST SP 800-38D) for what must be read again, hashes for what must not."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_FINGERPRINT = b"fingerprint of the secret key"
_NONCE_BYTES = 12


class Cipher:
    """Encrypts texts, each bound to the task that it belongs to."""

    def __init__(self, key: bytes, *others: bytes) -> None:
        """Take the keys.

        Args:
            key: Encrypts.
            others: Decrypt what was encrypted with them.
        """
        for each in (key, *others):
            if len(each) != KEY_BYTES:
                raise ValueError(f"secret_key: has {len(each)} bytes, not {KEY_BYTES}")
        self._aeads = [AESGCM(each) for each in (key, *others)]
        self.fingerprint, *self.other_fingerprints = (
            hmac.new(each, _FINGERPRINT, hashlib.sha256).hexdigest() for each in (key, *others)
        )
        """Tells whether two keys are the same, and nothing else of them."""

    def encrypt(self, text: str, owner: str) -> bytes:
        """Encrypt a text; `owner` (the task's token) has to be given again to read it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aeads[0].encrypt(nonce, text.encode(), owner.encode())

    def decrypt(self, data: bytes, owner: str) -> str:
        """Read a text again.

        Raises:
            cryptography.exceptions.InvalidTag: Another key, another owner, or changed data.
        """
        *others, last = self._aeads
        for aead in others:
            with suppress(InvalidTag):
                return _opened(aead, data, owner)
        return _opened(last, data, owner)

    def is_current(self, data: bytes, owner: str) -> bool:
        """Check whether a text was encrypted with the key that encrypts now."""
        with suppress(InvalidTag):
            _opened(self._aeads[0], data, owner)
            return True
        return False


def _opened(aead: AESGCM, data: bytes, owner: str) -> str:
    return aead.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], owner.encode()).decode()


def read_or_make_key(path: Path) -> bytes:
    """Read the service's secret key, 64 hexadecimal digits in a file of its owner alone; make it the first time.

    Raises:
        ValueError: The file holds something else.
    """
    if not path.exists():
        _make_key(path)
    return parse_key(path.read_text().strip(), str(path))


@contextmanager
def key_put_in_place(path: Path, text: str) -> Iterator[None]:
    """Write a key that `read_or_make_key` reads at the end of the block, in place of what is there.

    It is on the disk before the block begins; if the block fails, what is there stays, and nothing is left of it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = _partial_key(path, text)
    try:
        yield
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _make_key(path: Path) -> None:
    """Write a new key, whole or not at all; of two that do so at once, the first one's counts for both."""
    partial = _partial_key(path, secrets.token_hex(KEY_BYTES))
    try:
        with suppress(FileExistsError):
            os.link(partial, path)
    finally:
        partial.unlink()


def _partial_key(path: Path, text: str) -> Path:
    """Write a key to the disk, into a file beside the one that is meant."""
    descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return Path(partial)


def parse_key(text: str, field: str = "secret_key") -> bytes:
    """Parse a secret key of 64 hexadecimal digits.

    Raises:
        ValueError: It is not that; the message does not show it.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"{field}: is not {2 * KEY_BYTES} hexadecimal digits")
    return key
