"""Sources as everyone has them: nothing is hard about these."""

from __future__ import annotations

from fractions import Fraction

from assets.asset import Asset, Recipe, evenly
from assets.recipes import Encoding, Film, Remux, tags
from pictures import Look

X264 = "-c:v libx264 -preset superfast -crf 20 -threads 1"
_PLAIN_X264 = "-c:v libx264 -preset fast -crf 20 -threads 2"
AAC = "-c:a aac -b:a 64k"
PYRAMID = "-bf 3 -x264-params b-pyramid=normal:ref=4"
MILLISECOND = Fraction(1, 1000)

FILM = Film(count=250)
LARGE = Look((320, 180))
"""Where it matters how many blocks a picture has, or where its edges are."""

LARGE_FILM = Film(count=250, look=LARGE)
NTSC_FILM = Film(count=300, rate=Fraction(60000, 1001))


def derived(base: Asset, name: str, trap: str, recipe: Recipe, **facts: object) -> Asset:
    """Describe a file that shows what another one shows, except for what `facts` tell."""
    kept = ("times", "end", "numbers", "look", "sample_aspect_ratio", "codec", "audio", "rate")
    truth = {field: getattr(base, field) for field in (*kept, "transfer", "primaries", "matrix")}
    return Asset(name=name, trap=trap, recipe=recipe, **{**truth, **facts})


def repack(base: Asset, name: str, trap: str, options: str = "", **facts: object) -> Asset:
    """Put the streams of an asset into another container."""
    return derived(base, name, trap, Remux((base,), f"-map 0 -c copy {options}"), **facts)


def filmed(name: str, trap: str, film: Film, options: str, **facts: object) -> Asset:
    """Describe drawn frames at a constant rate, tagged as BT.709."""
    truth: dict[str, object] = {
        "recipe": Encoding(film, f"{options} {tags(film.look)}"),
        "times": evenly(film.count, film.rate),
        "end": film.seconds,
        "numbers": film.numbers,
        "look": film.look,
        "rate": film.rate,
        "transfer": 1,
        "primaries": 1,
        "matrix": 1,
    }
    return Asset(name=name, trap=trap, **{**truth, **facts})  # type: ignore[arg-type]


def _plain(name: str, trap: str, film: Film) -> Asset:
    options = f"{_PLAIN_X264} {PYRAMID} -g 50 {tags(film.look)} {AAC} -movflags +faststart"
    recipe = Encoding(film, options, sound_seconds=film.seconds)
    return filmed(name, trap, film, "", recipe=recipe, audio="aac")


PLAIN = _plain(
    "plain.mp4",
    "None: H.264 with a B-pyramid, AAC, faststart, 10 s of 25 frames a second, keyframes 50 frames apart.",
    FILM,
)
LARGE_PLAIN = _plain("large.mp4", "The same in larger pictures.", LARGE_FILM)

PLAIN_MKV = repack(PLAIN, "plain.mkv", "Matroska with cues; its timestamps are whole milliseconds.")
PLAIN_TS = repack(PLAIN, "plain.ts", "MPEG-TS: no index, pictures start at 1.48 s.", start=Fraction(37, 25))

FRAGMENTED = repack(
    PLAIN,
    "fragmented.mp4",
    "Fragments without a common index: every one has to be walked.",
    "-movflags frag_keyframe+empty_moov+default_base_moof",
    start=Fraction(2, 25),
)

ASSETS = (
    PLAIN,
    LARGE_PLAIN,
    PLAIN_MKV,
    PLAIN_TS,
    filmed(
        "vp9.webm",
        "WebM with VP9 and Opus, hidden alternate reference frames.",
        Film(count=150, rate=Fraction(30)),
        "",
        recipe=Encoding(
            Film(count=150, rate=Fraction(30)),
            "-c:v libvpx-vp9 -deadline good -cpu-used 8 -threads 1 -b:v 300k -g 60 -auto-alt-ref 1 -lag-in-frames 16"
            f" {tags(Look())} -c:a libopus -b:a 32k",
            sound_seconds=Fraction(5),
        ),
        times=evenly(150, 30, MILLISECOND),
        codec="vp9",
        audio="opus",
    ),
    filmed(
        "ntsc_59_94.mp4",
        "60000/1001 frames a second: no frame time is a whole number of milliseconds.",
        NTSC_FILM,
        f"{X264} -g 120",
    ),
)
