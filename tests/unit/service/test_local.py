"""What does a run without a server hand to its media processes?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from filmstrip.domain.errors import QueryError, SourceNotFoundError, SourceUnreadableError
from filmstrip.jobs.making.assignment import ignore
from filmstrip.jobs.making.local_task import LocalListener
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs.registry import parse_query
from filmstrip.service.local import probe_source, run_query
from filmstrip.settings.reading import read_settings

NO_SERVER = cast("Any", None)


@pytest.mark.parametrize("is_probe", [True, False])
async def test_a_source_is_probed_apart_from_its_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_probe: bool
) -> None:
    """A process may write into the folder that it is given: nothing else lies there, and it goes with the run."""
    given: list[Path] = []

    async def probe(_child: MediaChild, _source: LocalFile, folder: Path) -> NoReturn:
        (folder.parent / "source").touch()  # where a copy would be
        assert list(folder.iterdir()) == []  # noqa: ASYNC240 - a folder of nothing
        given.append(folder)
        raise SourceUnreadableError("It is none")

    monkeypatch.setattr(MediaChild, "probe", probe)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    entry = {"output": "gif", "destination": f"{tmp_path.as_uri()}/a.gif"}
    query = parse_query(json.dumps({"query": {"source": film.as_uri(), "format": [entry]}}))
    settings = read_settings(None)
    probing = probe_source(film.as_uri(), settings, NO_SERVER)
    running = run_query(query, settings, LocalListener(warn=ignore), NO_SERVER)
    asked, other = (probing, running) if is_probe else (running, probing)
    other.close()
    with pytest.raises(SourceUnreadableError):
        await asked
    (folder,) = given
    assert not folder.parent.exists()


async def test_what_only_a_service_does_is_told(tmp_path: Path) -> None:
    """Nobody is called, and nothing is begun once more."""
    film = (tmp_path / "none.mp4").as_uri()
    entry = {"output": "gif", "destination": f"{tmp_path.as_uri()}/a.gif"}
    asked = {"callback_url": "https://app.example.com/", "use_subtask_callback": 1, "retry_on_error": 1}
    query = parse_query(json.dumps({"query": {"source": film, "format": [entry], **asked}}))
    told: list[str] = []
    listener = LocalListener(warn=lambda warned: told.append(warned.message))
    with pytest.raises(SourceNotFoundError):
        await run_query(query, read_settings(None), listener, NO_SERVER)
    assert told == [f"{name} is for a service, and has no effect here" for name in asked]


async def test_stitching_is_for_a_service(tmp_path: Path) -> None:
    """A run of one source does not make a part of it and call it the whole."""
    films = [(tmp_path / name).as_uri() for name in ("a.mp4", "b.mp4")]
    entry = {"output": "gif", "destination": f"{tmp_path.as_uri()}/a.gif"}
    query = parse_query(json.dumps({"query": {"stitch": films, "format": [entry]}}))
    with pytest.raises(QueryError, match="stitch: is for a service"):
        await run_query(query, read_settings(None), LocalListener(warn=ignore), NO_SERVER)
