"""Makes an SSH connection: to an address that the egress policy allows, with the client's login and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncssh

from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.host_place import HostPlace
from filmstrip.storage.settings import StorageSettings

_BEGINS_PRIVATE_KEY = "-----BEGIN "  # RFC 7468, 3
_KEEPALIVE_SECONDS = 15.0


async def connect(place: HostPlace, settings: StorageSettings) -> asyncssh.SSHClientConnection:
    """Connect and log in.

    Raises:
        HostNotAllowedError: The operator does not allow the host.
        OSError, asyncssh.Error, asyncssh.KeyImportError: The server cannot be reached, or refuses.
    """
    login = _login(place.secret or "")
    policy, seconds = EgressPolicy(settings.private_hosts), settings.connect_timeout_seconds
    connected = await asyncio.to_thread(policy.connect, place.host, place.port, seconds)
    connected.setblocking(False)
    known_hosts = settings.sftp_known_hosts
    try:
        return await asyncssh.connect(
            place.host,
            place.port,
            sock=connected,
            username=place.user or "",
            known_hosts=None if known_hosts is None else str(known_hosts),
            login_timeout=settings.read_timeout_seconds,
            keepalive_interval=_KEEPALIVE_SECONDS,
            client_version="Filmstrip",
            # Nothing of the user that the service runs as: no settings, no keys, no agent, no tickets.
            config=None,
            agent_path=None,
            gss_host=None,
            **login,
        )
    except BaseException:
        connected.close()
        raise


def _login(secret: str) -> dict[str, Any]:
    """Say what the secret is: the text of a private key, or a password."""
    if secret.lstrip().startswith(_BEGINS_PRIVATE_KEY):
        return {"client_keys": [asyncssh.import_private_key(secret.strip() + "\n")], "password": None}
    return {"client_keys": None, "password": secret}
