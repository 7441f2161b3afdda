"""The OpenAPI document as a page that people read: no script, no style and no font from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from filmstrip import __version__
from filmstrip.api.describing.document import operations
from filmstrip.api.describing.operation import Operation
from filmstrip.api.describing.query_schema import query_schemas

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2430; }
h2 { margin-top: 2.5rem; border-top: 1px solid #d5dae2; padding-top: 1rem; }
code { background: #eef1f5; padding: .1em .3em; border-radius: .2em; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .3rem .6rem;
border-bottom: 1px solid #e3e7ed; } td:first-child { white-space: nowrap; }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #dde3ec; } code { background: #262d38; } }
"""


@cache
def page() -> str:
    """Return the page."""
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>Filmstrip API</title>"
    yield f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style>"
    yield f"<h1>Filmstrip API <small>{escape(__version__)}</small></h1>"
    yield "<p>Requests are forms, with or without files, or JSON. Every answer is JSON with HTTP status 200: "
    yield "<code>error</code> is 0 if it worked, else <code>message</code> says what to do. "
    yield "For programs: <a href='openapi.json'>openapi.json</a>.</p>"
    for operation in operations():
        yield from _method(operation)
    for name, schema in query_schemas().items():
        if name == "query" or name.startswith("output_"):
            yield from _object(name, schema)


def _method(operation: Operation) -> Iterator[str]:
    verbs = "GET or POST" if operation.by_get else "POST"
    yield f"<h2 id='{operation.name}'>{verbs} <code>/v1/{operation.name}</code></h2><p>{escape(operation.text)}.</p>"
    marked = [(field.name, field.text + (" (required)" if field.is_required else "")) for field in operation.fields]
    yield _table("field", marked)
    yield f"<p>Answer: {', '.join(f'<code>{escape(name)}</code>' for name in ('error', *operation.answer))}</p>"


def _object(name: str, schema: Any) -> Iterator[str]:
    title = "The query" if name == "query" else f"output: {name.removeprefix('output_')}"
    yield f"<h2 id='{escape(name)}'>{escape(title)}</h2>"
    yield _table("member", [(key, value.get("description", "")) for key, value in schema["properties"].items()])


def _table(head: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table><tr><th>{head}</th><th>meaning</th></tr>{cells}</table>"
