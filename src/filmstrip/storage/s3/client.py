"""Sets up obstore for an S3 server: endpoint, region, credentials, timeouts and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from obstore.store import S3Store as S3Client

from filmstrip.params.destination import Destination
from filmstrip.storage.http.client import USER_AGENT
from filmstrip.storage.lender import Loan
from filmstrip.storage.retries import LONGEST_RETRYING_SECONDS
from filmstrip.storage.s3.address import S3Address, region_of
from filmstrip.storage.s3.signature import S3Account
from filmstrip.storage.settings import StorageSettings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Credential

_BASE_PUT_SECONDS = 30.0
_PUT_BYTES_PER_SECOND = 32 << 10
_NOWHERE = "http://127.0.0.1:0"


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
        proxy_url: Proxy through which every connection goes. None for none to this host, and no other host is reached:
            obstore would follow a redirect anywhere, and would take proxies from the environment.
    """
    client_options = client_options_for(
        settings,
        address.connected_host,
        is_https=address.is_https,
        timeout_seconds=timeout_seconds,
        proxy_url=proxy_url,
    )
    client_options["default_headers"] = dict(headers or {})
    return S3Client(
        address.bucket,
        client_options=client_options,
        retry_config=retry_config_for(settings),
        config=_configuration(address, account),
        credential_provider=None if account is None else partial(_credential, account),
    )


def client_options_for(
    settings: StorageSettings, host: str, *, is_https: bool, timeout_seconds: float, proxy_url: str | None
) -> ClientConfig:
    """Say how obstore connects to a host, as `make_s3_client` does."""
    options: ClientConfig = {
        "allow_http": not is_https,
        "connect_timeout": timedelta(seconds=settings.connect_timeout_seconds),
        "timeout": timedelta(seconds=timeout_seconds),
        "user_agent": USER_AGENT,
        "proxy_url": proxy_url or _NOWHERE,
    }
    if proxy_url is None:
        options["proxy_excludes"] = host
    if settings.ca_file is not None:
        options["root_certificate"] = settings.ca_file.read_bytes()
    return options


def retry_config_for(settings: StorageSettings) -> RetryConfig:
    """Say how often obstore tries again."""
    return {
        "max_retries": settings.retries,
        "retry_timeout": timedelta(seconds=LONGEST_RETRYING_SECONDS),
        "backoff": {"init_backoff": timedelta(seconds=settings.retry_pause_seconds), "base": 2},
    }


def _configuration(address: S3Address, account: S3Account | None) -> S3Config:
    """Say everything that obstore would otherwise take from AWS_ variables, which are not meant for clients' places.

    What cannot be said here is dropped at the start of the program (`cli.shell`).
    """
    has_own_host = address.connected_host != address.host
    return {
        # Wins over `endpoint`, and over the variables of both.
        "aws_endpoint_url_s3": address.bucket_url if has_own_host else address.endpoint,
        "virtual_hosted_style_request": has_own_host,
        "region": account.region if account else region_of(address.host),
        "skip_signature": account is None,
        "unsigned_payload": False,
        "request_payer": False,
        "s3_express": False,
    }


def _credential(account: S3Account) -> S3Credential:
    # Not by keys of the configuration: a token of the environment would be sent with them.
    return {
        "access_key_id": account.key,
        "secret_access_key": account.secret,
        "token": account.session_token,
        "expires_at": None,
    }


def account_of(destination: Destination, address: S3Address, loan: Loan | None = None) -> S3Account | None:
    """Return who signs and for which region, None if requests are not signed.

    Args:
        destination: The place, whose own credentials and region win.
        address: The same.
        loan: What is lent to it, if anything is; its credentials are read now.

    Raises:
        CredentialsError: What is lent cannot be read.
    """
    region = destination.region or (loan.region if loan else None) or address.own_region or region_of(address.host)
    if destination.key is not None and destination.secret is not None:
        return S3Account(destination.key.get_secret_value(), destination.secret.get_secret_value(), region)
    if loan is None or loan.read is None:
        return None
    lent = loan.read()
    return S3Account(lent.key, lent.secret, region, lent.session_token, is_lent=loan.host is not None)
