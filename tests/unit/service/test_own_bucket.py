"""The bucket for the service's own use, as the settings name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filmstrip.service.store_check import check_stores
from filmstrip.settings.mistakes import SettingsError
from filmstrip.storage.named_store import NamedStore
from filmstrip.storage.settings import StorageSettings

URL = "s3://s3.internal:8333/filmstrip/temporary/"
BOTH = {"temporary_key": "key", "temporary_secret": "secret"}


def _store(**changes: Any) -> NamedStore:
    values = {"name": "media", "endpoint": "https://s3.internal:8333", "bucket": "filmstrip", "instance_role": True}
    return NamedStore(**{**values, "api_keys": ("shop",), **changes})


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"temporary_url": URL}, "temporary_url has no credentials: set temporary_key and temporary_secret, or"),
        ({"temporary_url": URL, "temporary_key": "k"}, "temporary_secret is missing"),
        ({"temporary_url": URL, "temporary_secret": "k"}, "temporary_key is missing"),
        ({"temporary_url": "s3://s3.internal/x/y", **BOTH}, 'temporary_url: .* names the bucket "x"'),
        ({"temporary_url": URL, "stores": (_store(bucket="another"),)}, "temporary_url has no credentials"),
        ({"temporary_url": URL, "stores": (_store(prefix="films"),)}, "temporary_url has no credentials"),
        (BOTH, "for the bucket of temporary_url, which is not set"),
    ],
)
def test_what_cannot_be_used_is_told_at_the_start(tmp_path: Path, values: dict[str, Any], problem: str) -> None:
    """Before anything is put there."""
    with pytest.raises(SettingsError, match=problem):
        check_stores(StorageSettings(tmp_path, **values))


@pytest.mark.parametrize("values", [BOTH, {"stores": (_store(),)}, {"stores": (_store(prefix="temporary"),)}, {}])
def test_what_can_be_used_is_not_refused(tmp_path: Path, values: dict[str, Any]) -> None:
    """With credentials of its own, or those of a store, whichever API keys that is lent to; or no bucket at all."""
    check_stores(StorageSettings(tmp_path, temporary_url=URL if values else None, **values))
