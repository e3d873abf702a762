"""Counting tokens as LlamaIndex does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass

from llama_index.core.utils import get_tokenizer

from secondhop import OptionError

Tokenizer = str | Callable[[str], int | Sized]
"""`settings`, a name that secondhop knows, or a callable that returns the tokens of a text or their number."""

SETTINGS = "settings"


def llama_index_tokenizer(text: str) -> int:
    """Tokens of a text by `Settings.tokenizer`, the one that LlamaIndex packs prompts with."""
    return len(get_tokenizer()(text))


def counter_of(tokenizer: Tokenizer) -> str | Callable[[str], int]:
    """What secondhop counts with."""
    if tokenizer == SETTINGS:
        return llama_index_tokenizer
    return _Counter(tokenizer) if callable(tokenizer) else tokenizer


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts what a tokenizer returns; pickles if that does."""

    tokenizer: Callable[[str], int | Sized]

    def __call__(self, text: str) -> int:
        tokens = self.tokenizer(text)
        if isinstance(tokens, Mapping):  # a Hugging Face tokenizer's, as long as it has keys
            raise OptionError(f"tokenizer={self.__name__} returns a mapping; give its encode method")
        return len(tokens) if isinstance(tokens, Sized) else tokens  # a number may be numpy's, which is no `int`

    @property
    def __name__(self) -> str:
        return getattr(self.tokenizer, "__name__", type(self.tokenizer).__name__)
