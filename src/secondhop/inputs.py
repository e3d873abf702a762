"""What callers hand in, checked and in our own types: texts, chunks, filters, queries, budgets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from inspect import iscoroutinefunction
from itertools import count
from numbers import Number
from operator import index
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np

from secondhop import loading
from secondhop.arrays import run_lengths, run_starts
from secondhop.errors import EmptyTextError, InputError, OptionError
from secondhop.loading.builder import one_line
from secondhop.loading.formats import kind_by_name
from secondhop.loading.registered import LARGEST
from secondhop.options import DocumentOptions, Filter, plain_number
from secondhop.types import KINDS, Chunk, SourceText

if TYPE_CHECKING:
    from secondhop.indexing import Snapshot
    from secondhop.types import Bools


def allowed_chunks(snapshot: Snapshot, filter: Filter | None) -> Bools | None:
    """[C] the chunks that pass the filter; None if there is no filter."""
    if filter is None:
        return None
    if callable(filter):
        checked_callback(filter, "filter")
        return np.fromiter((bool(filter(chunk)) for chunk in snapshot.all_chunks()), bool, len(snapshot))
    if not isinstance(filter, Mapping):
        raise InputError(f"filter={filter!r} is neither a mapping nor a callable")
    wanted = {key: _wanted(key, value) for key, value in filter.items()}
    if "id" in wanted:
        return np.fromiter((_matches(chunk, wanted) for chunk in snapshot.all_chunks()), bool, len(snapshot))
    opening = run_starts(snapshot.chunk_section)  # whatever else is asked for is the same in all chunks of a section
    matches = np.fromiter((_matches(chunk, wanted) for chunk in snapshot.chunks(opening)), bool, len(opening))
    return matches.repeat(run_lengths(opening, len(snapshot)))


def metadata_filter(filter: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """Says of metadata whether they hold what a filter lets in: for adapters, whose documents have all in their metadata."""
    wanted = {key: _values(key, value) for key, value in filter.items()}
    return lambda metadata: all(_is_among(metadata.get(key), values) for key, values in wanted.items())


def _wanted(key: str, value: Any) -> Collection[Any]:
    values = _values(key, value)
    kind, called = _FILTERABLE.get(key, (object, ""))
    for each in values:
        if each is not None and not isinstance(each, kind):  # a path, or the number of an id, is equal to no text
            raise InputError(f"filter: {key}={each!r} is not {called}")
    return values


def _values(key: str, value: Any) -> Collection[Any]:
    """The values that one key of a filter lets in: as a set where that can be, since there may be thousands."""
    if callable(value):
        raise InputError(f"filter: {key}={value!r} is a function; give one instead of the mapping")
    if any(str(name).startswith("$") for name in (key, *(value if isinstance(value, Mapping) else ()))):
        raise InputError(
            f"filter: {key}={value!r} has an operator of a store's; give a function instead of the mapping"
        )
    try:
        values = [value] if isinstance(value, (str, bytes, Mapping)) else list(value)
    except TypeError:  # one value, which an array without dimensions is, too
        values = [value]
    try:
        return frozenset(values)
    except TypeError:
        return values


def _matches(chunk: Chunk, wanted: Mapping[str, Collection[Any]]) -> bool:
    return all(
        _is_among(getattr(chunk, key) if key in _FILTERABLE else chunk.metadata.get(key), values)
        for key, values in wanted.items()
    )


def _is_among(value: Any, values: Collection[Any]) -> bool:
    try:
        return value in values
    except TypeError:  # what has no hash is in no set
        return False
    except ValueError:  # arrays cannot tell whether they are equal in one word
        return any(np.array_equal(value, each) for each in values)


_FILTERABLE: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(("source", "kind", "id", "heading"), (str, "a string")),
    "page": (Number, "a number"),
}
"""The fields of chunks that a filter may name, and what their values are."""


def checked_items(items: Iterable[Any], what: str = "chunks") -> list[Any]:
    """The items of a list; one string, mapping or data frame is refused, which would pass for a list of its parts."""
    is_one = isinstance(items, (str, bytes, Mapping)) or getattr(items, "ndim", 1) != 1
    if is_one or not isinstance(items, Iterable):
        raise InputError(f"{what} is one {type(items).__name__}; give a list of {what}")
    return list(items)


def to_chunks(items: Iterable[str | Mapping[str, Any] | Chunk], source: str | None = None) -> tuple[Chunk, ...]:
    """Strings, mappings and chunks as chunks with distinct ids and full spans; `source` is for those that name none."""
    given = [_to_chunk(item, number, source) for number, item in enumerate(checked_items(items))]
    seen: set[str] = set()
    taken = {chunk.id for chunk in given if chunk.id}
    chunks = tuple(chunk if chunk.id else replace(chunk, id=_own_id(n, taken)) for n, chunk in enumerate(given))
    for chunk in chunks:
        if chunk.id in seen:
            raise InputError(f"chunk id {chunk.id!r} is given twice; ids must be distinct")
        seen.add(chunk.id)
    if not any(chunk.text.strip() for chunk in chunks):
        raise EmptyTextError("there are no chunks with text")
    return chunks


def _own_id(number: int, taken: Collection[str]) -> str:
    """The id of a chunk that has none: one that no other was given."""
    return next(name for name in (f"{'c' * n}{number}" for n in count(1)) if name not in taken)


_CHUNK_KEYS = sorted({field.name for field in fields(Chunk)} | {"heading", "score"})
_TEXT_KEYS = ("text", "source", "format", "heading", "metadata")


def _to_chunk(item: Any, number: int, source: str | None) -> Chunk:
    if isinstance(item, Chunk):
        chunk = item
    elif isinstance(item, str) and source is None:
        chunk = Chunk(item)
    elif isinstance(item, (str, Mapping)):
        chunk = _of_mapping({"text": item} if isinstance(item, str) else dict(item), number, source)
    else:
        raise InputError(f"chunk {number} is {type(item).__name__}; give a string, a mapping with 'text', or a Chunk")
    for name, (wanted, is_right) in _CHUNK_VALUES.items():
        if not is_right(getattr(chunk, name)):
            raise InputError(f"chunk {number}: {name}={getattr(chunk, name)!r} is not {wanted}")
    start = _whole(chunk.start, f"chunk {number}: start")
    return replace(
        chunk,
        id="" if chunk.id is None else str(chunk.id),
        start=start,
        end=start + len(chunk.text),
        page=None if chunk.page is None else _whole(chunk.page, f"chunk {number}: page"),
        heading_path=tuple(chunk.heading_path),
        line=None if chunk.line is None else _whole(chunk.line, f"chunk {number}: line"),
        line_end=None if chunk.line_end is None else _whole(chunk.line_end, f"chunk {number}: line_end"),
        metadata=dict(chunk.metadata),  # the caller may go on to change theirs
    )


def _of_mapping(values: dict[str, Any], number: int, source: str | None) -> Chunk:
    _check_keys(values, _CHUNK_KEYS, f"chunk {number}")
    if not isinstance(values.get("text"), str):
        raise InputError(f"chunk {number} has no text: {values.get('text')!r}")
    heading = values.pop("heading", None)
    values.pop("score", None)
    values = {key: value for key, value in values.items() if value is not None}
    if heading is not None and checked_string(heading, f"chunk {number}: heading"):
        values.setdefault("heading_path", (heading,))
    if source is not None:
        values.setdefault("source", source)
    values.setdefault("kind", kind_by_name(str(values.get("source", ""))))
    return Chunk(**values)


def _check_keys(values: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    if unknown := set(values).difference(known):
        names = ", ".join(sorted(map(repr, unknown)))
        raise InputError(f"{what} has unknown keys [{names}]; known are: {', '.join(known)}")


_CHUNK_VALUES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "text": ("a string", lambda value: isinstance(value, str)),
    "source": ("a string", lambda value: isinstance(value, str)),
    "heading_path": (
        "a list of strings",
        lambda value: isinstance(value, (list, tuple)) and all(isinstance(title, str) for title in value),
    ),
    "kind": (f"one of: {', '.join(KINDS)}", lambda value: value in KINDS),
    "metadata": ("a mapping", lambda value: isinstance(value, Mapping)),
}
"""What values of a chunk must be: of another type they would fail deep in the index, or when the chunk is cited."""


def _whole(value: Any, name: str) -> int:
    """The value as a plain number, if it is a whole one, of numpy's kind or not."""
    try:
        number = index(value)
    except TypeError:
        raise InputError(f"{name}={value!r} is not a whole number") from None
    if abs(number) > LARGEST:
        raise InputError(f"{name}={value!r} is more than {LARGEST}")
    return number


def load_item(item: Any, number: int, settings: DocumentOptions) -> SourceText | None:
    """One item of `from_texts`; None if it holds no words."""
    values: Mapping[str, Any] = {"text": item} if isinstance(item, str) else item
    if not isinstance(values, Mapping) or not isinstance(values.get("text"), str):
        raise InputError(f"text {number} is {type(item).__name__}; give a string or a mapping with 'text'")
    _check_keys(values, _TEXT_KEYS, f"text {number}")
    if not values["text"].removeprefix("\ufeff").strip():
        return None
    named = {name: value for name, value in values.items() if value is not None}
    label = checked_string(named.get("source", ""), f"text {number}: source") or f"{settings.source}-{number}"
    form = checked_string(named.get("format", ""), f"text {number}: format") or settings.format
    heading = one_line(checked_string(named.get("heading", ""), f"text {number}: heading"))
    metadata = named.get("metadata")
    if not isinstance(metadata, (Mapping, NoneType)):
        raise InputError(f"text {number}: metadata={metadata!r} is not a mapping")
    loaded = loading.load_text(values["text"], label, format=form or None)
    sections = loaded.sections
    if heading:
        sections = tuple(replace(each, heading_path=(heading, *each.heading_path)) for each in sections)
    return replace(loaded, sections=sections, metadata={**loaded.metadata, **(metadata or {})})


def checked_string(value: Any, name: str) -> str:
    """The value, if it is a string."""
    if not isinstance(value, str):
        raise InputError(f"{name}={value!r} is not a string")
    return value


def checked_callback(function: Any, name: str) -> None:
    """Raises `OptionError` for what cannot be called, or gives something to be awaited: that would count as true."""
    if function is None:
        return
    if not callable(function):
        raise OptionError(f"{name}={function!r} is not callable")
    if iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__):
        raise OptionError(f"{name}={function!r} is async, and is called without await; give a plain function")


def checked_number(value: Any, name: str, *, least: int) -> int:
    """The value as a plain number, if it is a whole one of at least so much, of numpy's kind or not."""
    number = plain_number(value)
    if not _is_whole(number, least):
        raise OptionError(f"{name}={value!r} is not a whole number of at least {least}")
    return int(number)


def checked_budget(budget: Any) -> int | None:
    """The budget as a plain number, if it is a positive whole one, of numpy's kind or not; or None."""
    number = plain_number(budget)
    if number is not None and not _is_whole(number, 1):
        raise OptionError(f"budget={budget!r} is not a positive whole number of tokens")
    return None if number is None else int(number)


def _is_whole(number: Any, least: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least
