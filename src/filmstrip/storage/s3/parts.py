"""Puts a large object with a canned ACL: a multipart upload of our own.

The ACL of a multipart upload belongs to the request that begins it, and Amazon refuses it on those that carry the
parts (https://github.com/aws/aws-cli/issues/1674). obstore can only send a header with all of them or none
(https://github.com/developmentseed/obstore has no per-request headers as of 0.12.1), so what is large and has an ACL
goes this way. When `obstore.put` takes an ACL, or headers, for one object, this module and `signature` can go.
"""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import quote

import urllib3
from urllib3.exceptions import HTTPError

from filmstrip.domain.errors import DestinationUnreachableError, FilmstripError
from filmstrip.storage.http.client import OWN_HEADERS, make_http_client
from filmstrip.storage.retries import retried
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.client import put_seconds
from filmstrip.storage.s3.failures import refusal_error, unreachable_error
from filmstrip.storage.s3.signature import S3Account, signed_headers, signed_url
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.trouble import trouble_of

_LONGEST_ANSWER_BYTES = 1 << 20
_UPLOAD_ID = re.compile(r"<UploadId>([^<]+)</UploadId>")
_MOST_PAGES = 100
_MARKERS = {"KeyMarker": "key-marker", "UploadIdMarker": "upload-id-marker"}
_UPLOAD = re.compile(
    r"<Upload>(?=(?:(?!</Upload>).)*?<Key>(?P<key>[^<]+)</Key>)"
    r"(?=(?:(?!</Upload>).)*?<UploadId>(?P<id>[^<]+)</UploadId>)"
    r"(?=(?:(?!</Upload>).)*?<Initiated>(?P<began>[^<]+)</Initiated>)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    entity_tag: str | None


class PartedUploader:
    """Uploads large objects in parts, several at a time; may be used by several threads."""

    def __init__(self, address: S3Address, account: S3Account | None, settings: StorageSettings) -> None:
        self._address = address
        self._account = account
        self._settings = settings
        self._client = make_http_client(settings)

    def put(self, key: str, content: BinaryIO, part_bytes: int, headers: Mapping[str, str]) -> None:
        """Upload the content; on any failure the parts are taken back and the object is as before.

        Args:
            key: The object's key.
            content: Read from where it stands to its end.
            part_bytes: Size of every part but the last, at least 5 MiB.
            headers: Attributes and ACL of the object.

        Raises:
            DestinationError: The server refuses, or does not answer.
            HostNotAllowedError: The operator does not allow the host.
        """
        url = f"{self._address.bucket_url}/{quote(key, safe='/~')}"
        answer = self._send("POST", url, {"uploads": ""}, headers=headers).text
        match = _UPLOAD_ID.search(answer)
        if match is None:
            raise DestinationUnreachableError(f'"{self._address.label}" does not begin an upload as an S3 server does')
        upload = {"uploadId": html.unescape(match[1])}
        with self._taken_back_on_failure(url, upload):
            tags = self._send_parts(url, upload, content, part_bytes)
            self._complete(url, upload, tags)

    def take_back(self, key: str, since: datetime, *, is_folder: bool) -> None:
        """Give up uploads that were begun since a moment and are not complete ("ListMultipartUploads").

        Args:
            key: Of the object, or of the folder that the objects are in.
            since: UTC, as the server's clock has it.
            is_folder: Whether it is a folder.

        Raises:
            DestinationError: The server refuses, or does not answer.
        """
        prefix = f"{key.rstrip('/')}/" if is_folder and key else key
        marker: dict[str, str] = {}
        for _page in range(_MOST_PAGES):
            query = {"uploads": "", "prefix": prefix, **marker}
            answer = self._send("GET", self._address.bucket_url, query).text
            for found in _UPLOAD.finditer(answer):
                whose, identity, began_at = (html.unescape(found[name]) for name in ("key", "id", "began"))
                if datetime.fromisoformat(began_at) >= since and (is_folder or whose == key):
                    self._send(
                        "DELETE", f"{self._address.bucket_url}/{quote(whose, safe='/~')}", {"uploadId": identity}
                    )
            markers = {name: seen[1] for name in _MARKERS if (seen := re.search(f"<Next{name}>([^<]+)<", answer))}
            if "<IsTruncated>true<" not in answer or not markers:
                return
            marker = {_MARKERS[name]: html.unescape(text) for name, text in markers.items()}

    def close(self) -> None:
        """Close the connections."""
        self._client.clear()

    def _send_parts(self, url: str, upload: Mapping[str, str], content: BinaryIO, part_bytes: int) -> list[str]:
        connections = self._settings.connections
        tags: list[str] = []
        with ThreadPoolExecutor(connections, "s3-parts") as pool:

            def send(number: int, part: bytes) -> str:
                query = {**upload, "partNumber": str(number)}
                tag = self._send("PUT", url, query, body=part).entity_tag
                if tag is None:
                    raise DestinationUnreachableError(f'"{self._address.label}" does not answer as an S3 server does')
                return tag

            # As many parts as are under way at a time are in memory, not the whole.
            for batch in _batches(content, part_bytes, connections):
                numbers = range(len(tags) + 1, len(tags) + 1 + len(batch))
                tags += pool.map(send, numbers, batch)
        return tags

    def _complete(self, url: str, upload: Mapping[str, str], tags: list[str]) -> None:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{html.escape(tag)}</ETag></Part>"
            for number, tag in enumerate(tags, 1)
        )
        namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
        body = f'<CompleteMultipartUpload xmlns="{namespace}">{parts}</CompleteMultipartUpload>'.encode()
        answer = self._send("POST", url, upload, body=body).text
        if "<Error>" in answer:  # with status 200: the server had begun to answer before it failed
            raise refusal_error(answer, 500, self._address, self._account)

    @contextmanager
    def _taken_back_on_failure(self, url: str, upload: Mapping[str, str]) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with suppress(FilmstripError):
                self._send("DELETE", url, upload)
            raise

    def _send(
        self,
        method: str,
        url: str,
        query: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> _Answer:
        return retried(lambda: self._send_once(method, signed_url(url, query), headers or {}, body), self._settings)

    def _send_once(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> _Answer:
        signed = dict(headers)
        if self._account is not None:
            signed = signed_headers(method, url, headers, body, self._account, datetime.now(UTC))
        seconds = put_seconds(len(body), self._settings)
        timeout = urllib3.Timeout(connect=self._settings.connect_timeout_seconds, read=seconds)
        all_headers = OWN_HEADERS | signed | {"Content-Length": str(len(body))}
        try:
            answer = self._client.request(
                method,
                url,
                headers=all_headers,
                body=_TimedBody(body, seconds),
                redirect=False,
                timeout=timeout,
                preload_content=False,
            )
            text = answer.read(_LONGEST_ANSWER_BYTES, decode_content=False).decode(errors="replace")
            answer.close() if len(text) == _LONGEST_ANSWER_BYTES else answer.release_conn()
        except HTTPError as error:
            raise unreachable_error(self._address, trouble_of(error)) from None
        if answer.status >= 300:  # noqa: PLR2004 - HTTP: below, it was done
            raise refusal_error(text, answer.status, self._address, self._account)
        return _Answer(text, answer.headers.get("ETag"))


class _TimedBody(io.BytesIO):
    """A body that is sent in pieces: each has the connection's patience, and all together no more than that."""

    def __init__(self, body: bytes, seconds: float) -> None:
        super().__init__(body)
        self._ends_by = time.monotonic() + seconds

    def read(self, size: int | None = -1, /) -> bytes:
        """Read the next piece.

        Raises:
            TimeoutError: The pieces before it took all the time.
        """
        if time.monotonic() > self._ends_by:
            raise TimeoutError("The request takes too long")
        return super().read(size)


def _batches(content: BinaryIO, part_bytes: int, count: int) -> Iterator[list[bytes]]:
    parts = iter(lambda: content.read(part_bytes), b"")
    while batch := [part for _slot, part in zip(range(count), parts, strict=False)]:
        yield batch
