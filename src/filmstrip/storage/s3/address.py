"""The server, bucket, key and signing region that an `s3://HOST[:PORT]/BUCKET/KEY` URL means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn
from urllib.parse import quote

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import FilmstripError
from filmstrip.storage.egress.policy import normal_host, split_port
from filmstrip.storage.host_rule import HostRule, rule_for
from filmstrip.storage.settings import StorageSettings

# Keys are taken as they are: neither "?" nor "#" nor "%" means anything in them.
_PLACE = r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?"
_URL = re.compile(rf"s3://(?P<place>{_PLACE})/(?P<bucket>[^/]+)(?:/(?P<key>.*))?", re.IGNORECASE | re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}")  # also the older rules, which many servers keep
_ANYWHERE = "us-east-1"
_REGIONS: tuple[tuple[re.Pattern[str], str | None], ...] = tuple(
    (re.compile(r"(?:.+\.)?" + pattern), region)
    for pattern, region in (
        # The group of the pattern is the region, if none is given.
        (r"s3[.-](?:dualstack\.|fips\.|accesspoint\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?", None),
        (r"s3(?:-accelerate)?(?:\.dualstack)?\.amazonaws\.com", _ANYWHERE),
        (r"([a-z]{3}\d)(?:\.cdn)?\.digitaloceanspaces\.com", None),
        (r"r2\.cloudflarestorage\.com", "auto"),
        (r"s3\.([a-z0-9-]+)\.backblazeb2\.com", None),
        (r"storage\.googleapis\.com", "auto"),
        (r"s3\.wasabisys\.com", _ANYWHERE),
        (r"s3\.([a-z0-9-]+)\.wasabisys\.com", None),
        (r"([a-z]{2}(?:-[a-z]+)+-\d)\.linodeobjects\.com", None),
        (r"s3\.([a-z]{2}-[a-z]{3})\.scw\.cloud", None),
        (r"s3\.([a-z0-9-]+?)(?:\.io|\.perf)?\.cloud\.ovh\.(?:net|us)", None),
        (r"([a-z]{3}\d)\.your-objectstorage\.com", None),
        (r"([a-z]{3}\d)\.vultrobjects\.com", None),
        (r"(oss-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com", None),
        (r"cos\.([a-z0-9-]+)\.myqcloud\.com", None),
        (r"compat\.objectstorage\.([a-z0-9-]+)\.oraclecloud\.com", None),
        (r"sos-([a-z]{2}-[a-z]{3}-\d)\.exo\.io", None),
        (r"(?:fly\.storage\.tigris|t3\.storage)\.dev", "auto"),
    )
)


_AMAZON_REGION = re.compile(r"s3[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d)(?P<rest>\.amazonaws\.com(?:\.cn)?)")


def region_is_told(host: str) -> bool:
    """Check whether a host's own name tells its region, or that it has but one."""
    return any(pattern.fullmatch(normal_host(host)) for pattern, _region in _REGIONS)


def region_of(host: str) -> str:
    """Derive the region for which requests to a host are signed; "us-east-1" if the host does not tell it."""
    for pattern, region in _REGIONS:
        match = pattern.fullmatch(normal_host(host))
        if match is not None:
            return region or match[1]
    return _ANYWHERE


@dataclass(frozen=True, slots=True)
class S3Address:
    """A place on an S3 server.

    Attributes:
        host: Host name or address, an IPv6 address without brackets.
        port: The port, None for the scheme's own.
        is_https: Whether it is spoken to by https.
        bucket: The bucket.
        key: Key of an object, or the folder of keys; without slashes at its ends.
        names_folder: Whether the URL ends in a slash, or at the bucket.
        rule: What the operator says about the server, None for nothing.
        told_place: Host and port as the URL has them, where the operator says that it is reached elsewhere.
    """

    host: str
    port: int | None
    is_https: bool
    bucket: str
    key: str
    names_folder: bool
    rule: HostRule | None = None
    told_place: str | None = None

    @classmethod
    def at(cls, url: str, settings: StorageSettings, error: type[FilmstripError]) -> S3Address:
        """Parse a URL without credentials, and follow the operator's rule for its server, if there is one.

        Args:
            url: `s3://HOST[:PORT]/BUCKET/KEY`.
            settings: With the rules, and the hosts that are spoken to by http.
            error: What is raised if it cannot be parsed.
        """
        address = cls.parse(url, settings.plain_http_hosts, error)
        rule = rule_for(address.host, address.port, settings.hosts)
        if rule is None or rule.endpoint is None:
            return replace(address, rule=rule)
        scheme, _, place = rule.endpoint.partition("://")
        host, port = split_port(place)
        told = address.endpoint.partition("//")[2]
        return replace(address, host=host, port=port, is_https=scheme == "https", rule=rule, told_place=told)

    @classmethod
    def parse(cls, url: str, plain_http_hosts: Sequence[str], error: type[FilmstripError]) -> S3Address:
        """Parse a URL without credentials.

        Args:
            url: `s3://HOST[:PORT]/BUCKET/KEY`.
            plain_http_hosts: Hosts that are spoken to by http, as in `StorageSettings`.
            error: What is raised if it cannot be parsed.
        """
        match = _URL.fullmatch(url)
        if match is None:
            _refuse(url, error)
        if _BUCKET.fullmatch(match["bucket"]) is None:
            raise error(
                f'"{url}" names the bucket "{match["bucket"]}", which has to have 3 to 255 letters, digits, ".", "-" '
                'or "_"; an S3 address is written s3://HOST[:PORT]/BUCKET/KEY'
            )
        host, port = split_port(match["place"])
        plain = {split_port(entry) for entry in plain_http_hosts}
        is_https = (host, port) not in plain and (host, None) not in plain
        key = match["key"] or ""
        return cls(host, port, is_https, match["bucket"], key.strip("/"), not key or key.endswith("/"))

    def in_region(self, region: str) -> S3Address:
        """Return the same bucket at the server of another region: Amazon has one for each, others have one for all."""
        match = _AMAZON_REGION.fullmatch(self.host)
        return self if match is None else replace(self, host=f"s3.{region}{match['rest']}")

    @property
    def scheme(self) -> str:
        """Either "https" or "http"."""
        return "https" if self.is_https else "http"

    @property
    def connected_port(self) -> int:
        """The port that is connected to."""
        return self.port or (443 if self.is_https else 80)

    @property
    def bucket_kind(self) -> str:
        """What the server calls a bucket."""
        return "bucket"

    @property
    def connected_host(self) -> str:
        """The host that is connected to: the bucket's own one, if the operator says that there are such."""
        return f"{self.bucket}.{self.host}" if self.rule and self.rule.bucket_hosts else self.host

    @property
    def own_region(self) -> str | None:
        """The region that the operator or the host's own name tells, None if neither does."""
        if self.rule and self.rule.region:
            return self.rule.region
        host = split_port(self.told_place)[0] if self.told_place else self.host
        return region_of(host) if region_is_told(host) else None

    @property
    def endpoint(self) -> str:
        """The server's own URL, without a path."""
        return self._url_of(self.host)

    @property
    def bucket_url(self) -> str:
        """The URL of the bucket, without a slash at its end."""
        if self.connected_host != self.host:
            return self._url_of(self.connected_host)
        return f"{self.endpoint}/{self.bucket}"

    def allowed_by(self, settings: StorageSettings) -> StorageSettings:
        """Allow where the operator says that the server is reached, in addition to what the settings allow."""
        return settings.allowing(self.lent_place)

    @property
    def lent_place(self) -> str | None:
        """Host and port where the operator says that the server is reached, None if nothing is said."""
        if self.rule is None or self.rule.endpoint is None:
            return None
        host = f"[{self.connected_host}]" if ":" in self.connected_host else self.connected_host
        return f"{host}:{self.connected_port}"

    def _url_of(self, host: str) -> str:
        host = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")

    @property
    def label(self) -> str:
        """The address as it is shown to the client."""
        place = self.told_place or self.endpoint.partition("//")[2]
        return f"s3://{place}/{self.bucket}/{self.key}"

    def locate(self, key: str) -> Location:
        """Return where an object is: at Amazon under the bucket's own host name, elsewhere below the endpoint."""
        if self.host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
            url = f"https://{self.bucket}.s3.amazonaws.com/{quote(key)}"
            return Location(kind="amazon_s3", url=url, key=key, bucket=self.bucket)
        if self.told_place is not None:
            host, port = split_port(self.told_place)
            url = f"https://{self.told_place}/{self.bucket}/{quote(key)}"
            return Location("custom_s3", url, key, self.bucket, scheme="https", host=host, port=port)
        own_port = self.port in {None, 443 if self.is_https else 80}
        return Location(
            kind="custom_s3",
            url=f"{self.bucket_url}/{quote(key)}",
            key=key,
            bucket=self.bucket,
            scheme=self.scheme,
            host=self.host,
            port=None if own_port else self.port,
        )


def _refuse(url: str, error: type[FilmstripError]) -> NoReturn:
    raise error(f'"{url}" is not an S3 address; it is written s3://HOST[:PORT]/BUCKET/KEY')
