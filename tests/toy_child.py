"""What child processes run in tests that need `ToyOutput`: the real program, which knows one output more."""

from typing import ClassVar

from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source import MediaSource
from filmstrip.outputs import _child
from toy_output import ToyOutput, wait_at_gate


class Toy(ToyOutput):
    output_name: ClassVar[str] = "toy"


def gated_probe(source: MediaSource, settings: MediaSettings) -> MediaInfo:
    """Probe a source, once the test lets it."""
    wait_at_gate("probe")
    return probe(source, settings)


load = _child.load


def main() -> None:
    """Do what the request says."""
    _child.main()


probe = _child.probe
_child.probe = gated_probe
