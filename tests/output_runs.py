"""Runs an output as the service does, group by group, but in this process and into a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assets import Asset
from filmstrip.domain.artifact import Artifact, OutputResult
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.jobs.rules.bundles import join_groups
from filmstrip.media.probing.probe import probe
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Group, Output
from filmstrip.outputs._rendering import Rendering, Workbench
from filmstrip.outputs.registry import joint_renderer, output_types, parse_query, renderer
from filmstrip.params.format_entry import entries_without_destination, parse_entry

SETTINGS = MediaSettings()


@dataclass
class Run:
    """What came of an output."""

    source: Path
    folder: Path
    info: MediaInfo
    output: Output
    child_side: Output
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)
    failure: FilmstripError | None = None

    def bench(self, group: Group, finished: Mapping[str, Artifact], settings: MediaSettings = SETTINGS) -> Workbench:
        """What a group is made with."""
        rendering = Rendering("", group, self.info, self.folder, finished=dict(finished))
        return Workbench(rendering, LocalFile(self.source), settings, self.progress.append, self.warnings.append)

    @property
    def result(self) -> OutputResult:
        """What the status tells."""
        return self.output.result(self.info, list(self.artifacts.values()))

    @property
    def first(self) -> Path:
        """The first file of the plan."""
        return self.folder / (next(iter(self.artifacts)) or "output")


def run_output(
    source: Asset | Path,
    folder: Path,
    finished: Mapping[str, Artifact] | None = None,
    info: MediaInfo | None = None,
    **parameters: object,
) -> Run:
    """Make an output of a source.

    Args:
        source: Where the video is.
        folder: Where the files go.
        finished: What an earlier run made already.
        info: What is known of the source; it is probed without that.
        parameters: The entry of `format`.
    """
    run = _begun(source, folder, parameters, info)
    plan = run.output.plan(run.info)
    run.warnings.extend(plan.warnings)
    known = dict(finished or {})
    for group in plan.groups:
        files = renderer(run.output.output_name).render(run.child_side, run.bench(group, known))
        made = {artifact.name: artifact for artifact in files}
        run.made.extend(made)
        known |= made
    run.artifacts = {name: known[name] for group in plan.groups for name in group.artifact_names}
    return run


def run_together(
    source: Asset | Path,
    folder: Path,
    entries: Sequence[Mapping[str, object]],
    finished: Sequence[str] = (),
    settings: MediaSettings = SETTINGS,
) -> list[Run]:
    """Make of several outputs of a source what they can make together, in one go.

    Args:
        source: Where the video is.
        folder: Where the files go, into a folder of each output, named by its position.
        entries: The entries of `format`.
        finished: Files that an earlier run made already, of each output.
        settings: The limits.
    """
    runs = [_begun(source, folder / str(position), entry) for position, entry in enumerate(entries)]
    groups = [join_groups(run.output.plan(run.info)).groups[0] for run in runs]
    known = {name: Artifact(name, "", 0) for name in finished}
    parts = [(run.child_side, run.bench(group, known, settings)) for run, group in zip(runs, groups, strict=True)]
    together = joint_renderer(run.output.output_name for run in runs).render_together(parts)
    for position, made in together:
        if isinstance(made, FilmstripError):
            runs[position].failure = made
        else:
            runs[position].artifacts[made.name] = made
            runs[position].made.append(made.name)
    return runs


def _begun(source: Asset | Path, folder: Path, entry: Mapping[str, object], info: MediaInfo | None = None) -> Run:
    path = source.path if isinstance(source, Asset) else source
    text = json.dumps({"query": {"source": path.as_uri(), "format": [entry]}})
    child_side = parse_entry(entries_without_destination(text)[0], output_types())
    info = info or probe(LocalFile(path), MediaSettings())
    folder.mkdir(parents=True, exist_ok=True)
    return Run(path, folder, info, parse_query(text).formats[0], child_side)
