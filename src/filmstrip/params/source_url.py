"""The URL of a source as a query may name it."""

from __future__ import annotations

from pydantic import ValidationError

from filmstrip.domain.schemes import UPLOAD_SCHEME, carries_keys, is_upload, names_file, scheme_of, source_forms
from filmstrip.params.destination import Destination, without_credentials
from filmstrip.params.values import mistake, unfit


def is_source(url: str) -> str:
    """Return a URL if a source may have it, which is the validator of a field."""
    scheme = scheme_of(url)
    if not (is_upload(url) or (scheme is not None and scheme.is_source)):
        raise mistake(
            without_credentials(url), f"a URL that begins with {source_forms()}, nor {UPLOAD_SCHEME}ID of an upload"
        )
    if carries_keys(url):
        _check_parts(url)
    return url


def _check_parts(url: str) -> None:
    """See to it that a source has its parts, and that its credentials, percent-decoded, can be sent."""
    try:
        place = Destination.model_validate({"url": url})
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        is_of_url = found["loc"] == ("url",)
        raise unfit(found["msg"] if is_of_url else f"has a {found['loc'][0]} that {found['msg']}") from None
    scheme = scheme_of(url)
    if scheme is not None and not names_file(place.url):
        raise unfit(f"names no file: it has to be written as {scheme.destination_form}")
