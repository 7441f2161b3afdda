"""What can be known of the places of outputs before anything is made: that files can be there, each at its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from filmstrip.domain.errors import Mistake
from filmstrip.domain.object_name import fault_of_name, fault_of_steps
from filmstrip.domain.schemes import is_local, names_file, scheme_of
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.values import shown


def misplaced(formats: Iterable[tuple[str, FormatParameters]]) -> Iterator[Mistake]:
    """Yield what cannot work with the destinations of a query; pure.

    Args:
        formats: The outputs that were parsed, each with its path in the query, such as "format[0]".
    """
    taken: dict[tuple[str, str], str] = {}
    for path, output in formats:
        for number, place in enumerate(output.destination):
            where = f"{path}.destination" if len(output.destination) == 1 else f"{path}.destination[{number}]"
            problem = _problem(place.url, is_file=not output.is_folder)
            if problem is not None:
                yield Mistake(where, problem)
            first = taken.setdefault((_plain(place.url), output.file_names), where)
            if first != where:
                what = "folder, where its files would have the same names," if output.is_folder else "file"
                yield Mistake(where, f"is the same {what} as {first}: one would replace the other")


def _problem(url: str, *, is_file: bool) -> str | None:
    path = url.partition("://")[2].partition("/")[2].strip("/")
    # What else a path of this machine may hold is for its file system to say.
    fault = fault_of_steps(path) if is_local(url) else fault_of_name(path)
    if path and fault is not None:
        return f"{shown(_plain(url))} {fault}"
    if is_file and url.endswith("/"):
        return f"{shown(_plain(url))} is a folder, and one file is made: name it"
    scheme = scheme_of(url)
    if is_file and scheme is not None and not scheme.is_local and not names_file(url):
        return f"{shown(_plain(url))} names no file: it has to be written as {scheme.destination_form}"
    return None


def _plain(url: str) -> str:
    """Return a URL without what may be credentials, its host in lower case, and no slash at its end."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.rpartition("@")[2].partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path.rstrip('/')}"
