"""The error for a setting that is not what it may be; it loads nothing to be caught."""

from __future__ import annotations

from filmstrip.domain.errors import FilmstripError


class SettingsError(FilmstripError):
    """A setting is not what it may be; the message names each."""
