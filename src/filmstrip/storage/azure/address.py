"""The server, account, container and name that an `azblob://CONTAINER/PATH` URL means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.azure.signature import is_token, signed_query
from filmstrip.storage.egress.policy import split_port
from filmstrip.storage.settings import StorageSettings

# A container's name has no dot and no colon, so what has one is a server (Azure, "Naming and referencing containers").
_URL = re.compile(
    r"azblob://(?:(?P<server>[a-z0-9-]+(?:\.[a-z0-9.-]+|(?=:))(?::\d{1,5})?)/)?(?P<container>[^/]+)(?:/(?P<key>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_CONTAINER = re.compile(r"\$root|\$web|[a-z0-9](?:-?[a-z0-9]){2,62}")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")  # Azure, "Storage account overview"
_CLOUD = "blob.core.windows.net"


@dataclass(frozen=True, slots=True)
class AzureAddress:
    """A place in an account.

    Attributes:
        account: The storage account.
        server: Host, with a port if the URL has one.
        is_https: Whether it is spoken to by https.
        bucket: The container.
        key: Name of a blob, or the folder of names; without slashes at its ends.
        names_folder: Whether the URL ends in a slash, or at the container.
    """

    account: str
    server: str
    is_https: bool
    bucket: str
    key: str
    names_folder: bool

    @classmethod
    def parse(cls, place: Destination, settings: StorageSettings, error: type[FilmstripError]) -> AzureAddress:
        """Parse a destination.

        Args:
            place: `azblob://[HOST[:PORT]/]CONTAINER/PATH`, with the account as its key.
            settings: For the hosts that are spoken to by http.
            error: What is raised if it is not such a place.
        """
        match = _URL.fullmatch(place.url)
        if match is None or _CONTAINER.fullmatch(match["container"]) is None:
            raise error(
                f'"{place.url}" is not an address of Azure; it is written azblob://CONTAINER/PATH, and the container '
                'has 3 to 63 lower-case letters, digits and "-"'
            )
        account = place.key.get_secret_value() if place.key is not None else ""
        if _ACCOUNT.fullmatch(account) is None:
            raise error(f'"{place.url}" needs the name of the storage account as `key`: 3 to 24 letters and digits')
        server = (match["server"] or f"{account}.{_CLOUD}").lower()
        host, port = split_port(server)
        plain = {split_port(entry) for entry in settings.plain_http_hosts}
        key = match["key"] or ""
        is_https = (host, port) not in plain and (host, None) not in plain
        return cls(account, server, is_https, match["container"], key.strip("/"), not key or key.endswith("/"))

    @property
    def host(self) -> str:
        """The host."""
        return split_port(self.server)[0]

    @property
    def bucket_kind(self) -> str:
        """What the server calls a bucket."""
        return "container"

    @property
    def connected_host(self) -> str:
        """The same."""
        return self.host

    @property
    def connected_port(self) -> int:
        """The port that is connected to."""
        return split_port(self.server)[1] or (443 if self.is_https else 80)

    @property
    def endpoint(self) -> str:
        """URL of the account: its own host, or a path on one that has several, as emulators do."""
        own_host = self.host.startswith(f"{self.account}.")
        return f"{'https' if self.is_https else 'http'}://{self.server}" + ("" if own_host else f"/{self.account}")

    @property
    def label(self) -> str:
        """The address as it is shown to the client."""
        return f"azblob://{self.bucket}/{self.key}"

    def url_of(self, key: str) -> str:
        """Return the URL of a blob."""
        return f"{self.endpoint}/{self.bucket}/{quote(key, safe='/~')}"

    def signed_url(self, key: str, secret: str, expires_at: datetime) -> str:
        """Return a URL of a blob by which any client can read it.

        Args:
            key: The blob.
            secret: A key of the account, or a shared access signature, which is handed on as it is.
            expires_at: Until when a signature of ours is good, UTC.
        """
        query = secret.lstrip("?")
        if not is_token(secret):
            query = signed_query(self.account, secret, self.bucket, key, expires_at)
        return f"{self.url_of(key)}?{query}"

    def locate(self, key: str) -> Location:
        """Return where a blob is."""
        return Location("azblob", self.url_of(key), key, self.bucket)
