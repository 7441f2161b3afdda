"""Credentials that sign if a place comes without: lent by the operator for the stores it names, or by the shell.

A client of the service has no rights but those that its query brings, unless the operator lends some.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from filmstrip.domain.errors import CredentialsError
from filmstrip.domain.schemes import is_lent, s3_form
from filmstrip.params.destination import Destination
from filmstrip.params.values import is_printable_text
from filmstrip.storage.egress.policy import split_port
from filmstrip.storage.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class S3Keys:
    """Credentials.

    Attributes:
        key: Access key.
        secret: The secret to it.
        session_token: What goes with temporary credentials, None for lasting ones.

    Raises:
        CredentialsError: One of them holds control characters; it is not shown.
    """

    key: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no header: the S3 client would panic at it, in words of its own."""
        for name, value in (("key", self.key), ("secret", self.secret), ("session token", self.session_token or "")):
            if not is_printable_text(value):
                raise CredentialsError(
                    f"The S3 {name} holds a line end or another control character, perhaps from copying; it is not "
                    "shown here"
                )


@dataclass(frozen=True, slots=True)
class Loan:
    """What is lent to one place.

    Attributes:
        read: Reads the credentials as they are now, so that they may be changed at any time; None lends none. It
            raises `CredentialsError`.
        region: Region to sign for, None if the lender names none.
        host: Host and port that may be used for this place though they are private; None for no more than is allowed.
        is_plain_http: Whether that host is spoken to by http.
    """

    read: Callable[[], S3Keys] | None = None
    region: str | None = None
    host: str | None = None
    is_plain_http: bool = False

    def allowed_by(self, settings: StorageSettings) -> StorageSettings:
        """Allow the host, in addition to what the settings allow."""
        if self.host is None:
            return settings
        return replace(
            settings.allowing(self.host),
            # At whatever port the place names: it is the place that was found to be of this host.
            plain_http_hosts=(split_port(self.host)[0],) if self.is_plain_http else (),
        )


class Lender(Protocol):
    """Lends credentials to places."""

    def loan(self, place: Destination) -> Loan | None:
        """Return what is lent to an S3 place, None if nothing is."""


class NoLender:
    """Lends nothing."""

    def loan(self, place: Destination) -> Loan | None:  # noqa: ARG002 - whatever it is
        """Return None."""
        return None


NOBODY: Lender = NoLender()


def has_own_credentials(place: Destination) -> bool:
    """Check whether a place came with a key or a secret, so that nothing is lent to it."""
    return place.key is not None or place.secret is not None


def loan_for(place: Destination, lender: Lender) -> Loan | None:
    """Return what is lent to a place; None for one of a kind that needs none."""
    if not is_lent(place.url):
        return None
    form = s3_form(place.url)
    return lender.loan(place if form == place.url else place.model_copy(update={"url": form}))
