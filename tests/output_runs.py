"""Runs an output as the service does, group by group, but in this process and into a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assets import Asset
from filmstrip.domain.artifact import Artifact, OutputResult
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source import LocalFile
from filmstrip.outputs._base import Output, Workbench
from filmstrip.outputs.registry import output_types, parse_query
from filmstrip.params.format_entry import entry_without_destination, parse_entry


@dataclass
class Run:
    """What came of an output."""

    folder: Path
    info: MediaInfo
    output: Output
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def result(self) -> OutputResult:
        """What the status tells."""
        return self.output.result(self.info, list(self.artifacts.values()))

    @property
    def first(self) -> Path:
        """The first file of the plan."""
        return self.folder / (next(iter(self.artifacts)) or "output")


def run_output(
    source: Asset | Path, folder: Path, finished: Mapping[str, Artifact] | None = None, **parameters: object
) -> Run:
    """Make an output of a source.

    Args:
        source: Where the video is.
        folder: Where the files go.
        finished: What an earlier run made already.
        parameters: The entry of `format`.
    """
    path = source.path if isinstance(source, Asset) else source
    text = json.dumps({"query": {"source": path.as_uri(), "format": [parameters]}})
    output = parse_query(text).formats[0]
    child_side = parse_entry(entry_without_destination(text, 0), output_types())
    info = probe(LocalFile(path), MediaSettings())
    run = Run(folder, info, output)
    plan = output.plan(info)
    run.warnings.extend(plan.warnings)
    known = dict(finished or {})
    for group in plan.groups:
        bench = Workbench(
            source=LocalFile(path),
            folder=folder,
            settings=MediaSettings(),
            upscale=False,
            finished=dict(known),
            on_progress=lambda _fraction: None,
            warn=run.warnings.append,
        )
        made = {artifact.name: artifact for artifact in child_side.render(group, info, bench)}
        run.made.extend(made)
        known |= made
    run.artifacts = {name: known[name] for group in plan.groups for name in group.artifact_names}
    return run
