"""Where the buckets of a Backblaze account are: its API tells the S3 server (B2 Native API, b2_authorize_account)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from contextlib import closing
from http import HTTPStatus

from urllib3.exceptions import HTTPError

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.host_rule import rule_for
from filmstrip.storage.http.client import OWN_HEADERS, make_http_client
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.trouble import trouble_of

API_HOST = "api.backblazeb2.com"
_PATH = "/b2api/v3/b2_authorize_account"
_LONGEST_ANSWER_BYTES = 1 << 16
_SERVER = re.compile(r"https?://(?P<server>[a-z0-9.-]+(?::\d{1,5})?)/?", re.IGNORECASE)
_NO_API = "it does not answer as the API of Backblaze does"


def s3_server(
    place: Destination, settings: StorageSettings, refused: type[FilmstripError], away: type[FilmstripError]
) -> str:
    """Ask for the S3 server of an account, `HOST[:PORT]`.

    Args:
        place: With the id of an application key as key, and the application key as secret.
        settings: Patience, and where the operator says that the API is.
        refused: What is raised if the key is not accepted.
        away: What is raised if there is no answer; it may be tried again.
    """
    return retried(lambda: _ask(place, settings, refused, away), settings)


def _ask(
    place: Destination, settings: StorageSettings, refused: type[FilmstripError], away: type[FilmstripError]
) -> str:
    rule = rule_for(API_HOST, None, settings.hosts)
    endpoint = rule.endpoint if rule and rule.endpoint else f"https://{API_HOST}"
    if rule is not None:
        settings = settings.allowing(endpoint.partition("://")[2])
    key, secret = (text.get_secret_value() if text is not None else "" for text in (place.key, place.secret))
    headers = OWN_HEADERS | {"Authorization": f"Basic {b64encode(f'{key}:{secret}'.encode()).decode()}"}
    client = make_http_client(settings)
    try:
        with closing(
            client.request("GET", endpoint + _PATH, headers=headers, redirect=False, preload_content=False)
        ) as answer:
            text = answer.read(_LONGEST_ANSWER_BYTES, decode_content=False)
    except HTTPError as error:
        raise away(
            f'"{place.url}" cannot be reached: the API of Backblaze does not answer ({trouble_of(error)})'
        ) from None
    finally:
        client.clear()
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise refused(
            f'"{place.url}" refuses these credentials ({answer.status}): `key` is the id of an application key'
        )
    if answer.status != HTTPStatus.OK:
        raise away(f'"{place.url}" cannot be used now: the API of Backblaze answers with {answer.status}')
    server = _server_in(text)
    if server is None:
        raise away(f'"{place.url}" cannot be reached: {_NO_API}')
    return server


def _server_in(text: bytes) -> str | None:
    try:
        url = json.loads(text)["apiInfo"]["storageApi"]["s3ApiUrl"]
        match = _SERVER.fullmatch(url)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return match["server"].lower() if match else None
