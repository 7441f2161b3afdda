"""Rules on the entries for thumbnails in an HLS multivariant playlist."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from filmstrip.manifest.lint.finding import Level, Player, Rule, whole_file
from filmstrip.manifest.lint.hls_reading import HlsPlaylist, HlsTag
from filmstrip.manifest.lint.surroundings import Surroundings

IMAGES = "EXT-X-IMAGE-STREAM-INF"
I_FRAMES = "EXT-X-I-FRAME-STREAM-INF"


def _where(name: str, broken: Callable[[HlsTag], bool]) -> Callable[[HlsPlaylist, Surroundings], Iterator[str]]:
    return lambda playlist, _: (str(tag) for tag in playlist.named(name) if broken(tag))


def is_mjpg(tag: HlsTag) -> bool:
    """Return whether an I-frame stream consists of JPEG pictures, under whichever name."""
    return tag.attributes.get("CODECS", "") in {"mjpg", "jpeg", "mjpeg"}


MULTIVARIANT_RULES: tuple[Rule[HlsPlaylist], ...] = (
    Rule(
        "image-codecs",
        Level.ERROR,
        (Player.SHAKA,),
        'CODECS="mjpg" on an image stream: no thumbnails; its codec is "jpeg"',
        _where(IMAGES, lambda tag: tag.attributes.get("CODECS") == "mjpg"),
    ),
    Rule(
        "image-resolution",
        Level.ERROR,
        (Player.SHAKA, Player.ROKU),
        "The image stream has no RESOLUTION of one tile: wrong parts of the sprite are shown",
        _where(IMAGES, lambda tag: "RESOLUTION" not in tag.attributes),
    ),
    Rule(
        "image-attributes",
        Level.WARNING,
        (Player.ROKU,),
        "BANDWIDTH, RESOLUTION, CODECS and URI are all required",
        _where(IMAGES, lambda tag: not {"BANDWIDTH", "RESOLUTION", "CODECS", "URI"} <= tag.attributes.keys()),
    ),
    Rule(
        "mjpg-codecs",
        Level.ERROR,
        (Player.SHAKA,),
        'An I-frame stream of JPEG pictures has the codec "mjpg"; by another name it is not taken for thumbnails',
        _where(I_FRAMES, lambda tag: is_mjpg(tag) and tag.attributes["CODECS"] != "mjpg"),
    ),
    Rule(
        "stream-uri",
        Level.ERROR,
        (Player.SHAKA, Player.HLS_JS, Player.ROKU),
        "The stream has no URI",
        lambda playlist, _: [
            str(tag) for tag in (*playlist.named(IMAGES), *playlist.named(I_FRAMES)) if "URI" not in tag.attributes
        ],
    ),
    Rule(
        "images-alone",
        Level.WARNING,
        (Player.HLS_JS,),
        "There are image streams, which it ignores, and no I-frame stream of JPEG pictures, which it shows",
        lambda playlist, _: whole_file(
            broken=playlist.has(IMAGES) and not any(is_mjpg(tag) for tag in playlist.named(I_FRAMES))
        ),
    ),
    Rule(
        "mjpg-alone",
        Level.WARNING,
        (Player.ROKU,),
        "There are I-frame streams of JPEG pictures, which it ignores, and no image stream, which it shows",
        lambda playlist, _: whole_file(
            broken=any(is_mjpg(tag) for tag in playlist.named(I_FRAMES)) and not playlist.has(IMAGES)
        ),
    ),
)
