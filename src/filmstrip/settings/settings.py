"""All settings of the service: one frozen class per package, joined, with what follows from others."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from filmstrip.api.settings import ApiSettings
from filmstrip.jobs.callbacks.settings import CallbackSettings
from filmstrip.jobs.settings import JobSettings
from filmstrip.media.settings import MediaSettings
from filmstrip.settings.service_settings import ServiceSettings
from filmstrip.storage.settings import StorageSettings
from filmstrip.uploads.settings import UploadSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.

    Attributes:
        service: Where the service listens, where it keeps its data and what it logs.
        api: How much a client may ask for, how long it may take, and whom it may be behind.
        jobs: How tasks are run.
        media: Limits and programs of media work.
        storage: Which places may be used, how long they are waited for, and how often they are tried.
        uploads: How much clients may upload, and how long it is kept.
        callbacks: How receivers are told what happened to tasks.
    """

    service: ServiceSettings
    api: ApiSettings
    jobs: JobSettings
    media: MediaSettings
    storage: StorageSettings
    uploads: UploadSettings
    callbacks: CallbackSettings


def join_settings(values: Mapping[str, Any] | None = None) -> Settings:
    """Make the settings classes of values by their names; what is missing takes its default."""
    values = values or {}
    service = _section(ServiceSettings, values)
    # Media processes have working directories of their own: a relative path would mean another place there.
    data_dir = service.data_dir.absolute()
    service = dataclasses.replace(service, data_dir=data_dir)
    media = _section(MediaSettings, values)
    storage = _section(
        StorageSettings,
        values,
        temporary_root=data_dir / "temporary",
        # Without an address of its own, the service completes its URLs with the host that each request names.
        public_url=service.public_url or "",
    )
    jobs = _section(JobSettings, values, work_root=data_dir / "work")
    uploads = _section(UploadSettings, values, upload_root=data_dir / "uploads")
    callbacks = _section(CallbackSettings, values)
    return Settings(service, _section(ApiSettings, values), jobs, media, storage, uploads, callbacks)


SectionT = TypeVar("SectionT")


def _section(kind: type[SectionT], values: Mapping[str, Any], **derived: Any) -> SectionT:
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a dataclass, as all sections
    return kind(**{name: value for name, value in values.items() if name in names} | derived)
