"""What a query's `stitch` names: sources, or stretches of them, that are shown one after the other as one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator

from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.parameters import Parameters
from filmstrip.params.source_url import is_source
from filmstrip.params.values import LongText, PositiveNumber, Seconds, unfit

MOST_STITCHED = 50
"""How many sources, or stretches of them, one task shows one after the other."""


class StitchItem(Parameters):
    """A source that is shown after those before it.

    Attributes:
        url: Its URL, as `source` may be.
        start_time: Where the part that is shown begins, in seconds of this source; from its beginning if absent.
        duration: How long that part is in seconds; to the end of the source if absent.
    """

    url: Annotated[LongText, AfterValidator(is_source)]
    start_time: Seconds | None = None
    duration: PositiveNumber | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_url(cls, document: Any) -> Any:
        if isinstance(document, str):
            return {"url": document}
        if not isinstance(document, dict | StitchItem):
            raise unfit("is neither a URL nor an object with url")
        return document


def _items(value: object) -> object:
    """Accept a list, also as JSON text, of one to the most that are allowed."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            value = parse_json(value)
        except JsonTextError as error:
            raise unfit(str(error)) from None
    value = [value] if isinstance(value, dict) else value
    if not isinstance(value, list | tuple):
        raise unfit("is not a list of URLs, or of objects with url")
    if not 1 <= len(value) <= MOST_STITCHED:
        raise unfit(f"has {len(value)} sources; 1 to {MOST_STITCHED} are allowed")
    return value


StitchItems = Annotated[tuple[StitchItem, ...], BeforeValidator(_items)]
