"""What every entry of a query's `format` has, whatever its output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, TypeVar

from filmstrip.domain.errors import Mistake
from filmstrip.params.destination import Destinations
from filmstrip.params.parameters import Parameters
from filmstrip.params.values import Flag, Text


class FormatParameters(Parameters):
    """What every entry of `format` has, whatever its output.

    Attributes:
        destination: Where the files go; the built-in temporary store if absent.
        tag: Echoed in the status as `user_tag`.
        user_tag: Older name of `tag`; `tag` wins.
        allow_soft_fail: Whether a failure of this output leaves the task without an error.
    """

    output_name: ClassVar[str]

    destination: Destinations = ()
    tag: Text | None = None
    user_tag: Text | None = None
    allow_soft_fail: Flag = False

    @property
    def label(self) -> str | None:
        """The client's own name for this output."""
        return self.tag if self.tag is not None else self.user_tag

    @property
    def is_folder(self) -> bool:
        """Whether the destination names a folder; else it names the one file that is made."""
        return False

    @property
    def file_names(self) -> str:
        """What its files are called by in a folder: outputs with the same names cannot go to the same one."""
        return ""

    def conflicts(self) -> Iterator[Mistake]:
        """Yield what cannot work with the destination, or without one, by the names of fields; pure.

        Asked only when a query arrives: a process that works on an output is not told its destination.
        """
        yield from ()


FormatT = TypeVar("FormatT", bound=FormatParameters)
