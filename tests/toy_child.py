"""What child processes run in tests that need `ToyOutput`: the real program, which knows one output more."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from filmstrip import outputs
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.seclusion import Seclusion
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import MediaSource
from filmstrip.outputs.child import child as _child
from filmstrip.outputs.child.messages import requests
from toy_output import data_folder, note_parsed, wait_at_gate

outputs.__path__.append(str(Path(__file__).parent / "toy_outputs"))


def gated_probe(source: MediaSource, settings: MediaSettings) -> MediaInfo:
    """Probe a source, once the test lets it."""
    wait_at_gate("probe")
    return probe(source, settings)


def noting_request() -> str:
    """Read the request, and write down how many outputs it is for, 0 for a probe."""
    request = read_request()
    if requests.validate_json(request).source is None:
        return request
    with (data_folder() / "processes").open("a") as log:
        log.write(f"{len(requests.validate_json(request).renderings)}\n")
    return request


def seclude_with_data_folder(settings: MediaSettings, **doors: Any) -> Seclusion:
    """Shut the process off as ever, but for the data folder, in which toys leave notes and find gates."""
    with suppress(StopIteration):
        doors["work"] = [*doors["work"], data_folder()]
    return seclude(settings, **doors)


def noting_parse(*arguments: Any) -> Any:
    """Parse an entry, and write down that it was parsed."""
    note_parsed(data_folder(), "entry")
    return parse_entry(*arguments)


load = _child.load


def main() -> None:
    """Do what the request says."""
    _child.main()


parse_entry = _child.parse_entry
_child.parse_entry = noting_parse
probe = _child.probe
_child.probe = gated_probe
seclude = _child.seclude
_child.seclude = seclude_with_data_folder
read_request = _child.read_request
_child.read_request = noting_request
