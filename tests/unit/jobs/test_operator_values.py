"""Which values of the operator does a query get before it is run?"""

import json
from pathlib import Path
from typing import Any

import pytest

from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.operator_values import with_operator_values
from filmstrip.outputs.registry import parse_query
from filmstrip.outputs.thumbnails.output import Thumbnails
from filmstrip.params.format_entry import entries_without_destination
from filmstrip.settings.mistakes import SettingsError
from filmstrip.settings.reading import read_settings

SETTINGS = JobSettings(Path("work"), max_sprite_side=1080)


def completed(*entries: dict[str, Any], settings: JobSettings = SETTINGS) -> list[dict[str, Any]]:
    query = parse_query(json.dumps({"query": {"source": "https://example.com/a.mp4", "format": list(entries)}}))
    text = with_operator_values(query, settings, parse_query).text
    return [json.loads(document) for document in entries_without_destination(text)]


def test_what_the_operator_set_counts_where_the_client_says_nothing() -> None:
    """The value is in the text that is stored and sent to media processes; what the client says wins."""
    silent, empty, told = completed(
        {"output": "thumbnails"},
        {"output": " Thumbnails ", "max_sprite_side": ""},
        {"output": "thumbnails", "max_sprite_side": 2048},
    )
    assert (silent["max_sprite_side"], empty["max_sprite_side"], told["max_sprite_side"]) == (1080, 1080, 2048)
    assert Thumbnails.model_validate(silent).max_sprite_side == 1080


def test_outputs_that_know_no_sprites_are_left_alone() -> None:
    """Nothing is added that would be told as unknown."""
    assert completed({"output": "mp4"}, {"output": "thumbnail"}) == [{"output": "mp4"}, {"output": "thumbnail"}]


def test_the_default_changes_no_query() -> None:
    """A query is stored as it came where the operator has set nothing."""
    assert completed({"output": "thumbnails"}, settings=JobSettings(Path("work"))) == [{"output": "thumbnails"}]


def test_a_side_that_is_none_stops_the_start() -> None:
    """The setting's mistakes are told as all others are."""
    with pytest.raises(SettingsError, match='FILMSTRIP_MAX_SPRITE_SIDE: "8" is not a whole number of pixels from 16'):
        read_settings(environ={"FILMSTRIP_MAX_SPRITE_SIDE": "8"})
    assert read_settings(environ={"FILMSTRIP_MAX_SPRITE_SIDE": "1080"}).jobs.max_sprite_side == 1080
