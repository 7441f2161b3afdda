"""Settings of the service itself: where it listens, where it keeps its data, and what it logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

Port = Annotated[int, Field(ge=0, le=65535, description="a port from 1 to 65535, or 0 for any free one")]


def _is_web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")) or any(mark in url for mark in "?#@ "):
        raise ValueError
    return url.rstrip("/")


WebAddress = Annotated[
    str, AfterValidator(_is_web_address), Field(description="an address such as https://video.example.com")
]
ApiKeyText = Annotated[
    str,
    Field(pattern=r"^[\x21-\x2b\x2d-\x7e]{12,128}$", description="a key of 12 to 128 printable characters"),
]

DatabaseUrl = Annotated[
    str,
    Field(
        pattern=r"^(sqlite:////?[^/].*|postgres(ql)?://[^/]+/.+)$",
        description="an address such as sqlite:////PATH/TO/FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
    ),
]
Cell = Annotated[str, Field(pattern=r"^[0-9a-f]{2}$", description="two hexadecimal digits from 00 to ff")]
SecretKeyText = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$", description="64 hexadecimal digits")]


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Settings of the service as a whole.

    Attributes:
        host: Address to listen on; 0.0.0.0 or :: for all of the machine's.
        port: Port to listen on.
        data_dir: Folder for everything that must survive a restart, made if it is missing.
        database_url: Address of the database, sqlite:////PATH/TO/FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE;
            filmstrip.db in the data folder if it is not given.
        metrics_host: Address at which whoever watches the service finds `/metrics`, `/healthz` and `/readyz`; who
            reaches it may read the names of API keys and how much they do.
        metrics_port: Port for that, apart from that of clients; none if absent.
        public_url: Where clients reach the service, used in answers; without it, the host that a request names.
        api_keys: Keys that are good in addition to those made by `filmstrip keys create`.
        log_level: What is logged: this level and more severe ones.
        log_format: json for machines, console for people; auto takes console at a terminal.
        drain_seconds: How long running work may go on after the service was told to stop; it is taken up again
            at the next start.
        secret_key: Encrypts what clients send as long as it is kept: 64 hexadecimal digits; secret.key in the data
            folder, made at the first start, if it is not given.
        old_secret_keys: Secret keys that only decrypt, while they are
            [replaced](../running.md#another-secret-key).
        cell: How the token of each new task begins, so that several installations behind one address can be told apart.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = None
    data_dir: Path = Path("filmstrip-data")
    database_url: DatabaseUrl | None = field(default=None, repr=False)
    public_url: WebAddress | None = None
    api_keys: tuple[ApiKeyText, ...] = field(default=(), repr=False)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    drain_seconds: float = 5.0
    secret_key: SecretKeyText | None = field(default=None, repr=False)
    old_secret_keys: tuple[SecretKeyText, ...] = field(default=(), repr=False)
    cell: Cell = "00"
