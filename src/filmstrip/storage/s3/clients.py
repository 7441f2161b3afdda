"""What speaks to one bucket for one account: obstore's clients, our own upload in parts, and the way out."""

from __future__ import annotations

from functools import cache, partial

from obstore.store import S3Store as S3Client

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.egress.policy import EgressPolicy
from filmstrip.storage.egress.proxy import EgressProxy
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.client import make_s3_client, put_seconds
from filmstrip.storage.s3.object_address import ObjectAddress
from filmstrip.storage.s3.parts import PartedUploader
from filmstrip.storage.s3.signature import S3Account
from filmstrip.storage.settings import StorageSettings

_SMALLEST_CLASS_BYTES = 1 << 20


class S3Clients:
    """Clients for each purpose; may be used by several threads."""

    def __init__(
        self, address: S3Address, account: S3Account | None, settings: StorageSettings, acl: dict[str, str]
    ) -> None:
        """Prepare the connections.

        Args:
            address: Server and bucket.
            account: Who signs; None leaves requests unsigned.
            settings: Patience, and what the operator allows.
            acl: The header of a canned ACL, or none.

        Raises:
            HostNotAllowedError: The operator does not allow the host.
        """
        self.address = address
        self.account = account
        self._settings = settings
        self._proxy = way_out(address, settings)
        proxy_url = self._proxy.url if self._proxy else None
        # obstore signs the ACL only if something is put; else an unsigned header would spoil the signature.
        make_client = partial(make_s3_client, address, account, settings, proxy_url=proxy_url)
        self.asking = make_client()
        self._putting = cache(lambda seconds: make_client(timeout_seconds=seconds, headers=acl))
        self._putting_parts = cache(lambda seconds: make_client(timeout_seconds=seconds))
        self.parted = PartedUploader(address, account, settings)

    def putting(self, size_bytes: int) -> S3Client:
        """Return what puts an object of that size in one request, with the ACL."""
        return self._putting(self._timeout_seconds(size_bytes))

    def putting_parts(self, part_bytes: int) -> S3Client:
        """Return what puts parts of that size, without the ACL."""
        return self._putting_parts(self._timeout_seconds(part_bytes))

    @property
    def refusal(self) -> HostNotAllowedError | None:
        """Why the way out was barred, None if it was not."""
        return self._proxy.refusal if self._proxy else None

    @property
    def trouble(self) -> str | None:
        """Why the way out led nowhere the last time, None if it did not."""
        return self._proxy.trouble if self._proxy else None

    def close(self) -> None:
        """Close the connections and the way out."""
        self.parted.close()
        if self._proxy is not None:
            self._proxy.close()

    def _timeout_seconds(self, size_bytes: int) -> float:
        # In few classes: each has a client, with connections of its own.
        return put_seconds(_SMALLEST_CLASS_BYTES << (size_bytes // _SMALLEST_CLASS_BYTES).bit_length(), self._settings)


def way_out(address: ObjectAddress, settings: StorageSettings) -> EgressProxy | None:
    """Judge the host now, for a clear error; and have each connection judged, unless the operator named the host."""
    policy = EgressPolicy(settings.private_hosts)
    if policy.names(address.connected_host, address.connected_port):
        return None
    try:
        policy.judge(address.connected_host, address.connected_port)
    except HostNotAllowedError:
        raise
    except OSError:
        pass  # a name that cannot be resolved now may be by the time of the first put
    return EgressProxy(policy, settings.connect_timeout_seconds)
