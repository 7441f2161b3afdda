"""Sources as everyone has them: nothing is hard about these."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset, evenly
from assets.recipes import Encoding, Film, Remux, tags
from pictures import Look

X264 = "-c:v libx264 -preset fast -crf 20 -threads 2"
AAC = "-c:a aac -b:a 64k"
PYRAMID = "-bf 3 -x264-params b-pyramid=normal:ref=4"
MILLISECOND = Fraction(1, 1000)

FILM = Film(count=250)
NTSC_FILM = Film(count=300, rate=Fraction(60000, 1001))

PLAIN = Asset(
    name="plain.mp4",
    trap="None: H.264 with a B-pyramid, AAC, faststart, 10 s of 25 frames a second, keyframes 50 frames apart.",
    recipe=Encoding(
        FILM,
        f"{X264} {PYRAMID} -g 50 {tags(FILM.look)} {AAC} -movflags +faststart",
        sound_seconds=FILM.seconds,
    ),
    times=evenly(250, 25),
    end=FILM.seconds,
    audio="aac",
    rate=Fraction(25),
    transfer=1,
    primaries=1,
    matrix=1,
)


def repack(base: Asset, name: str, trap: str, options: str = "", **facts: object) -> Asset:
    """Put the streams of an asset into another container."""
    truth = {
        field: getattr(base, field)
        for field in ("times", "end", "numbers", "look", "codec", "audio", "rate", "transfer", "primaries", "matrix")
    }
    recipe = Remux((base,), f"-map 0 -c copy {options}")
    return Asset(name=name, trap=trap, recipe=recipe, **{**truth, **facts})


ASSETS = (
    PLAIN,
    repack(PLAIN, "plain.mkv", "Matroska with cues; its timestamps are whole milliseconds."),
    repack(PLAIN, "plain.ts", "MPEG-TS: no index, pictures start at 1.48 s.", start=Fraction(37, 25)),
    Asset(
        name="vp9.webm",
        trap="WebM with VP9 and Opus, hidden alternate reference frames.",
        recipe=Encoding(
            Film(count=150, rate=Fraction(30)),
            "-c:v libvpx-vp9 -deadline good -cpu-used 5 -b:v 300k -g 60 -auto-alt-ref 1 -lag-in-frames 16"
            f" {tags(Look())} -c:a libopus -b:a 32k",
            sound_seconds=Fraction(5),
        ),
        times=evenly(150, 30, MILLISECOND),
        end=Fraction(5),
        codec="vp9",
        audio="opus",
        rate=Fraction(30),
        transfer=1,
        primaries=1,
        matrix=1,
    ),
    Asset(
        name="ntsc_59_94.mp4",
        trap="60000/1001 frames a second: no frame time is a whole number of milliseconds.",
        recipe=Encoding(NTSC_FILM, f"{X264} -g 120 {tags(NTSC_FILM.look)}"),
        times=evenly(300, NTSC_FILM.rate),
        end=NTSC_FILM.seconds,
        rate=NTSC_FILM.rate,
        transfer=1,
        primaries=1,
        matrix=1,
    ),
)
