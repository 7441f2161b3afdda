"""How long a step may take, by what it handles. Pure.

Whatever works has limits of its own, each with a sentence that names what is the matter. These are longer: they end
what those did not end, and readiness tells of what does not end even then. So a hang is seen after minutes where little
is to be done, and the largest film has hours.
"""

from __future__ import annotations

from filmstrip.media.settings import MediaSettings
from filmstrip.storage.http.source_pace import copy_seconds
from filmstrip.storage.settings import StorageSettings

_SHORT_SECONDS = 300.0
_SECONDS_PER_FILE = 0.1
# Half of what `storage.s3.client` gives a request: a put may have to be repeated.
_PUT_BYTES_PER_SECOND = 16 << 10
_BASE_PUT_SECONDS = 120.0
# As many work for one core at worst, with other programs beside them.
_SHARING = 4


def short_seconds(file_count: int = 0) -> float:
    """Return how long looking something up, deciding or writing down may take, for an output of so many files."""
    return _SHORT_SECONDS + file_count * _SECONDS_PER_FILE


def fetch_seconds(storage: StorageSettings) -> float:
    """Return how long a fetch may take until its source answers, or until the next sign of its copy."""
    return _SHORT_SECONDS + 2 * (storage.connect_timeout_seconds + storage.read_timeout_seconds)


def probe_seconds(media: MediaSettings, remote_bytes: int, storage: StorageSettings) -> float:
    """Return how long a media process may take that reports once, when it is done.

    Args:
        media: Its limits.
        remote_bytes: Size of the source if it is read from its server; 0 for a file of this machine.
        storage: With the rate at which a source has to arrive on average.
    """
    seconds = _SHORT_SECONDS + 2 * media.stall_seconds
    # Any part of it may be needed: an index alone is many MB for a long film.
    return seconds + copy_seconds(remote_bytes, storage) if remote_bytes else seconds


def render_seconds(media: MediaSettings, remote_bytes: int, storage: StorageSettings) -> float:
    """Return how long a media process may take that makes files.

    Args:
        media: With the processor time that this work may take (`outputs.child.limits`).
        remote_bytes: As for `probe_seconds`.
        storage: The same.
    """
    return probe_seconds(media, remote_bytes, storage) + _SHARING * media.cpu_limit_seconds


def put_seconds(size_bytes: int) -> float:
    """Return how long putting a file of this size at one destination may take, with what is tried again at once."""
    return _BASE_PUT_SECONDS + size_bytes / _PUT_BYTES_PER_SECOND
