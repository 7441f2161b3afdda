"""How is obstore set up for an S3 server? Endpoint, region, credentials, patience and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.store import S3Store as S3Client

from filmstrip.params.destination import Destination
from filmstrip.storage.http_client import USER_AGENT
from filmstrip.storage.lending import Loan
from filmstrip.storage.retries import LONGEST_RETRYING_SECONDS
from filmstrip.storage.s3_address import S3Address, region_of
from filmstrip.storage.s3_signature import S3Account
from filmstrip.storage.settings import StorageSettings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

_BASE_PUT_SECONDS = 30.0
_PUT_BYTES_PER_SECOND = 32 << 10


def put_seconds(size_bytes: int, settings: StorageSettings) -> float:
    """Return how long a request may take that puts so many bytes: silence is not waited for as slowness is."""
    return min(settings.put_timeout_seconds, _BASE_PUT_SECONDS + size_bytes / _PUT_BYTES_PER_SECOND)


def make_s3_client(
    address: S3Address,
    account: S3Account | None,
    settings: StorageSettings,
    *,
    timeout_seconds: float = _BASE_PUT_SECONDS,
    headers: Mapping[str, str] | None = None,
    proxy_url: str | None = None,
) -> S3Client:
    """Make a client of one bucket; it may be used by several threads.

    Args:
        address: Server and bucket.
        account: Who signs; None leaves requests unsigned.
        settings: Patience and trusted authorities.
        timeout_seconds: How long one request may take.
        headers: What is sent, signed, with every request.
        proxy_url: Proxy through which every connection goes, None for none.
    """
    client_options: ClientConfig = {
        "allow_http": not address.is_https,
        "connect_timeout": timedelta(seconds=settings.connect_timeout_seconds),
        "timeout": timedelta(seconds=timeout_seconds),
        "default_headers": dict(headers or {}),
        "user_agent": USER_AGENT,
    }
    if proxy_url is not None:
        client_options["proxy_url"] = proxy_url
    if settings.ca_file is not None:
        client_options["root_certificate"] = settings.ca_file.read_bytes()
    credentials: S3Config = {"skip_signature": True}
    if account is not None:
        credentials = {"access_key_id": account.key, "secret_access_key": account.secret, "region": account.region}
        if account.session_token is not None:
            credentials["session_token"] = account.session_token
    return S3Client(
        address.bucket,
        endpoint=address.endpoint,
        virtual_hosted_style_request=False,
        client_options=client_options,
        retry_config={
            "max_retries": settings.retries,
            "retry_timeout": timedelta(seconds=LONGEST_RETRYING_SECONDS),
            "backoff": {"init_backoff": timedelta(seconds=settings.retry_pause_seconds), "base": 2},
        },
        config=credentials,
    )


def account_of(destination: Destination, address: S3Address, loan: Loan | None = None) -> S3Account | None:
    """Return who signs and for which region, None where requests are not signed.

    Args:
        destination: The place, whose own credentials and region win.
        address: The same.
        loan: What is lent to it, if anything is; its credentials are read now.

    Raises:
        CredentialsError: What is lent cannot be read.
    """
    region = destination.region or (loan.region if loan else None) or region_of(address.host)
    if destination.key is not None and destination.secret is not None:
        return S3Account(destination.key.get_secret_value(), destination.secret.get_secret_value(), region)
    if loan is None or loan.read is None:
        return None
    lent = loan.read()
    return S3Account(lent.key, lent.secret, region, lent.session_token, is_lent=loan.host is not None)
