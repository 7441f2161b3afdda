"""Reads the text of a DASH manifest (MPD, ISO/IEC 23009-1): its tree of elements, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import ParseError, XMLParser

from filmstrip.domain.errors import LimitExceededError, SourceUnreadableError

_FED_BYTES = 1 << 16
_LONGEST_TAG_BYTES = 1 << 16
_MOST_ELEMENTS = 150_000
_DEEPEST = 32
_MOST_TEXT = 16_384
_DURATION = re.compile(
    r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,12})?)S)?)?"
)  # XML Schema part 2, 3.2.6, without years and months, which have no length


@dataclass(slots=True)
class Element:
    """An element.

    Attributes:
        name: Its name, without its namespace.
        attributes: Its attributes; `href` is that of XLink.
        children: The elements in it.
        text: The text before the first of them.
    """

    name: str
    attributes: dict[str, str]
    children: Sequence[Element] = ()
    text: str = ""

    def all(self, name: str) -> list[Element]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Element | None:
        """Return the first child of a name, None if there is none."""
        return next((child for child in self.children if child.name == name), None)


class _Builder:
    """Builds the tree; a hostile text is refused while it is read."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._open: list[Element] = []
        # Most elements have nothing in them, and go without a list.
        self._inner: list[list[Element]] = []
        self._count = 0
        self.root: Element | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(_local(tag), {_local(name): value for name, value in attributes.items()})
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) == _DEEPEST:
            raise LimitExceededError(f'The playlist "{self._label}" is too long (limit {_MOST_ELEMENTS} elements)')
        if self._open:
            self._open[-1].children = self._inner[-1]
            self._inner[-1].append(element)
        else:
            self.root = element
        self._open.append(element)
        self._inner.append([])

    def end(self, _tag: str) -> None:
        self._open.pop()
        self._inner.pop()

    def data(self, text: str) -> None:
        element = self._open[-1]
        if not element.children and len(element.text) < _MOST_TEXT:
            element.text += text

    def doctype(self, *_words: str) -> None:
        raise SourceUnreadableError(f'The playlist "{self._label}" has a document type, which those of DASH have not')


def parse_mpd(text: bytes, label: str) -> Element:
    """Read a manifest.

    Args:
        text: It, as it came.
        label: It, as it is shown.

    Returns:
        The element MPD.

    Raises:
        LimitExceededError: It has more elements than any film.
        SourceUnreadableError: It is damaged, or no manifest.
    """
    _refuse_long_tags(text, label)
    builder = _Builder(label)
    parser = XMLParser(target=builder)  # noqa: S314 - as above; what is declared outside is not asked for
    try:
        # In parts: all of it at once would hold the interpreter for as long.
        for at in range(0, len(text), _FED_BYTES):
            parser.feed(text[at : at + _FED_BYTES])
        parser.close()
    except (ParseError, ValueError, LookupError):
        raise SourceUnreadableError(f'The playlist "{label}" is damaged: it is no XML') from None
    if builder.root is None or builder.root.name != "MPD":
        raise SourceUnreadableError(f'The playlist "{label}" is no manifest of DASH')
    return builder.root


def _refuse_long_tags(text: bytes, label: str) -> None:
    """Refuse a text in which a tag may be so long that the parser, which takes it at once, holds the interpreter."""
    at = 0
    while len(text) - at > _LONGEST_TAG_BYTES:
        # A "<" begins each tag, and stands in none (XML 1.0, 2.3 and 2.4).
        following = text.rfind(b"<", at + 1, at + _LONGEST_TAG_BYTES)
        if following < 0:
            raise LimitExceededError(
                f'The playlist "{label}" has a tag that is too long (limit {_LONGEST_TAG_BYTES} bytes)'
            )
        at = following


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def seconds_in(text: str | None) -> Fraction | None:
    """Read a duration such as "PT1H2M3.5S", None if there is none that makes sense."""
    match = _DURATION.fullmatch((text or "").strip())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups()[:3])
    return ((days * 24 + hours) * 60 + minutes) * 60 + Fraction(match[4] or 0)


def descriptors(element: Element, name: str) -> Iterator[tuple[str, str]]:
    """Yield scheme and value of each descriptor of a name (5.8)."""
    for child in element.all(name):
        yield child.attributes.get("schemeIdUri", "").lower(), child.attributes.get("value", "").lower()
