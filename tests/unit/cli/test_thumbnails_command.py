"""What does `filmstrip thumbnails` refuse, and what does it say?"""

import pytest

from filmstrip.cli.main import ExitCode, run


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["one.jpg"], 'DEST: "one.jpg" names one picture'),
        (["out/one.webp", "--interval", "5"], "name a folder, or add --sprite"),
        (["one.jpg", "--no-sprite"], "names one picture"),
        (["one.jpg", "--count", "1"], "a single one is the output `thumbnail` of `filmstrip encode`"),
        (["out", "--size", "320x180", "--width", "320"], "--size: says the same as --width and --height"),
        (["out", "--size", "320x180", "--height", "180"], "give one or the other"),
        (["out", "--interval", "0"], '--interval: "0" is not a number of seconds, 0.01 or above'),
        (["out", "--interval", "0.001"], '--interval: "0.001" is not a number of seconds, 0.01 or above'),
        (["out", "--interval", "abc"], '--interval: "abc" is not a number of seconds, 0.01 or above'),
    ],
)
def test_what_would_be_done_otherwise_is_refused(
    flags: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be meant as it would be done is a mistake, one sentence with what to do."""
    assert run(["thumbnails", "video.mp4", *flags]) == ExitCode.MISUSED
    errors = capsys.readouterr().err
    assert sentence in errors
    assert len(errors.splitlines()) == 1


def test_lists_are_shown_as_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    """The help says that several sizes and manifests are separated by commas, and shows how."""
    run(["thumbnails", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "--sizes TEXT,..." in text
    assert "--sizes 320x180,160x90 --manifests" in text
    assert text.count("Several are separated by commas.") == 3  # `times` too
