"""How is a picture plan written for FFmpeg?"""

from dataclasses import replace
from fractions import Fraction

from filmstrip.domain.geometry import Fit, FrameSize
from filmstrip.domain.media_info import HdrKind
from filmstrip.media.picture_filter import picture_filter
from filmstrip.media.picture_plan import AssumedColor, PicturePlan

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
    assert picture_filter(plan).split(",") == [
        "bwdif=mode=send_frame:parity=auto:deint=all",
        "format=gbrap",
        "premultiply=inplace=1",
        "transpose=dir=cclock",
        "fps=fps=30000/1001",
        "scale=w=711:h=400:flags=lanczos:in_color_matrix=bt2020nc:out_color_matrix=bt2020nc:out_range=tv",
        "crop=w=400:h=400",
        "setparams=colorspace=bt2020nc:color_primaries=bt2020",
        "zscale=transfer=linear:npl=100",
        "format=pix_fmts=gbrpf32le",
        "zscale=primaries=bt709",
        "tonemap=tonemap=hable:desat=0",
        "zscale=transfer=bt709:matrix=bt709:range=limited",
        "format=pix_fmts=yuv420p",
        "setsar=sar=1/1",
    ]


def test_full_range_and_other_pixels() -> None:
    """Range and pixel shape are as planned."""
    chain = picture_filter(
        replace(_PLAIN, full_range=True, sample_aspect_ratio=Fraction(64, 45), clockwise_degrees=180)
    )
    assert chain.startswith("hflip,vflip,scale=")
    assert "out_range=pc" in chain
    assert chain.endswith("setsar=sar=64/45")
