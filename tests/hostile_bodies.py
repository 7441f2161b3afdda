"""Requests that are made to hold up a service, or to make it stumble."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

MEGABYTE = 1_000_000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}

PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'

# What these cost is the telling of thousands of faults, the same however the text came; others show how it comes.
MANY_FAULTS = ("many sizes", "many manifests", "many destinations", "many keys, one twice")


@dataclass(frozen=True)
class Hostile:
    """One request; `TOKEN` in its body stands for the token of a task that waits for its query."""

    name: str
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: FORM)
    path: str = "/v1/start_encode2"
    verb: str = "POST"


def filled(unit: bytes, size: int = MEGABYTE) -> bytes:
    return unit * (size // len(unit))


def query_with(entry: str) -> bytes:
    return ('{"query": {"source": "http://h/a.mp4", "format": [{' + entry + "}]}}").encode()


def numbers_in_queries() -> Iterator[tuple[str, bytes]]:
    """JSON texts for the field `query`, each with a number that nobody should make."""
    numbers = (
        "1e999999999",
        "1E+999999999",
        "-1e999999999",
        "1e-999999999",
        "9" * 5000,
        f"1/{'9' * 5000}",
        "1" + "0" * 5000,
    )
    # All at once, as every mistake is told: none may hide another, and together they cost no more than one may.
    series = ("interval", "width", "start_time", "duration", "quality", "precision", "columns", "size")
    video = ("framerate", "bitrate", "keyframe", "aspect_ratio", "audio_bitrate", "rotate", "level")
    for number in numbers:
        for output, parameters in (("thumbnails", series), ("mp4", video)):
            asked = ", ".join(f'"{parameter}": "{number}"' for parameter in parameters)
            yield f"{output} {number[:12]}", query_with(f'"output": "{output}", {asked}')
    for number in ("1e999999999", "9" * 5000, "9" * 900_000, "1." + "1" * 900_000, "NaN", "Infinity", "-Infinity"):
        yield f"bare {number[:12]}", query_with(f'"output": "thumbnails", "interval": {number}')


def queries() -> Iterator[tuple[str, bytes]]:
    """JSON texts for the field `query` that are hard to read."""
    yield "frame_number", query_with('"output": "thumbnail", "frame_number": "1e999999999"')
    yield "time", query_with('"output": "thumbnail", "time": "1e999999999%"')
    yield "x264", query_with('"output": "mp4", "video_codec_parameters": {"max_rate": "1e999999999"}')
    yield "surrogate", query_with(r'"output": "mp4", "tag": "\ud800"')
    yield "surrogate in a key", query_with(r'"output": "mp4", "\udfff": 1')
    yield "surrogate in the source", rb'{"query": {"source": "http://h/\ud800", "format": [{"output": "mp4"}]}}'
    yield "surrogate in an output", query_with(r'"output": "\ud800"')
    yield "NUL", query_with(r'"output": "mp4", "tag": "a\u0000b"')
    yield "twice", query_with('"output": "mp4", "tag": "a", "tag": "b"')
    yield "many keys, one twice", b'{"query": {' + b", ".join(b'"%d": 1' % n for n in range(9000)) + b', "0": 2}}'
    yield "invalid UTF-8", b'{"query": "\xff\xfe"}'
    yield "deep lists", filled(b"[")
    yield "deep objects", filled(b'{"a":')
    yield "closed deep lists", b"[" * 900 + b"]" * 900
    yield "deep in the source", b'{"query": {"source": ' + b"[" * 500 + b"]" * 500 + b', "format": []}}'
    yield "many lists", b"[" + filled(b"[],") + b"[]]"
    yield "many texts", b"[" + filled(b'"",') + b'""]'
    yield "one text", query_with('"output": "mp4", "tag": "' + "a" * 900_000 + '"')
    yield "one escaped text", query_with('"output": "mp4", "tag": "' + r"\u0041" * 160_000 + '"')
    yield (
        "long source",
        b'{"query": {"source": "http://h/' + filled(b"a", 900_000) + b'", "format": [{"output": "mp4"}]}}',
    )
    yield "long name", query_with('"' + "k" * 900_000 + '": 1, "output": "mp4", "width": "x"')
    yield "many outputs", outputs(20_000)
    yield (
        "outputs of nothing",
        b'{"query": {"source": "http://h/a.mp4", "format": [' + filled(b"{},", 30_000) + b"{}]}}",
    )
    yield (
        "full outputs",
        outputs(100, '"output": "thumbnails", "width": "x", "interval": "y", "quality": 0, "size": "z"'),
    )
    yield "many sizes", query_with('"output": "thumbnails", "sizes": [' + ", ".join(['"x"'] * 15_000) + "]")
    yield "sizes in a text", query_with('"output": "thumbnails", "sizes": "' + "1x1," * 4000 + '"')
    yield "many manifests", query_with('"output": "thumbnails", "manifests": [' + ", ".join(["1"] * 15_000) + "]")
    yield (
        "many destinations",
        query_with('"output": "mp4", "destination": [' + ", ".join(['"s3://h/b/k"'] * 9000) + "]"),
    )
    yield "credentials", query_with('"output": "mp4", "destination": "s3://' + "a:b@" * 200_000 + '"')
    yield "flags", query_with('"output": "mp4", "video_codec_parameters": {"flags": "' + "+loop" * 180_000 + '"}')
    yield "words", query_with('"output": "mp4", "video_codec_parameters": {"sws_flags": "' + "+ " * 400_000 + '"}')
    yield "wrong kinds", query_with('"output": {"a": []}, "destination": 5, "sizes": {}, "manifests": true')
    yield (
        "wrong kinds of all",
        b'{"query": {"source": [], "format": {"output": "thumbnails", "destination": {"url": {}}}}}',
    )
    yield "no object", b'{"query": 5}'
    yield "empty", b" "


def outputs(count: int, entry: str = '"output": "thumbnail", "width": "x"') -> bytes:
    listed = ", ".join(["{" + entry + "}"] * count)
    return ('{"query": {"source": "http://h/a.mp4", "format": [' + listed + "]}}").encode()


def percent(text: bytes) -> bytes:
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789."
    return b"".join(bytes([byte]) if byte in plain else b"%%%02X" % byte for byte in text)


def hostile_requests() -> Iterator[Hostile]:
    """All of them."""
    for name, text in numbers_in_queries():
        yield Hostile(f"raw form, {name}", b"query=" + text + b"&task_token=TOKEN")
    for name, text in queries():
        yield Hostile(f"raw form, {name}", b"query=" + text + b"&task_token=TOKEN")
        if name in MANY_FAULTS:
            continue
        yield Hostile(f"JSON, {name}", b'{"task_token": "TOKEN", "query": ' + text + b"}", JSON)
        if len(text) < MEGABYTE // 3:
            yield Hostile(f"form, {name}", b"task_token=TOKEN&query=" + percent(text))
        part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        yield Hostile(
            f"multipart, {name}", part % (b"task_token", b"TOKEN") + part % (b"query", text) + b"--x--", MULTIPART
        )
    for path in ("/v1/access_token", "/v1/create_task", "/v1/start_encode2", "/v1/status"):
        # One body in four is enough where only the path differs.
        for name, body, headers in islice(bodies(), *((None,) if path == "/v1/start_encode2" else (1, None, 4))):
            yield Hostile(f"{path}, {name}", body, headers, path)
    for name, body in token_lists():
        yield Hostile(f"status, {name}", body, FORM, "/v1/status")
    yield Hostile("status in the URL", b"", {}, "/v1/status?task_tokens=" + ",".join(["%5b"] * 1500), "GET")
    yield Hostile("a path like credentials", b"", {}, "/" + "%3a//a:" * 1000, "GET")
    yield Hostile("an unknown method", b"", {}, "/v1/" + "a" * 7000)
    yield Hostile("a header like a parameter list", b"x", {"Content-Type": "multipart/form-data" + ';a="' * 1500})


def bodies() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    yield "raw queries", filled(b"query={"), FORM
    yield "raw queries behind ampersands", filled(b"&query={"), FORM
    # A part of a megabyte shows as well whether one call decodes it all, and is measured in a part of the time.
    yield "percent signs", filled(b"%41", MEGABYTE // 4), FORM
    yield "percent signs of nothing", filled(b"%", MEGABYTE // 8), FORM
    yield "invalid percent signs", b"token=" + filled(b"%ff", MEGABYTE // 4), FORM
    yield "plus signs", b"token=" + filled(b"+"), FORM
    yield "ampersands", filled(b"&"), FORM
    yield "fields", filled(b"a=1&"), FORM
    yield "semicolons", filled(b";"), FORM
    yield "blanks", filled(b" "), FORM
    yield "blanks before a brace", filled(b" &query= "), FORM
    yield "line ends", filled(b"\n"), FORM
    yield "NULs", filled(b"\x00"), FORM
    yield "no UTF-8", filled(b"\xff"), FORM
    yield "a megabyte of JSON text", b'{"token": "' + filled(b"a") + b'"}', JSON
    yield "no JSON object", b"[]", JSON
    yield "a number", b'{"token": ' + filled(b"9") + b"}", JSON
    yield "nested tokens", b'{"token": ' + b"[" * 31 + b"1" + b"]" * 31 + b"}", JSON
    yield "lines of parts", filled(b"\r\n"), MULTIPART
    yield "boundaries", filled(b"\r\n--x"), MULTIPART
    yield "headers of a part", b"--x\r\n" + filled(b"a:b\r\n") + b"\r\n\r\n--x--", MULTIPART
    yield (
        "a name of a part",
        b'--x\r\nContent-Disposition: form-data; name="' + filled(b";a") + b'"\r\n\r\n\r\n--x--',
        MULTIPART,
    )
    yield "no boundary", b"--x\r\n", {"Content-Type": "multipart/form-data"}
    yield "too much", filled(b"a", 4 * MEGABYTE), FORM
    yield "compressed", b"\x1f\x8b" + filled(b"\x00", 1000), FORM | {"Content-Encoding": "gzip"}


def token_lists() -> Iterator[tuple[str, bytes]]:
    yield "many tokens", b"task_tokens=" + filled(b"0123456789abcdef0123456789abcdef,")
    yield "many different tokens", b"task_tokens=" + b",".join(b"%032x" % number for number in range(30_000))
    yield "one long token", b"task_tokens=" + filled(b"a")
    yield "commas", b"task_tokens=" + filled(b",", MEGABYTE // 4)
    yield "repeated", b"&".join([b"task_tokens[]=0"] * 9000)
    yield "a list", b"task_tokens=" + percent(json.dumps(["a"] * 15_000).encode())
    yield "a deep list", b"task_tokens=" + filled(b"[")
    yield "a list of numbers", b"task_tokens=[" + b"1e999999999," * 100 + b"1]"
    yield "a list of surrogates", rb'task_tokens=["\ud800"]'
