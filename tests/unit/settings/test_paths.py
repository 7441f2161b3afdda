"""Where does a relative path lead?"""

from pathlib import Path

import pytest

from filmstrip.settings.reading import read_settings


def test_the_default_data_folder_is_one_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Media processes work in folders of their own, so every path that they are told is absolute."""
    monkeypatch.chdir(tmp_path)
    settings = read_settings(environ={})
    assert settings.service.data_dir == tmp_path / "filmstrip-data"
    assert settings.jobs.work_root.is_absolute()
    assert settings.storage.temporary_root.is_absolute()


def test_given_paths_are_those_of_the_current_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative path in a variable means what it means to the shell that set it."""
    monkeypatch.chdir(tmp_path)
    environ = {"FILMSTRIP_LOCAL_ROOTS": "videos", "FILMSTRIP_CA_FILE": "ca.pem", "FILMSTRIP_DATA_DIR": "data"}
    settings = read_settings(environ=environ)
    assert settings.storage.local_roots == (tmp_path / "videos",)
    assert settings.storage.ca_file == tmp_path / "ca.pem"
    assert settings.jobs.work_root == tmp_path / "data" / "work"
