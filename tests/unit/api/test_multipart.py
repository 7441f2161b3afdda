"""Multipart forms, as browsers send them and as nobody should."""

import pytest
from aiohttp import FormData

from filmstrip.api.errors import BodyError
from filmstrip.api.multipart import parse_multipart

QUERY = '{"query": {"format": [\r\n]}}\r\n'


def part(name: str, value: str, head: str = "") -> str:
    return f'--x\r\n{head}Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


async def test_what_a_library_writes_is_read() -> None:
    """Each field comes out as it went in, whatever it holds; a file beside them is left out."""
    form = FormData(default_to_multipart=True)
    form.add_field("query", QUERY)
    form.add_field("payload", "é\r\n--x\r\nend", content_type="text/plain; charset=utf-8")
    form.add_field("file", b"\xff\x00", filename="a.mp4", content_type="video/mp4")
    written = form()
    assert "multipart/form-data" in written.content_type
    fields = parse_multipart(await written.as_bytes(), str(written.headers["Content-Type"]).partition("boundary=")[2])
    assert dict(fields.values) == {"query": (QUERY,), "payload": ("é\r\n--x\r\nend",)}


def test_lines_before_and_after_are_no_fields() -> None:
    """What stands before the first and after the last boundary means nothing (RFC 2046, 5.1.1)."""
    body = "preamble\r\n" + part("a", "1", "Content-Type: text/plain\r\n") + "--x--\r\nepilogue\r\n--x\r\n"
    assert parse_multipart(body.encode(), "x").values == {"a": ("1",)}


@pytest.mark.parametrize(
    ("body", "boundary", "problem"),
    [
        (b"", "", "names no boundary"),
        (b"", "\r\n", "names no boundary"),
        (b"", "x", "its last boundary is missing"),
        (part("a", "1").encode(), "x", "its last boundary is missing"),
        (b"--x\r\nnothing\r\n--x--", "x", "a part has no head of a sensible length"),
        (b"--x\r\n" + b"a" * 3000 + b"\r\n\r\n\r\n--x--", "x", "a part has no head of a sensible length"),
        (b"--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--", "x", "a part has no name"),
        (part("a", "1").encode() * 201 + b"--x--", "x", "more than 200 parts"),
        (part("a", "?").encode().replace(b"?", b"\xff") + b"--x--", "x", "is not UTF-8"),
    ],
)
def test_what_is_no_form_is_told(body: bytes, boundary: str, problem: str) -> None:
    """Each fault of a form has its sentence."""
    with pytest.raises(BodyError, match=problem):
        parse_multipart(body, boundary)
