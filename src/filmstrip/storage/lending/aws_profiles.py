"""A profile of ~/.aws, the files that Amazon's tools share, read as they are now."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filmstrip.domain.errors import CredentialsError
from filmstrip.storage.lender import S3Keys


@dataclass(frozen=True, slots=True)
class AwsProfile:
    """A profile.

    Attributes:
        name: What it is called.
        values: What it says.
    """

    name: str
    values: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str | None:
        """Return a value, None if it is not there or empty."""
        return self.values.get(name) or None

    def keys(self) -> S3Keys | None:
        """Return its credentials, None if it has none.

        Raises:
            CredentialsError: They are not whole.
        """
        return whole_keys(self.get, f'of the profile "{self.name}"')

    @classmethod
    def read(cls, name: str | None, environ: Mapping[str, str]) -> AwsProfile:
        """Read a profile.

        Args:
            name: Its name; None for the default one, which need not be there.
            environ: May name the files (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE).

        Raises:
            CredentialsError: There is no such profile, or a file cannot be read.
        """
        values: dict[str, str] = {}
        is_there = False
        for path, section in _files(name or "default", environ):
            parser = configparser.RawConfigParser()
            try:
                parser.read(path, encoding="utf-8")
            except (OSError, ValueError, configparser.Error):
                raise CredentialsError(f"{path} cannot be read as a file with profiles") from None
            if parser.has_section(section):
                is_there = True
                values |= dict(parser.items(section))
        if name is not None and not is_there:
            raise CredentialsError(f'There is no profile "{name}" in the files of ~/.aws')
        return cls(name or "default", values)


def whole_keys(get: Callable[[str], str | None], where: str) -> S3Keys | None:
    """Take credentials out of named values; None if there are none.

    Args:
        get: Returns the value of a name as profiles have it, None if there is none.
        where: Where they are, as an error tells it: "of the environment".

    Raises:
        CredentialsError: One half is missing.
    """
    key, secret = get("aws_access_key_id"), get("aws_secret_access_key")
    if key is None and secret is None:
        return None
    if key is None or secret is None:
        missing = "aws_access_key_id" if key is None else "aws_secret_access_key"
        raise CredentialsError(f"The S3 credentials {where} are not whole: {missing} is missing")
    return S3Keys(key, secret, get("aws_session_token"))


def _files(name: str, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Name the files and the section in each, the one that wins last."""
    home = Path("~/.aws").expanduser()
    config = Path(environ.get("AWS_CONFIG_FILE") or home / "config").expanduser()
    yield config, name if name == "default" else f"profile {name}"
    yield Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials").expanduser(), name
