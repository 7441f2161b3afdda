"""How is a picture plan written for FFmpeg?"""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from filmstrip.domain.geometry import Fit, FrameSize
from filmstrip.domain.media_info import HdrKind
from filmstrip.media.transcoding.picture_filter import picture_filter
from filmstrip.media.transcoding.picture_plan import AssumedColor, PicturePlan

_PLAIN = PicturePlan(
    deinterlaces=False,
    flattens_alpha=False,
    clockwise_degrees=0,
    frame_rate=None,
    fit=Fit(FrameSize(320, 240), FrameSize(320, 240)),
    scaler="bicubic",
    assumed_color=AssumedColor(),
    tone_maps=None,
    pixel_format="yuv420p",
    full_range=False,
    sample_aspect_ratio=Fraction(1),
)


def test_the_plain_chain() -> None:
    """Nothing more is done than scaling to limited range, 8 bits and square pixels."""
    assert picture_filter(_PLAIN) == (
        "scale=w=320:h=240:flags=bicubic:out_range=tv,format=pix_fmts=yuv420p,setsar=sar=1/1"
    )


def test_the_longest_chain_is_in_order() -> None:
    """Fields come first, then the turn, then fewer frames, and colours only at the final size."""
    plan = replace(
        _PLAIN,
        deinterlaces=True,
        flattens_alpha=True,
        clockwise_degrees=270,
        frame_rate=Fraction(30000, 1001),
        fit=Fit(FrameSize(400, 400), FrameSize(711, 400)),
        scaler="lanczos",
        assumed_color=AssumedColor("bt2020nc", "bt2020"),
        tone_maps=HdrKind.HLG,
    )
    assert picture_filter(plan, Path("/work/tone.cube")).split(",") == [
        "bwdif=mode=send_frame:parity=auto:deint=all",
        "format=gbrap",
        "premultiply=inplace=1",
        "transpose=dir=cclock",
        "fps=fps=30000/1001",
        "scale=w=711:h=400:flags=lanczos:in_color_matrix=bt2020nc:out_color_matrix=bt2020nc:out_range=tv",
        "crop=w=400:h=400",
        "setparams=colorspace=bt2020nc:color_primaries=bt2020",
        "scale=flags=lanczos+accurate_rnd+full_chroma_int:out_range=pc",
        "format=pix_fmts=gbrp16le",
        "lut3d=file=/work/tone.cube:interp=tetrahedral",
        "scale=flags=lanczos+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv",
        "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709",
        "format=pix_fmts=yuv420p",
        "setsar=sar=1/1",
    ]


def test_a_picture_of_another_shape_gets_bars() -> None:
    """Where the usual size is another one, what keeps the shape is told by ffmpeg's own view of the picture."""
    plan = replace(_PLAIN, frame_aspect_ratio=Fraction(4, 3), usual_size=FrameSize(640, 480))
    scale, bars, *_ = re.split(r",(?=pad|format)", picture_filter(plan))
    assert "if(lt(abs(dar*3/4-1),0.02)+eq(iw,640)*eq(ih,480),320,2*round(min(320,320*dar*3/4)/2))" in scale
    assert bars == "pad=w=320:h=240:x=(ow-iw)/2:y=(oh-ih)/2"


def test_full_range_and_other_pixels() -> None:
    """Range and pixel shape are as planned."""
    chain = picture_filter(
        replace(_PLAIN, full_range=True, sample_aspect_ratio=Fraction(64, 45), clockwise_degrees=180)
    )
    assert chain.startswith("hflip,vflip,scale=")
    assert "out_range=pc" in chain
    assert chain.endswith("setsar=sar=64/45")
