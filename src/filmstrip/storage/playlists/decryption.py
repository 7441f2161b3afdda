"""Decrypts segments as they arrive: AES-128 in CBC mode, padded (RFC 8216, 4.3.2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from filmstrip.domain.errors import SourceUnreadableError

KEY_BYTES = 16
_BLOCK_BITS = 128


def decrypted(pieces: Iterator[bytes], key: bytes, iv: bytes, label: str) -> Iterator[bytes]:
    """Yield the plain bytes of an encrypted segment.

    Args:
        pieces: It, as it arrives.
        key: The key, 16 bytes.
        iv: The initialization vector, 16 bytes.
        label: The segment, as it is shown.

    Raises:
        SourceUnreadableError: Its end is not as encryption leaves it: the key is another's, or it is cut off.
    """
    decryptor = Cipher(AES128(key), CBC(iv)).decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    for piece in pieces:
        yield unpadder.update(decryptor.update(piece))
    try:
        yield unpadder.update(decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise SourceUnreadableError(
            f'The segment "{label}" cannot be decrypted: it is damaged, or its key is that of another one'
        ) from None


class Keys:
    """The keys of a playlist, each of which is asked for once; safe to use from several threads."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        """Know none.

        Args:
            read: Reads what is at a URL.
        """
        self._read = read
        self._known: dict[str, bytes] = {}

    def key_at(self, url: str, label: str) -> bytes:
        """Return the key at a URL.

        Raises:
            SourceUnreadableError: There is something else.
            SourceError: It cannot be read.
        """
        key = self._known.get(url)
        if key is None:
            key = self._read(url)
            if len(key) != KEY_BYTES:
                raise SourceUnreadableError(
                    f'The key of the segment "{label}" has {len(key)} bytes; one of AES-128 has {KEY_BYTES}'
                )
            self._known[url] = key
        return key
