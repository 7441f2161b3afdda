"""Is this a picture that can be shown, of which kind, and how large is it?"""

import io

import pytest
from PIL import Image

from filmstrip.domain.geometry import FrameSize
from filmstrip.media.pictures.picture_check import picture_facts


def _picture(form: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 50).convert("RGB").save(file, form)
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "content_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_picture_is_told_by_its_content(form: str, content_type: str) -> None:
    """Kind and size come from the decoded picture."""
    facts = picture_facts(_picture(form))
    assert (facts.content_type, facts.size) == (content_type, FrameSize(64, 48))


@pytest.mark.parametrize("keep", [0, 40, 2000])
def test_half_a_picture_is_no_picture(keep: int) -> None:
    """A truncated file is refused, even where its header is whole."""
    with pytest.raises(ValueError, match=r"it is no|it cannot be decoded"):
        picture_facts(_picture("PNG")[:keep])
