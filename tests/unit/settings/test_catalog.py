"""The list of all settings, made of the packages' own classes."""

import dataclasses
from pathlib import Path

from filmstrip.settings.catalog import SECTIONS, all_settings
from filmstrip.settings.values import expectation, parse_value


def test_every_setting_says_what_it_is_for() -> None:
    """Each setting has a sentence, a variable, and words for what it allows."""
    for setting in all_settings().values():
        assert setting.text.endswith("."), setting.name
        assert setting.variable == f"FILMSTRIP_{setting.name.upper()}"
        assert expectation(setting.kind)


def test_every_default_can_be_written_down() -> None:
    """What the reference shows as default is what one may set."""
    for setting in all_settings().values():
        # A path is that of the current folder, wherever it is used later.
        default = setting.default.absolute() if isinstance(setting.default, Path) else setting.default
        assert parse_value(setting, setting.default_text) == default, setting.name


def test_every_field_of_a_settings_class_is_a_setting_or_derived() -> None:
    """A new field with a default is a setting at once; one without follows from others."""
    fields = [field for section in SECTIONS for field in dataclasses.fields(section)]
    derived = {field.name for field in fields if field.default is dataclasses.MISSING}
    assert {field.name for field in fields} == set(all_settings()) | derived
    assert derived == {"temporary_root", "upload_root", "work_root"}
