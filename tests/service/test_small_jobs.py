"""How much is there to a small job besides its work? Each script, step and process costs as much as some pictures."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from toy_service import ToyService

pytestmark = pytest.mark.timeout(120)


def test_a_small_job_is_one_script_of_few_steps_and_one_process(tmp_path: Path, small_video: Path) -> None:
    """Its only output has no script of its own, and its manifest neither a step nor a process."""
    source = Path(shutil.copy(small_video, tmp_path / "source.mp4"))
    with ToyService(tmp_path) as service:
        task = service.finished(service.submit(source.as_uri(), {"output": "thumbnails", "interval": 1}))
    assert task.error is None
    assert (tmp_path / "processes").read_text().split() == ["0", "1"]  # the first one probes
    with sqlite3.connect(tmp_path / "filmstrip.db") as database:
        scripts = database.execute("SELECT workflow_uuid FROM workflow_status WHERE name LIKE 'run_%'")
        assert scripts.fetchall() == [(f"{task.token}.1",)]
        steps = database.execute("SELECT function_name FROM operation_outputs ORDER BY function_id").fetchall()
    assert [name for (name,) in steps if "." not in name] == ["fetch", "probe", "plan", "make all"]
