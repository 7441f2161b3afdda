"""Sets up obstore for an account of Azure: endpoint, credentials, timeouts and the way out."""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from obstore.store import AzureStore as AzureClient

from filmstrip.domain.errors import FilmstripError
from filmstrip.storage.azure.address import AzureAddress
from filmstrip.storage.azure.signature import is_token
from filmstrip.storage.s3.client import client_options_for, retry_config_for
from filmstrip.storage.settings import StorageSettings

if TYPE_CHECKING:
    from obstore.store import AzureConfig, AzureCredential


def check_secret(secret: str, address: AzureAddress, error: type[FilmstripError]) -> None:
    """Refuse what is neither a key nor a token.

    Args:
        secret: What the client gave; it is not shown.
        address: Where it is for.
        error: What is raised.
    """
    try:
        is_key = bool(base64.b64decode(secret, validate=True))
    except (binascii.Error, ValueError):
        is_key = False
    if not (is_key or is_token(secret)):
        raise error(
            f'"{address.label}" came with a `secret` that is neither a key of an account (base64) nor a shared access '
            "signature (sv=…&sig=…)"
        )


def make_azure_client(
    address: AzureAddress, secret: str, settings: StorageSettings, *, timeout_seconds: float, proxy_url: str | None
) -> AzureClient:
    """Make a client of one container; it may be used by several threads.

    Args:
        address: Account and container.
        secret: Its key, or a token.
        settings: Patience and trusted authorities.
        timeout_seconds: How long one request may take.
        proxy_url: As for `s3.client.make_s3_client`.
    """
    # Everything that obstore would otherwise take from AZURE_ variables, which are not meant for clients' places. What
    # cannot be said here is dropped at the start of the program (`cli.shell`).
    configuration: AzureConfig = {
        "account_name": address.account,
        "container_name": address.bucket,
        "endpoint": address.endpoint,
        "use_emulator": False,
        "use_fabric_endpoint": False,
        "use_azure_cli": False,
        "skip_signature": False,
        "disable_tagging": True,
    }
    if not is_token(secret):
        configuration["account_key"] = secret
        configuration["credential_type"] = "access_key"
    options = client_options_for(
        settings, address.host, is_https=address.is_https, timeout_seconds=timeout_seconds, proxy_url=proxy_url
    )
    return AzureClient(
        config=configuration,
        client_options=options,
        retry_config=retry_config_for(settings),
        credential_provider=partial(_token, secret) if is_token(secret) else None,
    )


def _token(secret: str) -> AzureCredential:
    pairs = [part.partition("=") for part in secret.lstrip("?").split("&")]
    return {"sas_token": [(unquote(name), unquote(value)) for name, _, value in pairs], "expires_at": None}
