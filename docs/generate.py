"""Writes docs/reference/ from the code: parameters, settings, commands and errors are listed there and nowhere else.

Run it by `make docs`. A test compares what it would write with what is there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from filmstrip import api
from filmstrip.api.errors import ApiError, error_code
from filmstrip.cli.main import program
from filmstrip.cli.parameter_flags import value_form
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.manifest_kind import MULTIVARIANT, Manifest, ManifestFile
from filmstrip.domain.schemes import SCHEMES
from filmstrip.media.transcoding.encoders.registry import audio_encoders, video_encoders
from filmstrip.outputs._encoded import EncodedOutput
from filmstrip.outputs.compatibility import rows
from filmstrip.outputs.registry import output_types
from filmstrip.outputs.thumbnails.layout import beside_sprite
from filmstrip.params.destination import Destination
from filmstrip.params.field_texts import field_texts
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.parameters import Parameters
from filmstrip.params.query import TaskParameters
from filmstrip.params.stitch import StitchItem
from filmstrip.settings.catalog import Setting, all_settings
from filmstrip.settings.reading import CONFIG_VARIABLE
from filmstrip.settings.values import expectation

REFERENCE = Path(__file__).parent / "reference"
_NOTE = "<!-- written by docs/generate.py from the code: run `make docs`, do not edit -->\n"
_HELP_COLUMNS = 100
_SHOWN = str | int | Fraction


def pages() -> Mapping[str, str]:
    """All pages of the reference by their file name."""
    return {
        "parameters.md": _page("Parameters of a query", _parameters()),
        "compatibility.md": _page("Compatibility with Qencode", _compatibility()),
        "settings.md": _page("Settings", _settings()),
        "commands.md": _page("Commands", _commands()),
        "errors.md": _page("Errors", _errors()),
    }


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n".join([f"# {title}\n", _NOTE, *parts])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


# Parameters


def _parameters() -> Iterator[str]:
    yield (
        'Numbers may come as text (`"320"`), flags as 0 and 1, true and false; an empty text or null is as good as\n'
        "absent; one object may stand where a list is expected. Keys that are not listed here are ignored, with a\n"
        "warning in the task's status.\n"
    )
    yield "## The query\n"
    yield '`{"query": {…}}` with these keys, and `format`: a list of outputs.\n'
    yield _fields(TaskParameters)
    yield "## stitch\n"
    yield "A list of objects, or of URLs in their place, or JSON text of one.\n"
    yield _fields(StitchItem)
    yield "## Every output\n"
    yield f"`output` names what is made: {', '.join(f'`{name}`' for name in output_types())}.\n"
    yield _fields(FormatParameters)
    yield "## What videos and sound are encoded with\n"
    yield from _encoders()
    yield "## destination\n"
    yield "An object, a URL in its place, or a list of them.\n"
    yield _fields(Destination)
    yield _places()
    nested: dict[str, type[Parameters]] = {}
    for name, kind in output_types().items():
        yield f"## {name}\n"
        yield f"{_first_line(kind)}\n"
        yield _fields(kind, without=FormatParameters.model_fields)
        if "manifests" in kind.model_fields:
            yield _manifests()
        nested |= _nested(kind)
    nested.pop("video_codec_parameters")
    nested |= {f"video_codec_parameters of {name}": each.parameters for name, each in video_encoders().items()}
    for name, group in nested.items():
        yield f"## {name}\n"
        yield f"{_first_line(group)}\n"
        yield _fields(group)


def _encoders() -> Iterator[str]:
    encoded = {name: kind for name, kind in output_types().items() if issubclass(kind, EncodedOutput)}
    rows = (
        (
            f"`{name}`",
            f"`{kind.muxer.content_type}`",
            _named_codecs(kind, "video_codec"),
            _named_codecs(kind, "audio_codec"),
        )
        for name, kind in encoded.items()
    )
    scales = ((f"`{name}`", "{} to {}".format(*each.qualities)) for name, each in video_encoders().items())
    yield _table(("output", "content type", "`video_codec`", "`audio_codec`"), rows)
    yield _table(("`video_codec`", "`quality`, from the best to the worst"), scales)


def _manifests() -> str:
    """List the files of each manifest, and what it goes with."""
    rows = (
        (
            f"`{kind}`",
            ", ".join(f"`{beside_sprite(file.name, None)}`" for file in _files_of(kind)),
            ", ".join(dict.fromkeys(f"`{file.content_type}`" for file in _files_of(kind))),
            "no" if kind.row.has_fixed_interval else "yes",
            "no" if kind.row.names_by_pattern else "yes",
        )
        for kind in Manifest
    )
    return _table(("`manifests`", "files", "content types", "with `times`", "with `presigned`"), rows)


def _files_of(kind: Manifest) -> tuple[ManifestFile, ...]:
    return (*kind.row.files(), *((MULTIVARIANT,) if kind.row.is_hls_stream else ()))


def _places() -> str:
    """List how destinations are written, and which keys mean something there."""
    rows = (
        (
            ", ".join([f"`{scheme.destination_form}`", *(f"`{alias}://`" for alias in scheme.aliases)]),
            ", ".join(f"`{key}`" for key in sorted(scheme.options)),
        )
        for scheme in SCHEMES
        if scheme.destination_form is not None
    )
    return _table(("URL", "keys that mean something beside `url`, `key` and `secret`"), rows)


def _named_codecs(kind: type[EncodedOutput], field: str) -> str:
    if field not in kind.model_fields:
        return ""
    is_video = field == "video_codec"
    held = kind.muxer.video_codecs if is_video else kind.muxer.audio_codecs
    encoders: Mapping[str, Any] = video_encoders() if is_video else audio_encoders()
    default = kind.model_fields[field].default
    names = [name for name, encoder in encoders.items() if encoder.codec in held]
    first = sorted(names, key=lambda name: name != default)
    return ", ".join(f"`{name}` ({encoders[name].codec})" for name in first)


def _compatibility() -> Iterator[str]:
    yield (
        "Each attribute that Qencode publishes is *supported*, *accepted without effect* (which a warning in the\n"
        "status tells, unless it means nothing anyway), or *refused* with a sentence, as the result would not be what\n"
        "was asked for. `filmstrip compatibility` prints the same.\n"
    )
    kinds = ", ".join(f"`{name}`" for name in output_types())
    yield f"Outputs: {kinds}. Another one is refused, with the list of these.\n"
    for place, group in groupby(rows(), key=lambda row: row.place):
        yield f"## {place.value}\n"
        cells = ((f"`{row.name}`", row.answer, row.outputs, row.note) for row in group)
        yield _table(("attribute", "here", "outputs", "note"), cells)


def _fields(kind: type[Parameters], without: Mapping[str, FieldInfo] | None = None) -> str:
    texts = field_texts(kind)
    names = [name for name in kind.model_fields if name not in (without or {})]
    own_first = sorted(names, key=lambda name: name not in vars(kind)["__annotations__"])
    fields = {name: kind.model_fields[name] for name in own_first}
    rows = ((f"`{name}`", _form(field), _default(field), texts[name]) for name, field in fields.items())
    return _table(("key", "value", "default", "what it does"), rows)


def _form(field: FieldInfo) -> str:
    if _object_of(field) is not None:
        return "object, or list of them" if get_origin(field.annotation) is tuple else "object"
    form = value_form(field)
    return form.lower() if form.isupper() else ", ".join(f"`{word}`" for word in form.split("|"))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    values = field.default if isinstance(field.default, tuple) else (field.default,)
    # What has no short form of its own is told in the text.
    words = [f"`{int(value) if isinstance(value, bool) else value}`" for value in values if isinstance(value, _SHOWN)]
    return ", ".join(words)


def _nested(kind: type[Parameters]) -> dict[str, type[Parameters]]:
    fields = {name: field for name, field in kind.model_fields.items() if name not in FormatParameters.model_fields}
    objects = {name: _object_of(field) for name, field in fields.items()}
    return {name: inner for name, inner in objects.items() if inner is not None}


def _object_of(field: FieldInfo) -> type[Parameters] | None:
    annotation: Any = field.annotation
    while get_origin(annotation) is not None:
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return annotation if isinstance(annotation, type) and issubclass(annotation, Parameters) else None


# Settings


def _settings() -> Iterator[str]:
    yield (
        "A setting is an environment variable or a line of a TOML file, which `--config FILE` or the variable\n"
        f"`{CONFIG_VARIABLE}` names. A flag of the command line wins over the variable, the variable over the file.\n"
        "Lists are written with commas in a variable, as arrays in the file. `filmstrip doctor --settings` shows\n"
        "every value and where it was set; secrets are never shown.\n"
    )
    sections: dict[str, list[Setting]] = {}
    for setting in all_settings().values():
        sections.setdefault(setting.section, []).append(setting)
    for title, settings in sections.items():
        words = title.removeprefix("Settings of ").rstrip(".")
        yield f"## {words[:1].upper()}{words[1:]}\n"
        yield _table(("setting", "value", "default", "what it does"), map(_setting_row, settings))


def _setting_row(setting: Setting) -> tuple[str, str, str, str]:
    default = f"`{setting.default_text}`" if setting.default_text else ""
    return f"`{setting.name}`<br>`{setting.variable}`", expectation(setting.kind), default, setting.text


# Commands


def _commands() -> Iterator[str]:
    yield (
        "Results go to standard output, everything for eyes to standard error. Exit codes: 0 done, 1 failed,\n"
        "2 misused (arguments, settings, query), 130 interrupted.\n"
    )
    settings = {**program.context_settings, "max_content_width": _HELP_COLUMNS, "terminal_width": _HELP_COLUMNS}
    root = click.Context(program, info_name="filmstrip", **settings)
    for context in _contexts(root):
        yield f"## {context.command_path}\n"
        yield f"```text\n{context.get_help()}\n```\n"


def _contexts(parent: click.Context) -> Iterator[click.Context]:
    group = parent.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is not None:
            context = click.Context(command, parent=parent, info_name=name, terminal_width=_HELP_COLUMNS)
            yield context
            yield from _contexts(context)


# Errors


def _errors() -> Iterator[str]:
    _load_all_errors()
    yield (
        'The API answers every request with HTTP status 200 and `{"error": CODE, "message": "…"}`, 0 being success:\n'
        "the official clients lose code and message of any other status. Uploads alone have\n"
        "[HTTP statuses of their own](../sending-jobs.md#uploads).\n"
    )
    kinds = sorted(_tree(FilmstripError), key=lambda kind: (error_code_of(kind), kind.__name__))
    own = [kind for kind in kinds if error_code_of(kind) != 1 or kind in ApiError.__subclasses__()]
    yield _table(
        ("code", "error", "when"),
        [("1", "`FilmstripError`", "Anything else; the message says what."), *map(_error_row, own)],
    )
    yield "## In a task\n"
    yield (
        "A task that fails ends as `completed` with `error: 1`; its `error_description`, and that of each output that\n"
        "failed, says in a sentence what is wrong. What kind of failure it is, as named below, is in the log of the\n"
        "service, as `kind`. One that may pass is waited for before it counts (`waiting` in the status).\n"
    )
    ending = [kind for kind in kinds if _what_to_do(kind)]
    rows = [
        (_first_line(kind), _what_to_do(kind), "yes" if kind.is_retryable else "", f"`{kind.__name__}`")
        for kind in ending
    ]
    yield _table(("what it means", "what to do", "is waited for", "in the log"), rows)


def _what_to_do(kind: type[FilmstripError]) -> str:
    """Read what to do about an error out of the second paragraph of its docstring."""
    paragraphs = (vars(kind).get("__doc__") or "").split("\n\n")
    is_of_the_tree = kind.__module__ == "filmstrip.domain.errors"
    return " ".join(paragraphs[1].split()) if is_of_the_tree and len(paragraphs) > 1 else ""


def _error_row(kind: type[FilmstripError]) -> tuple[str, str, str]:
    return str(error_code_of(kind)), f"`{kind.__name__}`", _first_line(kind)


def error_code_of(kind: type[FilmstripError]) -> int:
    """Tell the code of an error class."""
    return error_code(kind.__new__(kind))


def _load_all_errors() -> None:
    for module in pkgutil.iter_modules(api.__path__, f"{api.__name__}."):
        importlib.import_module(module.name)


def _tree(kind: type[FilmstripError]) -> Iterator[type[FilmstripError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def main() -> None:
    """Write all pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
