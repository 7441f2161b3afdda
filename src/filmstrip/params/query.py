"""The `query` of start_encode2, parsed once, with all its mistakes told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic

from pydantic import AfterValidator

from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.params.callback_url import CallbackUrl
from filmstrip.params.customs import said_plainly
from filmstrip.params.format_parameters import FormatT
from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.parameters import Parameters
from filmstrip.params.places import misplaced
from filmstrip.params.published import Answer, Place, attribute_named, refusals
from filmstrip.params.source_url import is_source
from filmstrip.params.stitch import StitchItem, StitchItems
from filmstrip.params.unknown_keys import unknown_keys
from filmstrip.params.validation import validated
from filmstrip.params.values import Flag, LongText, Text, shown, whole_number

USUAL_PRIORITY = 5
"""That of a task whose query says none."""


class TaskParameters(Parameters):
    """What a query has in addition to its outputs.

    Attributes:
        source: URL of the source: http://, https:// or s3://; tus:ID for an upload of the same API key; file:// if the
            operator allows it. Required, unless there is `stitch`.
        stitch: In place of `source`, a list of at most 50 sources that are shown one after the other as one: URLs, or
            objects with `url`, `start_time` and `duration`.
        callback_url: http:// or https:// URL of at most 4000 characters, which is told what happens to the task:
            [callbacks](../callbacks.md).
        upscale: Whether video may become larger than its source.
        use_subtask_callback: Whether `callback_url` is told of the end of each output too.
        retry_on_error: Whether the task is begun once more, as a new one, if it fails while its outputs are made.
        priority: Which of the tasks of its API key begin first: those of 1, last those of 10. What is at work is not
            interrupted, and no task goes before another key's by it.
        refresh_playlist: Without effect yet, which a warning says.
        encoder_version: Accepted and not needed: all versions are one.
    """

    source: Annotated[LongText, AfterValidator(is_source)] | None = None
    stitch: StitchItems = ()
    callback_url: CallbackUrl | None = None
    upscale: Flag = False
    use_subtask_callback: Flag = False
    retry_on_error: Flag = False
    priority: Annotated[int, whole_number(1, 10)] = USUAL_PRIORITY
    refresh_playlist: Flag = False
    encoder_version: Text | None = None


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A source by the place in the query where it is named first.

    Attributes:
        name: The field that holds its URL: "source", or such as "stitch[2].url".
        url: Its URL.
    """

    name: str
    url: str


@dataclass(frozen=True)
class Query(Generic[FormatT]):
    """A query without mistakes.

    Attributes:
        source: URL of the source; of several that are stitched, the first one's.
        formats: The outputs, in the order of the request; at least one.
        upscale: Whether video may become larger than its source.
        callback_url: Where the client wants to be called back, None if nowhere; it may hold secrets.
        use_subtask_callback: Whether it wants to be called at the end of each output too.
        retry_on_error: Whether it is begun once more if it fails while its outputs are made.
        priority: Which of the tasks of its API key begin first, from 1 to 10.
        warnings: Keys that are not known, or have no effect yet.
        text: The JSON that it was parsed from; it holds secrets.
        stitch: What is shown one after the other in place of one source; empty if it is one.
    """

    source: str
    formats: tuple[FormatT, ...]
    upscale: bool = False
    callback_url: str | None = field(default=None, repr=False)
    use_subtask_callback: bool = False
    retry_on_error: bool = False
    priority: int = USUAL_PRIORITY
    warnings: tuple[Warned, ...] = ()
    text: str = field(default="", repr=False)
    stitch: tuple[StitchItem, ...] = field(default=(), repr=False)

    @property
    def sources(self) -> tuple[NamedSource, ...]:
        """What is read, each URL once."""
        if not self.stitch:
            return (NamedSource("source", self.source),)
        names: dict[str, str] = {}
        for index, item in enumerate(self.stitch):
            names.setdefault(item.url, f"stitch[{index}].url")
        return tuple(NamedSource(name, url) for url, name in names.items())


def parse_query(
    text: str, output_types: Mapping[str, type[FormatT]], *, max_outputs: int | None = None
) -> Query[FormatT]:
    """Parse the text of the `query` field, `{"query": {...}}`.

    Args:
        text: JSON text.
        output_types: The known outputs by their name in `output`.
        max_outputs: How many outputs are allowed, None for any number; of more, none is looked at.

    Raises:
        QueryError: With every mistake of the query.
    """
    document = _unwrap(text)
    mistakes = list(refusals(Place.QUERY, "", document, TaskParameters.wire_names()))
    task = validated(TaskParameters, document, "", mistakes)
    mistakes.extend(() if task is None else _source_mistakes(task))
    parsed = [
        (path, found)
        for path, entry in _format_entries(document, mistakes, max_outputs)
        if (found := _parse_format(path, entry, output_types, mistakes)) is not None
    ]
    mistakes.extend(misplaced(parsed))
    formats = [found for _path, found in parsed]
    if mistakes or task is None:
        raise QueryError(mistakes)
    return Query(
        source=task.source or task.stitch[0].url,
        stitch=task.stitch,
        formats=tuple(formats),
        upscale=task.upscale,
        callback_url=task.callback_url,
        use_subtask_callback=task.use_subtask_callback,
        retry_on_error=task.retry_on_error,
        priority=task.priority,
        warnings=(*_without_effect(task), *unknown_keys(document, TaskParameters.wire_names(), formats)),
        text=text,
    )


def _source_mistakes(task: TaskParameters) -> Iterator[Mistake]:
    if task.source is not None and task.stitch:
        yield Mistake("stitch", "excludes source: give one of the two")
    if task.source is None and not task.stitch:
        yield Mistake("source", "is required, unless there is stitch")


def _unwrap(text: str) -> dict[str, Any]:
    try:
        wrapper = parse_json(text)
    except JsonTextError as error:
        raise QueryError([Mistake("query", str(error))]) from None
    if not isinstance(wrapper, dict) or not isinstance(wrapper.get("query"), dict):
        raise QueryError([Mistake("query", 'is not of the form {"query": {...}}')])
    return dict(wrapper["query"])


def _format_entries(
    document: dict[str, Any], mistakes: list[Mistake], max_outputs: int | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = document.get("format")
    entries = [entries] if isinstance(entries, dict) else entries
    if not isinstance(entries, list) or not entries:
        mistakes.append(Mistake("format", "is required: a list of at least one output"))
        return
    if max_outputs is not None and len(entries) > max_outputs:
        mistakes.append(Mistake("format", f"has {len(entries)} outputs; at most {max_outputs} are allowed in one task"))
        return
    for index, entry in enumerate(entries):
        path = f"format[{index}]"
        if isinstance(entry, dict):
            yield path, said_plainly(entry)
        else:
            mistakes.append(Mistake(path, "is not an object"))


def _parse_format(
    path: str, entry: dict[str, Any], output_types: Mapping[str, type[FormatT]], mistakes: list[Mistake]
) -> FormatT | None:
    name = str(entry.get("output") or "").strip().lower()
    output_type = output_types.get(name)
    if output_type is None:
        problem = f"{shown(entry['output'])} is not" if name else "is required:"
        mistakes.append(Mistake(f"{path}.output", f"{problem} one of {', '.join(output_types)}"))
        return None
    mistakes.extend(refusals(Place.FORMAT, f"{path}.", entry, output_type.wire_names(), name))
    parsed = validated(output_type, entry, path, mistakes)
    conflicts = parsed.conflicts() if parsed is not None else ()
    mistakes.extend(Mistake(f"{path}.{found.field}", found.problem) for found in conflicts)
    return parsed


def check_source(url: str) -> None:
    """See to it that a query may have a URL as its source.

    Raises:
        QueryError: It may not.
    """
    mistakes: list[Mistake] = []
    validated(TaskParameters, {"source": url}, "", mistakes)
    if mistakes:
        raise QueryError(mistakes)


def _without_effect(task: TaskParameters) -> Iterator[Warned]:
    for name in type(task).model_fields:
        found = attribute_named(Place.QUERY, name)
        if found is not None and found.answer is Answer.WITHOUT_EFFECT and getattr(task, name):
            yield Warned(f"{name} {found.reason}")
    if task.use_subtask_callback and task.callback_url is None:
        yield Warned("use_subtask_callback has no effect without callback_url, which would be called")
