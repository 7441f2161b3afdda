"""What is true of each kind of URL that a source or a destination may have: a row each, asked instead of its name.

How such places are opened is in the module of that name in `storage.schemes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A kind of URL.

    Attributes:
        name: Its scheme (RFC 3986, 3.1), in lower case, and the name of its module.
        aliases: Other schemes that mean the same kind.
        is_source: Whether sources may have it.
        destination_form: How a destination of this kind is written, for a sentence; None if there are none.
        least_parts: How many parts, a host among them, a URL of a place has at least.
        begins_with_bucket: Whether the first of these is a bucket; one with a dot or a port may be a host before it.
        parts_form: What these are and how they are written, for a sentence.
        referred_by: Name of the kind of URL by which another process opens such a source; "" for its own.
        is_local: Whether such places are on this machine: without a host, a server or credentials.
        carries_keys: Whether credentials may stand before the host, `KEY:SECRET@`, in which slashes may be; it is
            parsed as a destination (`params.destination`).
        needs_keys: Whether nothing can be read or written there without credentials.
        is_lent: Whether the operator, or the shell of the command line, may lend credentials for such places.
        s3_server: The one S3 server that all of its buckets are on, None if it names its own or speaks otherwise.
        takes_documents: Whether a secret may be a text of several lines, such as a private key.
        signs_addresses: Whether addresses in a destination of this kind can be signed.
        is_on_web: Whether what is put there has an address that web pages can read.
        options: Which further fields of a destination mean something there.
    """

    name: str
    aliases: tuple[str, ...] = ()
    is_source: bool = True
    destination_form: str | None = None
    least_parts: int = 1
    begins_with_bucket: bool = False
    parts_form: str = ""
    referred_by: str = ""
    is_local: bool = False
    carries_keys: bool = False
    needs_keys: bool = False
    is_lent: bool = False
    s3_server: str | None = None
    takes_documents: bool = False
    signs_addresses: bool = False
    is_on_web: bool = False
    options: frozenset[str] = frozenset()


_OBJECT_OPTIONS = frozenset({"storage_class", "cache_control", "manifest_cache_control"})

SCHEMES = (
    Scheme(name="http", aliases=("https",)),
    Scheme(
        name="s3",
        destination_form="s3://HOST/BUCKET/PATH",
        least_parts=2,
        parts_form="an S3 URL with a host and a bucket, such as s3://HOST/BUCKET/PATH",
        referred_by="http",
        carries_keys=True,
        needs_keys=True,
        is_lent=True,
        signs_addresses=True,
        is_on_web=True,
        options=_OBJECT_OPTIONS | {"permissions", "region"},
    ),
    Scheme(
        name="ftp",
        aliases=("ftps",),
        destination_form="ftp://HOST/PATH",
        parts_form="an FTP URL with a host, such as ftp://HOST/PATH",
        carries_keys=True,
        options=frozenset({"is_passive", "use_tls", "tcp_port"}),
    ),
    Scheme(
        name="sftp",
        destination_form="sftp://HOST/PATH",
        parts_form="an SFTP URL with a host, such as sftp://HOST/PATH",
        carries_keys=True,
        needs_keys=True,
        takes_documents=True,
        options=frozenset({"tcp_port"}),
    ),
    Scheme(
        name="azblob",
        destination_form="azblob://CONTAINER/PATH",
        begins_with_bucket=True,
        parts_form="an address of Azure with a container, such as azblob://CONTAINER/PATH",
        referred_by="http",
        carries_keys=True,
        needs_keys=True,
        signs_addresses=True,
        is_on_web=True,
        options=_OBJECT_OPTIONS,
    ),
    Scheme(
        name="b2",
        destination_form="b2://BUCKET/PATH",
        begins_with_bucket=True,
        parts_form="an address of Backblaze with a bucket, such as b2://BUCKET/PATH",
        referred_by="http",
        carries_keys=True,
        needs_keys=True,
        signs_addresses=True,
        options=_OBJECT_OPTIONS - {"storage_class"},
    ),
    Scheme(
        name="gs",
        destination_form="gs://BUCKET/PATH",
        begins_with_bucket=True,
        parts_form="an address of Google Cloud Storage with a bucket, such as gs://BUCKET/PATH",
        referred_by="http",
        carries_keys=True,
        needs_keys=True,
        is_lent=True,
        s3_server="storage.googleapis.com",  # Cloud Storage, "Interoperability with other storage providers"
        signs_addresses=True,
        is_on_web=True,
        options=_OBJECT_OPTIONS | {"permissions"},
    ),
    Scheme(name="file", destination_form="file:///PATH", is_local=True),
)
"""All kinds, in the order in which sentences name them."""

UPLOAD_SCHEME = "tus:"
"""How a source begins that is an upload to the service; its identity follows. It is no place, and has no module."""


def scheme_of(url: str) -> Scheme | None:
    """Return the kind of a URL; None if it is none that is known."""
    name, separator, _ = url.partition("://")
    return _by_name().get(name.lower()) if separator else None


def is_upload(url: str) -> bool:
    """Check whether a source is an upload."""
    return url.lower().startswith(UPLOAD_SCHEME)


def is_local(url: str) -> bool:
    """Check whether a URL means a place on this machine."""
    scheme = scheme_of(url)
    return scheme is not None and scheme.is_local


def carries_keys(url: str) -> bool:
    """Check whether a URL is of a kind that may carry credentials before its host."""
    scheme = scheme_of(url)
    return scheme is not None and scheme.carries_keys


def needs_keys(url: str) -> bool:
    """Check whether a URL is of a kind where nothing can be done without credentials."""
    scheme = scheme_of(url)
    return scheme is not None and scheme.needs_keys


def is_lent(url: str) -> bool:
    """Check whether credentials may be lent for a URL."""
    scheme = scheme_of(url)
    return scheme is not None and scheme.is_lent


def names_file(url: str) -> bool:
    """Check whether a URL without credentials goes on to a file, beyond its host and what holds files there."""
    scheme = scheme_of(url)
    form = scheme.destination_form if scheme is not None else None
    return form is None or _slashes(url) >= _slashes(form)


def _slashes(url: str) -> int:
    return url.partition("://")[2].strip("/").count("/")


def s3_form(url: str) -> str:
    """Write a URL whose buckets are all on one S3 server as one of `s3://`; any other one stays as it is."""
    scheme = scheme_of(url)
    if scheme is None or scheme.s3_server is None:
        return url
    return f"s3://{scheme.s3_server}/{url.partition('://')[2]}"


def may_begin_with_host(url: str) -> bool:
    """Check whether a URL may begin with a host, so that the first part of its path says of whom or what it is one."""
    scheme = scheme_of(url)
    first = url.partition("://")[2].rpartition("@")[2].partition("/")[0]
    return scheme is None or not scheme.begins_with_bucket or any(mark in first for mark in ".:")


def source_forms() -> str:
    """Return how the URLs of sources begin, for a sentence."""
    return _listed([f"{name}://" for scheme in SCHEMES if scheme.is_source for name in (scheme.name, *scheme.aliases)])


def destination_forms() -> str:
    """Return how destinations are written, for a sentence."""
    return _listed([scheme.destination_form for scheme in SCHEMES if scheme.destination_form is not None])


def signing_schemes() -> str:
    """Return the kinds of destinations whose addresses can be signed, for a sentence."""
    return _alternatives([f"{scheme.name}://" for scheme in SCHEMES if scheme.signs_addresses])


@cache
def _by_name() -> dict[str, Scheme]:
    return {name: scheme for scheme in SCHEMES for name in (scheme.name, *scheme.aliases)}


def _listed(forms: list[str]) -> str:
    """List forms; the last is that of this machine, which needs a word of the operator."""
    *others, local = forms
    return f"{_alternatives(others)}, or {local} if the operator allows it"


def _alternatives(forms: list[str]) -> str:
    *first, last = forms
    return f"{', '.join(first)} or {last}" if first else last
