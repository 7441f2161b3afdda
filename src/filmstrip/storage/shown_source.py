"""A source as its user sees it: as it was given, without credentials and without what may be a signature."""

from __future__ import annotations

import os

from pydantic import ValidationError

from filmstrip.domain.schemes import carries_keys, is_local
from filmstrip.params.destination import Destination
from filmstrip.storage.local import path_of_url

_LONGEST = 200


def shown_source(url: str) -> str:
    """Write a client's URL of a source so that it can be shown: a path for `file://`, else without any secret."""
    if is_local(url):
        shown = os.fsencode(path_of_url(url)).decode(errors="replace")
    elif carries_keys(url):
        try:
            shown = Destination.model_validate({"url": url}).url
        except ValidationError:
            shown = f"{url.partition(':')[0].lower()}://…"
    else:
        # An upload (`tus:ID`) has no host.
        before, separator, rest = url.partition("?")[0].partition("#")[0].partition("://")
        host, slash, path = rest.partition("/")
        shown = f"{before}{separator}{host.rpartition('@')[2]}{slash}{path}" if separator else before.rpartition("@")[2]
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
