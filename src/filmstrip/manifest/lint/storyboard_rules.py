"""Rules on a storyboard of JSON, in Mux's shape or as an array, as Vidstack reads both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from filmstrip.manifest.lint.finding import Level, Player, Rule, whole_file
from filmstrip.manifest.lint.storyboard_reading import Board, BoardImage
from filmstrip.manifest.lint.surroundings import Surroundings

_HAS_HOST = re.compile(r"https?://", re.IGNORECASE)
_READERS = (Player.VIDSTACK, Player.MUX_READERS)


def _has_host(url: str | None) -> bool:
    return url is not None and _HAS_HOST.match(url) is not None


def _where(broken: Callable[[BoardImage], bool]) -> Callable[[Board | None, Surroundings], Iterator[str]]:
    return lambda board, _: (str(image) for image in (board.images if board else ()) if broken(image))


def _object_where(broken: Callable[[Board], bool]) -> Callable[[Board | None, Surroundings], Iterator[str]]:
    return lambda board, _: iter(whole_file(broken=board is not None and board.is_object and broken(board)))


def _array_names(board: Board | None, _: Surroundings) -> Iterator[str]:
    if board and not board.is_object:
        yield from (str(image) for image in board.images if not image.has_text)


def _backward(board: Board | None, _: Surroundings) -> Iterator[str]:
    for before, after in pairwise(board.images if board else ()):
        if before.start is not None and after.start is not None and after.start <= before.start:
            yield str(after)


def _ends_early(board: Board | None, around: Surroundings) -> Iterator[str]:
    last = board.images[-1] if board and board.images and not board.is_object else None
    ends = (
        last is not None and last.end is not None and around.duration is not None and last.end <= float(around.duration)
    )
    yield from whole_file(broken=ends)


def _problems(board: Board | None, around: Surroundings) -> Iterator[str]:
    for name in dict.fromkeys(image.url for image in (board.images if board else ()) if image.url):
        facts = around.pictures.get(name)
        if facts and facts.problem:
            yield f"{name}: {facts.problem}"


def _outside(board: Board | None, around: Surroundings) -> Iterator[str]:
    for image in board.images if board else ():
        facts = around.pictures.get(image.url or "")
        if not (facts and facts.size and image.place and image.size):
            continue
        right, bottom = image.place[0] + image.size.width, image.place[1] + image.size.height
        if right > facts.size.width or bottom > facts.size.height:
            yield f"{image}: {image.url} is {facts.size}"


STORYBOARD_RULES: tuple[Rule[Board | None], ...] = (
    Rule(
        "form",
        Level.ERROR,
        _READERS,
        "This is neither an object with url and tiles nor an array of pictures with startTime and url or text",
        lambda board, _: whole_file(broken=board is None),
    ),
    Rule(
        "no-picture",
        Level.ERROR,
        _READERS,
        "There is no picture",
        lambda board, _: whole_file(broken=board is not None and not board.images),
    ),
    Rule(
        "no-url",
        Level.ERROR,
        _READERS,
        "An object needs url, the address of the one image of its tiles",
        _object_where(lambda board: board.url is None),
    ),
    Rule(
        "name-bare",
        Level.ERROR,
        (Player.VIDSTACK,),
        "The url of an object has no host: nothing is shown; give the full address, or an array",
        _object_where(lambda board: board.url is not None and not _has_host(board.url)),
    ),
    Rule(
        "several-images",
        Level.ERROR,
        _READERS,
        "The tiles of an object name images of their own, and the one of the object is shown for all; give an array",
        _object_where(lambda board: bool(board.own_urls)),
    ),
    Rule(
        "array-url",
        Level.ERROR,
        (Player.VIDSTACK,),
        "In a file of its own, the url of an array's picture is taken for an address that was read already, and "
        "nothing is shown; give text, such as sprite.jpg#xywh=0,0,160,90",
        _array_names,
    ),
    Rule("start", Level.ERROR, _READERS, "There is no start in seconds", _where(lambda image: image.start is None)),
    Rule(
        "place",
        Level.ERROR,
        _READERS,
        "There is no place in whole pixels in the image",
        _where(lambda image: image.place is None),
    ),
    Rule(
        "size",
        Level.ERROR,
        _READERS,
        "There is no width and height in whole pixels, 1 or more",
        _where(lambda image: image.size is None),
    ),
    Rule("order", Level.ERROR, _READERS, "The start is not after that of the picture before", _backward),
    Rule(
        "ends-early",
        Level.ERROR,
        (Player.VIDSTACK,),
        "The pictures do not end after the video: none is shown at the end of the bar",
        _ends_early,
    ),
    Rule("picture", Level.ERROR, _READERS, "The picture cannot be fetched", _problems),
    Rule("outside-picture", Level.ERROR, _READERS, "The rectangle is not inside the picture", _outside),
)
