"""LlamaIndex's metadata filters, applied to one node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from secondhop import InputError

_OPERATORS: Mapping[FilterOperator, Callable[[Any, Any], bool]] = {
    FilterOperator.EQ: lambda have, want: have == want,
    FilterOperator.NE: lambda have, want: have != want,
    FilterOperator.GT: lambda have, want: have > want,
    FilterOperator.GTE: lambda have, want: have >= want,
    FilterOperator.LT: lambda have, want: have < want,
    FilterOperator.LTE: lambda have, want: have <= want,
    FilterOperator.IN: lambda have, want: have in want,
    FilterOperator.NIN: lambda have, want: have not in want,
    FilterOperator.CONTAINS: lambda have, want: want in have,
    FilterOperator.ANY: lambda have, want: any(value in have for value in want),
    FilterOperator.ALL: lambda have, want: all(value in have for value in want),
    FilterOperator.TEXT_MATCH: lambda have, want: want in have,
    FilterOperator.TEXT_MATCH_INSENSITIVE: lambda have, want: want.lower() in have.lower(),
}
_OF_LISTS = (FilterOperator.IN, FilterOperator.NIN, FilterOperator.ANY, FilterOperator.ALL)
_ABSENT_MATCHES = (FilterOperator.NE, FilterOperator.NIN)


def matches(metadata: Mapping[str, Any], filters: MetadataFilters) -> bool:
    """Whether a node with this metadata passes; filters may be nested."""
    results = (
        matches(metadata, each) if isinstance(each, MetadataFilters) else _holds(metadata, each)
        for each in filters.filters
    )
    if filters.condition == FilterCondition.OR:
        return any(results) or not filters.filters
    if filters.condition == FilterCondition.NOT:
        return not any(results)
    return all(results)


def _holds(metadata: Mapping[str, Any], wanted: MetadataFilter) -> bool:
    if wanted.operator in _OF_LISTS and not isinstance(wanted.value, (list, tuple, set, frozenset)):
        raise InputError(f"filter {wanted.key!r}: {wanted.operator.value} needs a list of values, not {wanted.value!r}")
    have = metadata.get(wanted.key)
    if wanted.operator == FilterOperator.IS_EMPTY:
        return have is None or have in ("", [])
    if have is None:
        return wanted.operator in _ABSENT_MATCHES
    try:
        return _OPERATORS[wanted.operator](have, wanted.value)
    except (TypeError, AttributeError):
        return False  # one node's value may be of a type that does not go with the others'
