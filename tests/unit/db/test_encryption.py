"""How are secrets kept at rest?"""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from filmstrip.db.encryption import KEY_BYTES, Cipher, parse_key, read_or_make_key


def test_a_text_is_read_by_its_owner_alone() -> None:
    """Another owner, another key or changed bytes read nothing; the same text never looks the same twice."""
    cipher = Cipher(bytes(KEY_BYTES))
    data = cipher.encrypt("text", "owner")
    assert cipher.decrypt(data, "owner") == "text"
    assert cipher.encrypt("text", "owner") != data
    for broken in (
        lambda: cipher.decrypt(data, "other"),
        lambda: cipher.decrypt(data[:-1] + bytes([data[-1] ^ 1]), "owner"),
        lambda: Cipher(b"\1" * KEY_BYTES).decrypt(data, "owner"),
    ):
        with pytest.raises(InvalidTag):
            broken()


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """The first start makes the key, later ones read it, and nobody else may."""
    path = tmp_path / "secret.key"
    key = read_or_make_key(path)
    assert read_or_make_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_bad_key_is_named_but_not_shown(tmp_path: Path) -> None:
    """The error says which setting or file is wrong, and keeps its content to itself."""
    with pytest.raises(ValueError, match="secret_key: is not 64 hexadecimal digits") as told:
        parse_key("swordfish")
    assert "swordfish" not in str(told.value)
    (tmp_path / "secret.key").write_text("swordfish")
    with pytest.raises(ValueError, match=r"secret\.key: is not 64 hexadecimal digits"):
        read_or_make_key(tmp_path / "secret.key")
    with pytest.raises(ValueError, match="has 3 bytes, not 32"):
        Cipher(b"abc")
