"""Writes how FFmpeg prepares pictures: a `PicturePlan` as the text of a filter chain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from filmstrip.media.frames.deinterlacer import OF_A_FILM
from filmstrip.media.transcoding.picture_plan import AssumedColor, PicturePlan

_TURNS = {90: "transpose=dir=clock", 180: "hflip,vflip", 270: "transpose=dir=cclock"}


def picture_filter(plan: PicturePlan, tone_lut: Path | None = None) -> str:
    """Write the filter chain of a plan. FFmpeg turns pictures upright (display matrix) before the chain begins.

    Args:
        plan: What has to happen.
        tone_lut: The table of the tone mapping, where the plan asks for one.
    """
    return ",".join(_steps(plan, tone_lut))


def _steps(plan: PicturePlan, tone_lut: Path | None) -> Iterator[str]:
    if plan.deinterlaces:
        yield "=".join(OF_A_FILM)
    if plan.flattens_alpha:
        # Transparent pixels still have a colour, which would show; multiplying by alpha makes it black.
        yield "format=gbrap,premultiply=inplace=1"
    if plan.clockwise_degrees:
        yield _TURNS[plan.clockwise_degrees]
    if plan.frame_rate is not None:
        yield f"fps=fps={plan.frame_rate}"
    yield _scale(plan)
    yield from _bars(plan)
    if plan.fit.crops:
        yield f"crop=w={plan.fit.size.width}:h={plan.fit.size.height}"
    # Untagged colours are named before anything below has to understand them, and so that players need not guess.
    yield from _tags(plan.assumed_color)
    if plan.tone_maps is not None and tone_lut is not None:
        yield from _tone_map(plan, tone_lut)
    # What all browsers decode is 8 bits with one chroma sample for four pixels.
    yield f"format=pix_fmts={plan.pixel_format}"
    if plan.fit.pads:
        yield _asked_bars(plan)
    # Scaling leaves a remainder such as 1215:1216 here, which players would try to honour.
    yield f"setsar=sar={_ratio(plan.sample_aspect_ratio)}"


def _scale(plan: PicturePlan) -> str:
    matrix = plan.assumed_color.matrix
    options = [*_sides(plan), f"flags={plan.scaler}"]
    if matrix is not None:
        # Otherwise swscale takes everything untagged for BT.601, whatever its size.
        options += [f"in_color_matrix={matrix}", f"out_color_matrix={matrix}"]
    elif plan.kept_matrix is not None:
        options.append(f"out_color_matrix={plan.kept_matrix}")
    options.append(f"out_range={'pc' if plan.full_range else 'tv'}")
    return "scale=" + ":".join(options)


def _sides(plan: PicturePlan) -> list[str]:
    """Write width and height: those of the frame, or what leaves a picture of another shape its shape inside it."""
    size, frame = plan.fit.scaled, plan.frame_aspect_ratio
    if frame is None:
        return [f"w={size.width}", f"h={size.height}"]
    usual = plan.usual_size
    alike = f"lt(abs(dar*{1 / frame}-1),0.02)"
    if usual is not None:
        alike += f"+eq(iw,{usual.width})*eq(ih,{usual.height})"
    width, height = (
        f"2*round(min({size.width},{size.width}*dar*{1 / frame})/2)",
        f"2*round(min({size.height},{size.height}*{frame}/dar)/2)",
    )
    return [f"w='if({alike},{size.width},{width})'", f"h='if({alike},{size.height},{height})'"]


def _bars(plan: PicturePlan) -> Iterator[str]:
    if plan.frame_aspect_ratio is not None:
        size = plan.fit.scaled
        yield f"pad=w={size.width}:h={size.height}:x=(ow-iw)/2:y=(oh-ih)/2"


def _asked_bars(plan: PicturePlan) -> str:
    size = plan.fit.size
    color = "0x" + bytes(plan.background).hex()
    return f"pad=w={size.width}:h={size.height}:x=(ow-iw)/2:y=(oh-ih)/2:color={color}"


def _tags(color: AssumedColor) -> Iterator[str]:
    named = {"colorspace": color.matrix, "color_primaries": color.primaries, "color_trc": color.transfer}
    tags = [f"{option}={value}" for option, value in named.items() if value is not None]
    if tags:
        yield "setparams=" + ":".join(tags)


def _tone_map(plan: PicturePlan, tone_lut: Path) -> Iterator[str]:
    """Write the steps to BT.709: to R'G'B', through the table that thumbnails are mapped by as well, and back."""
    # Without these flags, greys get a tint.
    flags = f"{plan.scaler}+accurate_rnd+full_chroma_int"
    yield f"scale=flags={flags}:out_range=pc"
    yield "format=pix_fmts=gbrp16le"
    yield f"lut3d=file={_escaped(tone_lut)}:interp=tetrahedral"
    yield f"scale=flags={flags}:out_color_matrix=bt709:out_range={'pc' if plan.full_range else 'tv'}"
    yield "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"


def _escaped(path: Path) -> str:
    """Write a path as a value in a filter graph: escaped as a value first, then as part of the graph."""
    value = re.sub(r"([\\':])", r"\\\1", str(path))
    return re.sub(r"([\\'\[\],;])", r"\\\1", value)


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
