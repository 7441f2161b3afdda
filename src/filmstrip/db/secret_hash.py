"""How a secret is kept that is only compared: by its hash."""

from __future__ import annotations

import hashlib


def hash_secret(secret: str) -> str:
    """Hash a random secret (SHA-256, FIPS 180-4). 128 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
