"""Filters by which ffmpeg keeps sound in step with its time stamps, and what has to be undone behind them."""

from __future__ import annotations

from filmstrip.media.transcoding.cut import Cut

# Drops packets of which more than half belongs to a time that has passed, but for the encoder's first ones.
WITHOUT_REPEATED_SILENCE = "noise=amount=0:drop='if(ld(1)*lt(pts,ld(0)-duration/2),1,0*(st(0,pts+duration)+st(1,1)))'"


def sound_times(cut: Cut, *, is_lossless: bool = False) -> str:
    """Write the filters that keep sound in step with its time stamps; what has a time below 0 goes.

    Args:
        cut: Which part of the source is used.
        is_lossless: Whether samples must not change that are in step.
    """
    # Silence where they leave a gap of a tenth of a second; less is made up for by playing imperceptibly slower or
    # faster, until what is left is a hundredth. That changes all samples.
    steps = "aresample=async=1" + ("" if is_lossless else ":min_comp=0.01:max_soft_comp=0.005:flags=+res")
    # Sound that begins late begins with silence: otherwise all that follows would be heard too early. Only there, as
    # whenever the sound changes its channels or its rate ffmpeg makes the filters again, which begin with it again.
    return f"{steps},atrim=start=0" if cut.has_sound_at_start else f"{steps}:first_pts=0"
