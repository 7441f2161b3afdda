"""The kind of an open container, and which kinds may be opened: the way from libav's names to the table of formats."""

from __future__ import annotations

from av.container import InputContainer

from filmstrip.domain.container_kind import KINDS, ContainerKind, kind_named

FORMATS = ",".join(kind.name for kind in KINDS)
"""The demuxers that may be used, as libav and ffmpeg take them."""


def kind_of(container: InputContainer) -> ContainerKind:
    """Look up the format of an open container."""
    return kind_named(container.format.name)
