"""The region of a bucket, which its server tells each caller, also without credentials."""

from __future__ import annotations

from contextlib import closing

import urllib3
from urllib3.exceptions import HTTPError

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.http.client import OWN_HEADERS, make_http_client
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.told_region import told_region


def ask_region(address: S3Address, settings: StorageSettings) -> str | None:
    """Ask a server for the region of a bucket (Amazon S3 API, HeadBucket); None if it does not say."""
    client = make_http_client(settings)
    url = address.bucket_url
    timeout = urllib3.Timeout(total=settings.connect_timeout_seconds)
    try:
        with closing(client.request("HEAD", url, headers=OWN_HEADERS, redirect=False, timeout=timeout)) as answer:
            return told_region(answer.headers)
    except (HTTPError, HostNotAllowedError, OSError):
        return None
    finally:
        client.clear()
