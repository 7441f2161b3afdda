"""What does the client want? The `query` of start_encode2, parsed once, all its mistakes told at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import AfterValidator, ValidationError

from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.params.customs import said_plainly
from filmstrip.params.destination import Destinations
from filmstrip.params.parameters import Parameters, without_absent
from filmstrip.params.values import Flag, LongText, Text, mistake

_SOURCE_SCHEMES = ("http://", "https://", "s3://", "file://", "tus:")


class FormatParameters(Parameters):
    """What every entry of `format` has, whatever its output.

    Attributes:
        destination: Where the files go; the built-in temporary store if absent.
        tag: Echoed in the status as `user_tag`.
        user_tag: Older name of `tag`; `tag` wins.
        allow_soft_fail: Whether a failure of this output leaves the task without an error.
    """

    output_name: ClassVar[str]

    destination: Destinations = ()
    tag: Text | None = None
    user_tag: Text | None = None
    allow_soft_fail: Flag = False

    @property
    def label(self) -> str | None:
        """The client's own name for this output."""
        return self.tag if self.tag is not None else self.user_tag


_WITHOUT_EFFECT = ("callback_url", "use_subtask_callback", "retry_on_error", "refresh_playlist")

FormatT = TypeVar("FormatT", bound=FormatParameters)


def _is_source(url: str) -> str:
    if not url.lower().startswith(_SOURCE_SCHEMES):
        raise mistake(url, "a URL that begins with http://, https:// or s3://")
    return url


class TaskParameters(Parameters):
    """What a query has besides its outputs.

    Attributes:
        source: URL of the source: http://, https:// or s3://; file:// where the operator allows it.
        callback_url: Where the client wants to be called back; nobody is called yet, which a warning says.
        upscale: Whether video may become larger than its source.
        use_subtask_callback: Without effect yet, which a warning says.
        retry_on_error: Without effect yet, which a warning says.
        refresh_playlist: Without effect yet, which a warning says.
        encoder_version: Accepted and not needed: all versions are one.
    """

    source: Annotated[LongText, AfterValidator(_is_source)]
    callback_url: LongText | None = None
    upscale: Flag = False
    use_subtask_callback: Flag = False
    retry_on_error: Flag = False
    refresh_playlist: Flag = False
    encoder_version: Text | None = None


@dataclass(frozen=True)
class Query(Generic[FormatT]):
    """A query without mistakes.

    Attributes:
        source: URL of the source.
        formats: The outputs, in the order of the request; at least one.
        upscale: Whether video may become larger than its source.
        callback_url: Where the client wants to be called back, None if nowhere.
        warnings: Keys that nobody knows, or that have no effect yet.
        text: The JSON that it was parsed from; it holds secrets.
    """

    source: str
    formats: tuple[FormatT, ...]
    upscale: bool = False
    callback_url: str | None = None
    warnings: tuple[Warned, ...] = ()
    text: str = field(default="", repr=False)


def parse_query(text: str, output_types: Mapping[str, type[FormatT]]) -> Query[FormatT]:
    """Parse the text of the `query` field, `{"query": {...}}`.

    Args:
        text: JSON text.
        output_types: The known outputs by their name in `output`.

    Raises:
        QueryError: With every mistake of the query.
    """
    document = _unwrap(text)
    mistakes: list[Mistake] = []
    task = _validated(TaskParameters, document, "", mistakes)
    formats = [
        parsed
        for path, entry in _format_entries(document, mistakes)
        if (parsed := _parse_format(path, entry, output_types, mistakes)) is not None
    ]
    if mistakes or task is None:
        raise QueryError(mistakes)
    return Query(
        source=task.source,
        formats=tuple(formats),
        upscale=task.upscale,
        callback_url=task.callback_url,
        warnings=(*_without_effect(task), *_unknown_keys(document, TaskParameters, formats)),
        text=text,
    )


def _unwrap(text: str) -> dict[str, Any]:
    try:
        wrapper = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryError([Mistake("query", f"is not JSON: {error}")]) from None
    if not isinstance(wrapper, dict) or not isinstance(wrapper.get("query"), dict):
        raise QueryError([Mistake("query", 'is not of the form {"query": {...}}')])
    return dict(wrapper["query"])


def _format_entries(document: dict[str, Any], mistakes: list[Mistake]) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = document.get("format")
    entries = [entries] if isinstance(entries, dict) else entries
    if not isinstance(entries, list) or not entries:
        mistakes.append(Mistake("format", "is required: a list of at least one output"))
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
        problem = f"{json.dumps(entry['output'], default=str)} is not" if name else "is required:"
        mistakes.append(Mistake(f"{path}.output", f"{problem} one of {', '.join(output_types)}"))
        return None
    return _validated(output_type, entry, path, mistakes)


ParametersT = TypeVar("ParametersT", bound=Parameters)


def _validated(
    kind: type[ParametersT], document: dict[str, Any], path: str, mistakes: list[Mistake]
) -> ParametersT | None:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        mistakes.extend(_mistakes(error, path))
        return None


def _mistakes(error: ValidationError, path: str) -> Iterator[Mistake]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        field = path + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"])
        problem = "is required" if found["type"] == "missing" else found["msg"].removeprefix("Value error, ")
        yield Mistake(field.lstrip("."), problem)


def _without_effect(task: TaskParameters) -> Iterator[Warned]:
    return (Warned(f"{name} has no effect here yet") for name in _WITHOUT_EFFECT if getattr(task, name))


def _unknown_keys(
    document: dict[str, Any], task_type: type[Parameters], formats: Iterable[FormatParameters]
) -> Iterator[Warned]:
    entries = document["format"] if isinstance(document["format"], list) else [document["format"]]
    places: list[tuple[str, dict[str, Any], frozenset[str]]] = [("", document, task_type.wire_names() | {"format"})]
    places += [
        (f"format[{index}].", entry, type(parsed).wire_names() | {"output"})
        for index, (entry, parsed) in enumerate(zip(entries, formats, strict=True))
    ]
    for path, entry, known in places:
        present = without_absent(entry)
        for key in sorted(set(present if isinstance(present, dict) else ()) - known):
            yield Warned(f"{path}{key} is not known here and was ignored")
