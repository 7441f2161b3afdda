"""Credentials of a store that the operator names, read from where the settings say, at each use."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from filmstrip.domain.errors import CredentialsError
from filmstrip.storage.lender import S3Keys
from filmstrip.storage.lending.aws_profiles import AwsProfile
from filmstrip.storage.named_store import NamedStore


def read_credentials(store: NamedStore, environ: Mapping[str, str] = os.environ) -> S3Keys:
    """Read the credentials of a store as they are now.

    Raises:
        CredentialsError: They cannot be read; the message is for the operator, and holds no secret.
    """
    if store.instance_role:
        return _role_keys()
    if store.profile is not None:
        keys = AwsProfile.read(store.profile, environ).keys()
        if keys is None:
            raise CredentialsError(f'The profile "{store.profile}" has no aws_access_key_id and aws_secret_access_key')
        return keys
    token = store.session_token_variable
    return S3Keys(
        _variable(store.key_variable or "", environ),
        _variable(store.secret_variable or "", environ),
        _variable(token, environ) if token else None,
    )


def _variable(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise CredentialsError(f"The environment variable {name} is not set")
    return value


def _role_keys() -> S3Keys:
    credentials = _role_session().get_credentials()
    if credentials is None:
        raise CredentialsError("This machine has no role whose credentials can be read")
    try:
        # What runs out soon is renewed here.
        frozen = credentials.get_frozen_credentials()
    except Exception as error:  # noqa: BLE001 - of many kinds; their words may hold anything
        name = type(error).__name__
        raise CredentialsError(f"The credentials of this machine's role cannot be read ({name})") from None
    return S3Keys(frozen.access_key, frozen.secret_key, frozen.token)


@cache
def _role_session() -> Any:
    """Make the session that asks the machine: container, web identity or instance metadata, as Amazon's tools do."""
    try:
        session = importlib.import_module("botocore.session")
    except ImportError:
        raise CredentialsError(
            "instance_role needs the package botocore: install Filmstrip as filmstrip[aws]"
        ) from None
    made = session.get_session()
    # Whose the machine is, not what its shell says: keys in variables and files are named by other fields.
    resolver = made.get_component("credential_provider")
    for provider in ("env", "shared-credentials-file", "config-file", "ec2-credentials-file", "boto-config"):
        resolver.remove(provider)
    return made
