"""What outputs of one picture share: where it goes, what it is called, and that little of the source is read for it."""

from __future__ import annotations

from filmstrip.domain.geometry import Fit
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.outputs._picture_limits import require_possible_fit
from filmstrip.params.frame_selection import FrameSelection
from filmstrip.params.frame_size import FrameSizing
from filmstrip.params.image import ImageEncoding


class SinglePicture(Output, FrameSizing, ImageEncoding, FrameSelection):
    """An output that is one picture."""

    @property
    def is_folder(self) -> bool:
        """The destination names the file, unless it ends in a slash."""
        return any(destination.url.endswith("/") for destination in self.destination)

    @property
    def file_names(self) -> str:
        """In a folder, the picture has a name of ours."""
        return self.temporary_name() if self.is_folder else ""

    def temporary_name(self) -> str:
        """Name the picture if the client gave no name."""
        return f"{self.output_name}.{self.image_format.value}"

    def plan_picture(self, group_name: str, frame: Fit) -> OutputPlan:
        """Plan the one file, for frames that are fitted in this way.

        Raises:
            OutputError: Its format has no pictures of that size.
        """
        require_possible_fit(frame, self.image_format)
        name = self.temporary_name() if self.is_folder else ""
        warnings = [self.extension_warning(destination.url) for destination in self.destination]
        return OutputPlan((Group(group_name, (name,)),), tuple(filter(None, warnings)))
