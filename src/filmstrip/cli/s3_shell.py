"""What the shell says about S3: what was typed, else variables of the environment, else a profile of ~/.aws."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from filmstrip.cli.s3_places import S3Flags, S3Manners
from filmstrip.domain.errors import FilmstripError
from filmstrip.storage.lender import S3Keys
from filmstrip.storage.lending.aws_profiles import AwsProfile, whole_keys

_REGION = re.compile(r"[a-z0-9-]+")
_SERVER = re.compile(r"(\[[0-9a-f:.]+\]|[\w.-]+)(:[0-9]+)?", re.IGNORECASE)


def read_manners(
    typed: S3Flags, *, hosts: frozenset[str] = frozenset(), environ: Mapping[str, str] = os.environ
) -> S3Manners:
    """Find out what the shell says about S3.

    Args:
        typed: What was typed; a profile wins over credentials of the environment.
        hosts: As `S3Manners.hosts`.
        environ: The environment.

    Raises:
        FilmstripError: The endpoint is no URL of a server, there is no such profile, or its credentials cannot be used.
    """
    found = AwsProfile.read(typed.profile or environ.get("AWS_PROFILE"), environ)
    given = (
        typed.endpoint
        or environ.get("AWS_ENDPOINT_URL_S3")
        or environ.get("AWS_ENDPOINT_URL")
        or found.get("endpoint_url")
    )
    region = typed.region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or found.get("region")
    if region is not None and _REGION.fullmatch(region) is None:
        raise FilmstripError(f'The region "{region}" is not one such as eu-central-1')
    keys = _credentials(found, environ, is_chosen=typed.profile is not None)
    return S3Manners(_checked_endpoint(given), region, keys, hosts, is_region_typed=typed.region is not None)


def _checked_endpoint(endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        is_server = parts.scheme in {"http", "https"} and _SERVER.fullmatch(parts.netloc) and parts.port != 0
    except ValueError:  # its host or port makes no sense
        is_server = False
    if not is_server or parts.path.strip("/") or parts.query or parts.fragment:
        shown = endpoint.rpartition("@")[2]
        raise FilmstripError(f'The endpoint "{shown}" is not the URL of a server, such as https://s3.example.com')
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _credentials(profile: AwsProfile, environ: Mapping[str, str], *, is_chosen: bool) -> S3Keys | None:
    def of_environment() -> S3Keys | None:
        return whole_keys(lambda name: environ.get(name.upper()) or None, "of the environment")

    if not is_chosen:
        return of_environment() or profile.keys()
    keys = profile.keys()
    if keys is None:
        raise FilmstripError(f'The profile "{profile.name}" has no aws_access_key_id and aws_secret_access_key')
    return keys
