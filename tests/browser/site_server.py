"""Serves the test pages, the players and the media on loopback, with byte ranges."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{player}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/players/{player}.css">
<body style="margin: 200px 20px 20px; background: #123">
<div id="stage"></div>
<script src="/node_modules/dashjs/contrib/akamai/controlbar/ControlBar.js"></script>
<script type="module" src="/players/{player}.js"></script>
"""

CONTENT_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".m4s": "video/iso.segment",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".json": "application/json",
}


@contextmanager
def serve(folders: Mapping[str, Path]) -> Iterator[str]:
    """Serve each folder under its name, and `/page/PLAYER`; yields the address, without a slash at the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server calls
            path = unquote(urlsplit(self.path).path)
            if path.startswith("/page/"):
                self.answer(PAGE.format(player=path.removeprefix("/page/")).encode(), "text/html")
                return
            _, top, rest = path.split("/", 2)
            file = folders.get(top, Path("/nowhere")) / rest
            if ".." in rest or not file.is_file():
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            self.answer(file.read_bytes(), CONTENT_TYPES.get(file.suffix, "application/octet-stream"))

        def answer(self, body: bytes, content_type: str) -> None:
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
            if asked:
                first, last = int(asked[1]), min(int(asked[2] or len(body)), len(body) - 1)
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
                body = body[first : last + 1]
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet: the browser's own log tells what could not be loaded."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A browser drops connections that it no longer needs: nothing to tell."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
