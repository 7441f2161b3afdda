"""Does what `deploy` holds say what its own tools understand, and what the program knows?"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from filmstrip.settings.catalog import all_settings
from filmstrip.testing.filmstrip_server import filmstrip_program
from servers import need

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OPENED = {"FILMSTRIP_SECRET_KEY", "POSTGRES_PASSWORD", "S3_KEY", "S3_SECRET"}


def tool(name: str, *arguments: str) -> str:
    """Run a tool beside this Python, or of the system; return what it prints."""
    beside = Path(sys.executable).with_name(name)
    program = str(beside) if beside.exists() else shutil.which(name)
    need(None if program else f"the program {name}")
    command = [str(program), *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def documents(path: Path) -> list[dict[str, Any]]:
    return [dict(each) for each in yaml.safe_load_all(path.read_text())]


def test_the_dockerfile() -> None:
    """By hadolint, which parses it, and its shell by shellcheck."""
    tool("hadolint", "deploy/Dockerfile")


def test_the_image_gets_what_it_copies() -> None:
    """Of what lies in the folder, only what git has, and all that the build reads."""
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == {"constraints.txt", "LICENSE", "pyproject.toml", "README.md", "src"}
    assert all((ROOT / each).exists() for each in kept)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_the_units(path: Path, tmp_path: Path) -> None:
    """By systemd, with the program that is here; nothing is unknown to it."""
    unit = tmp_path / path.name
    unit.write_text(path.read_text().replace("/opt/filmstrip/bin/filmstrip", filmstrip_program()))
    assert tool("systemd-analyze", "verify", "--man=no", str(unit)) == ""


def test_the_units_differ_in_what_they_run() -> None:
    """The one of the docs is the first."""
    commands = [re.search(r"^ExecStart=\S+ (\w+)", path.read_text(), re.MULTILINE) for path in UNITS]
    assert [found and found[1] for found in commands] == ["api", "worker", "serve"]
    shown = re.search(r"```ini\n(.*?)```", (ROOT / "docs" / "deploying.md").read_text(), re.DOTALL)
    assert shown is not None
    assert shown[1] == (DEPLOY / "systemd" / "filmstrip.service").read_text()


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_the_manifests(path: Path) -> None:
    """By the schemas of Kubernetes, in which nothing else may stand."""
    told = tool("kubernetes-validate", "--strict", str(path))
    assert told.count("passed for resource") == len(documents(path))


def test_the_folder_names_all_of_them() -> None:
    """What is not among the resources is not applied."""
    folder = documents(DEPLOY / "kubernetes" / "kustomization.yaml")[0]
    assert sorted(folder["resources"]) == [path.name for path in KUBERNETES]


def test_the_compose_file() -> None:
    """Each part has what it needs of the others, no secret has a default, and the API alone is reached from outside."""
    compose = documents(DEPLOY / "compose.yaml")[0]
    services = compose["services"]
    assert [services[name]["command"] for name in ("api", "worker-1", "worker-2")] == [["api"], ["worker"], ["worker"]]
    assert [name for name, service in services.items() if "ports" in service] == ["api"]
    used = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert used == set(compose["volumes"])
    waited_for = {name for service in services.values() for name in service.get("depends_on", ())}
    assert all("healthcheck" in services[name] for name in waited_for)
    text = (DEPLOY / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?\}", text)) == OPENED
    names = [services[name]["environment"]["FILMSTRIP_EXECUTOR_NAME"] for name in ("worker-1", "worker-2")]
    assert names == ["worker-1", "worker-2"]


def _settings() -> Iterator[str]:
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        yield from re.findall(r"\bFILMSTRIP_[A-Z_]+", path.read_text())


def test_all_settings_exist() -> None:
    """A misspelt one would be passed over."""
    known = {setting.variable for setting in all_settings().values()}
    assert set(_settings()) <= known


def test_containers_may_not_write_but_where_they_say() -> None:
    """All of them: no root, no privileges, a root file system that is read only."""
    pods = [
        document["spec"]["template"]["spec"]
        for path in KUBERNETES
        for document in documents(path)
        if document["kind"] in {"Deployment", "StatefulSet"}
    ]
    assert len(pods) == 2
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        (container,) = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}


def test_the_health_check_of_the_image() -> None:
    """It fails where nothing answers."""
    line = re.search(r"^    CMD (\[.*\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert line is not None
    python, *arguments = json.loads(line[1])
    assert python == "python"
    code = arguments[-1].replace("9464", "1")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert b"refused" in ran.stderr
