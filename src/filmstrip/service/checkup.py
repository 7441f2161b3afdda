"""Checks whether the service can work here: each looks at one thing and says what it found, and how to fix it."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from filmstrip.domain.errors import FilmstripError
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.media.containers.decoders import libav_version, missing_decoders
from filmstrip.media.seclusion import runnable_program
from filmstrip.media.source.media_source import LocalFile
from filmstrip.media.transcoding.encoders.registry import program_names
from filmstrip.media.transcoding.ffmpeg_program import ffmpeg_encoders, ffmpeg_version, find_ffmpeg
from filmstrip.media.transcoding.sample_video import make_sample
from filmstrip.outputs.registry import CHILD
from filmstrip.service.data_folder import names_in_use, open_database
from filmstrip.service.store_check import check_stores, unknown_keys
from filmstrip.settings.reading import misspelt_variables, read_settings
from filmstrip.settings.settings import Settings
from filmstrip.storage.lending.store_credentials import read_credentials
from filmstrip.storage.own.opening import TRIALS, open_own

_NEEDED_ENCODERS = frozenset({"libx264", "aac"})
_VERSION_NUMBER = re.compile(r"n?(\d+)\.(\d+)")
_FIRST_THAT_CROPS = (7, 1)
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        name: What was looked at.
        found: What is so, in a few words.
        remedy: How to fix it; None if there is nothing to fix.
        is_grave: Whether the service cannot work like this.
    """

    name: str
    found: str
    remedy: str | None = None
    is_grave: bool = False


def check_up(config: Path | None, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Look at everything that the service needs; without readable settings, at what does not depend on them."""
    yield Finding("Python", platform.python_version())
    yield _decoders()
    try:
        settings = read_settings(config, environ)
    except FilmstripError as error:
        yield Finding("settings", str(error), "correct what it names, or remove it to take the default", is_grave=True)
        return
    yield _variables(environ)
    yield from (_guarded(name, check, settings) for name, check in _CHECKS.items())


def _guarded(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except FilmstripError as error:
        return Finding(name, str(error), _REMEDIES[name], is_grave=True)


def _decoders() -> Finding:
    missing = missing_decoders()
    if missing:
        found = f"PyAV {libav_version()} cannot read {', '.join(missing)}"
        return Finding("decoders", found, "install the wheel from PyPI: pip install --force-reinstall av")
    return Finding("decoders", f"PyAV {libav_version()}, all common ones")


def _variables(environ: Mapping[str, str]) -> Finding:
    unknown = misspelt_variables(environ)
    if unknown:
        return Finding("settings", "; ".join(unknown), "see `filmstrip doctor --settings` for the names")
    return Finding("settings", "all understood")


def _ffmpeg(settings: Settings) -> Finding:
    program = find_ffmpeg(settings.media)
    runnable_program(program)
    found = f"{ffmpeg_version(program)}, {program}"
    encoders = ffmpeg_encoders(program)
    missing = _NEEDED_ENCODERS - encoders
    if missing:
        return Finding("ffmpeg", f"{found} lacks {', '.join(sorted(missing))}", _REMEDIES["ffmpeg"], is_grave=True)
    number = _VERSION_NUMBER.match(ffmpeg_version(program))
    if number is not None and (int(number[1]), int(number[2])) < _FIRST_THAT_CROPS:
        found += ", leaves in an mp4 what the source's container says to cut off (clap, PixelCrop)"
        return Finding("ffmpeg", found, _REMEDIES["ffmpeg"])
    optional = program_names() - encoders
    if optional:
        found += f", lacks {', '.join(sorted(optional))}: outputs that ask for them fail"
        return Finding("ffmpeg", found, _REMEDIES["ffmpeg"])
    return Finding("ffmpeg", found)


def _data_folder(settings: Settings) -> Finding:
    folder = settings.service.data_dir.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding("data folder", f"{existing} cannot be written", _REMEDIES["data folder"], is_grave=True)
    free_mb = shutil.disk_usage(existing).free // _MIB
    found = f"{folder}{'' if existing == folder else ', not made yet'}, {free_mb} MiB free"
    if free_mb < settings.jobs.free_disk_mb:
        return Finding(
            "data folder", found, "free some space, choose another data_dir, or lower free_disk_mb", is_grave=True
        )
    return Finding("data folder", found)


def _database(settings: Settings) -> Finding:
    if not settings.service.database_url and not settings.service.data_dir.exists():
        return Finding("database", "not made yet")
    with open_database(settings.service) as database:
        keys = names_in_use(database)
    if not keys and not settings.service.api_keys:
        return Finding("database", "answers, but there is no API key", "make one: filmstrip keys create NAME")
    return Finding("database", "answers")


def _stores(settings: Settings) -> Finding:
    check_stores(settings.storage)
    stores = settings.storage.stores
    if not stores:
        return Finding("stores", "none are named")
    found = f"{', '.join(store.name for store in stores)}: credentials are named"
    for store in stores:
        if store.instance_role:
            read_credentials(store)
    if settings.service.database_url or settings.service.data_dir.exists():
        with open_database(settings.service) as database:
            own = [f"settings-{number}" for number, _ in enumerate(settings.service.api_keys, 1)]
            unknown = unknown_keys(settings.storage, [*names_in_use(database), *own])
        if unknown:
            return Finding("stores", "; ".join(unknown), _REMEDIES["stores"])
    return Finding("stores", found)


def _temporary_store(settings: Settings) -> Finding:
    name = "temporary store"
    bucket = open_own(settings.storage, TRIALS)
    if bucket is None:
        return Finding(name, f"{settings.storage.temporary_root}, of this machine alone")
    try:
        bucket.try_out()
    except FilmstripError as error:
        return Finding(name, str(error.__cause__ or error), _REMEDIES[name], is_grave=True)
    finally:
        bucket.close()
    return Finding(name, f"{settings.storage.temporary_url} takes objects, lists them and gives them back")


def _media_work(settings: Settings) -> Finding:
    with TemporaryDirectory(prefix="filmstrip-") as folder, ForkServer(CHILD) as server:
        path = Path(folder) / "sample.mp4"
        make_sample(path, settings.media, lambda _fraction: None, duration_seconds=1)
        asyncio.run(MediaChild(settings.media, settings.storage, server).probe(LocalFile(path), Path(folder)))
    return Finding("media work", "a video was made, and read in a process with limits")


def _isolation(settings: Settings) -> Finding:
    with TemporaryDirectory(prefix="filmstrip-") as folder, ForkServer(CHILD) as server:
        trial = asyncio.run(MediaChild(settings.media, settings.storage, server).try_walls(Path(folder)))
    version = f"Landlock {trial.landlock}" if trial.landlock else "no Landlock"
    held = f"keeps media work from {', '.join(trial.holds)} ({version})" if trial.holds else "nothing holds"
    if trial.lacks:
        return Finding("isolation", f"{held}, but not from {', '.join(trial.lacks)}", _REMEDIES["isolation"])
    return Finding("isolation", held)


_CHECKS: Mapping[str, Callable[[Settings], Finding]] = {
    "ffmpeg": _ffmpeg,
    "data folder": _data_folder,
    "database": _database,
    "stores": _stores,
    "temporary store": _temporary_store,
    "media work": _media_work,
    "isolation": _isolation,
}
_REMEDIES: Mapping[str, str] = {
    "ffmpeg": "leave ffmpeg_path away to take the program that comes along, or name 7.1 or later with libx264",
    "data folder": "give its owner the right to write, or choose another data_dir",
    "database": "look at data_dir and database_url; a damaged file can be replaced from a backup",
    "stores": "look at the setting stores, and at the variables and profiles that it names",
    "temporary store": "look at temporary_url, temporary_key and temporary_secret, and at what the key may do there",
    "isolation": "Linux 5.13 or newer with Landlock switched on, on x86_64 or aarch64, keeps it from all of them",
    "media work": "the limits may be too low: memory_limit_mb, cpu_limit_seconds, file_limit_mb",
}
