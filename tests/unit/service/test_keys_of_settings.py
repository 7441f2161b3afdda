"""What are keys of the settings called, and is it told when a name, and what is lent to it, goes to another key?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.db.database import Database
from filmstrip.service.data_folder import ensure_keys, make_key, names_in_use
from filmstrip.service.store_check import moved_keys
from filmstrip.storage.named_store import NamedStore
from filmstrip.storage.settings import StorageSettings
from fresh_database import fresh_database

FIRST, SECOND, THIRD = "first-0123456789", "second-0123456789", "third-0123456789"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as database:
        yield database


def test_a_name_that_goes_to_another_key_is_told(database: Database) -> None:
    """Keys are named by their places: whoever moves up gets a name, and is not to get what is lent to it unseen."""
    assert ensure_keys(database, (FIRST, SECOND)) == ()
    assert ensure_keys(database, (FIRST, SECOND)) == (), "nothing changed"
    assert ensure_keys(database, (THIRD, SECOND)) == (), "a key is replaced in its place"
    assert ensure_keys(database, (SECOND,)) == ("settings-1",)
    assert ensure_keys(database, (SECOND,)) == (), "it is told once"
    assert names_in_use(database) == ("settings-1",)


def test_keys_of_the_settings_come_and_go(database: Database) -> None:
    """A key is good for as long as the settings name it at a start, whichever place it has in them."""
    for keys in ((FIRST, SECOND), (SECOND,), (), (SECOND, FIRST)):
        ensure_keys(database, keys)
        good = {key for key in (FIRST, SECOND) if database.keys.find_key(key) is not None}
        assert good == set(keys)


def test_only_stores_that_are_lent_to_it_matter(tmp_path: Path) -> None:
    """What is lent to all, or to others, is not in other hands."""
    stores = tuple(
        NamedStore(
            name=names[0], endpoint="https://s3.example.com", bucket="films", profile="media", api_keys=tuple(names)
        )
        for names in (["settings-1", "shop"], ["settings-2"], ["*"])
    )
    (sentence,) = moved_keys(StorageSettings(tmp_path, stores=stores), ("settings-1",))
    assert sentence.startswith('stores: "settings-1" is lent to "settings-1", which is another key')


@pytest.mark.parametrize("name", ["settings-1", "settings-207", "*"])
def test_a_name_that_means_something_else_is_refused(database: Database, name: str) -> None:
    """A key that is called like one of the settings would be revoked at the next start."""
    with pytest.raises(ValueError, match=r"is kept for keys of the setting"):
        make_key(database, name)
    assert database.keys.list_keys() == ()


def test_blanks_around_a_name_are_no_part_of_it(database: Database) -> None:
    """A store that is lent to it names it without them."""
    make_key(database, " shop ")
    assert names_in_use(database) == ("shop",)
