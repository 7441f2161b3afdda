"""The command that says what becomes of Qencode's attributes."""

from click.testing import CliRunner

from filmstrip.cli.commands.compatibility import command


def test_all_attributes_are_told() -> None:
    """By the place where they stand, each in a line."""
    result = CliRunner().invoke(command, [], standalone_mode=False)
    assert result.return_value == 0
    for line in ("query:", "format:", "destination:"):
        assert line in result.output.splitlines()
    assert "refused" in result.output
    assert len(result.output.splitlines()) > 100


def test_one_attribute() -> None:
    """With what to do instead."""
    result = CliRunner().invoke(command, ["optimize_bitrate"], standalone_mode=False)
    assert "say quality or bitrate" in result.output
    assert len(result.output.splitlines()) == 2


def test_an_attribute_that_there_is_not() -> None:
    """It is said, and the exit code tells it."""
    result = CliRunner().invoke(command, ["shine"], standalone_mode=False)
    assert result.return_value == 1
    assert '"shine" is none' in result.output
