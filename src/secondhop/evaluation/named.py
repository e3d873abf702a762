"""The systems that go by a name: this package with any options or over a peer, plain BM25, and the peers."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args

from secondhop.errors import OptionError
from secondhop.evaluation.ours import Over, PlainBM25, SecondhopSystem
from secondhop.evaluation.peers import FRAMEWORKS, PEERS
from secondhop.evaluation.systems import System
from secondhop.options import DocumentOptions

_NAMED: dict[str, System] = {system.name: system for system in (PlainBM25(), *PEERS, *map(Over, FRAMEWORKS))}


def make_system(spec: str) -> System:
    """A system from its name, with options after a colon: `secondhop:strategy=raw_topk,grain=chunk`.

    Raises:
        OptionError: there is no such system, or option.
    """
    family, _, options = spec.partition(":")
    if family == "secondhop":
        chosen = dict(_option(part) for part in options.split(",") if part)
        # Budget and counter are the same for all systems; `self` and `name` would not even reach the options.
        known = DocumentOptions.model_fields.keys() - {"token_budget", "tokenizer"}
        for key in chosen.keys() - known:
            raise OptionError.choice("option", key, sorted(known))
        return SecondhopSystem(spec, **chosen)
    if spec not in _NAMED:
        raise OptionError.choice("system", spec, ["secondhop", "secondhop:OPTION=VALUE,...", *_NAMED])
    return _NAMED[spec]


def _option(part: str) -> tuple[str, Any]:
    key, _, value = part.partition("=")
    words: dict[str, Any] = {"true": True, "false": False, "none": None}
    if value.lower() in words and (value.lower() != "none" or _takes_none(key)):
        return key, words[value.lower()]
    try:
        return key, float(value) if "." in value else int(value)
    except ValueError:
        return key, value


def _takes_none(key: str) -> bool:
    """Whether `none` is None for an option; `language` and `isolation` have a value of that name."""
    field = DocumentOptions.model_fields.get(key)
    return field is None or field.annotation is Any or NoneType in get_args(field.annotation)
