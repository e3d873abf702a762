"""Counting tokens as the user's model does: a tokenizer's name, or a callable, to a `TokenCounter`.

tiktoken fetches a vocabulary over the network when it has none. That never happens here: an encoding is used only if
its vocabulary lies in tiktoken's cache folder, whole and unchanged.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING

from secondhop.errors import OptionError
from secondhop.text.estimate import estimate_tokens

if TYPE_CHECKING:
    import tiktoken

    from secondhop.types import TokenCounter

AUTO_ENCODING = "o200k_base"

_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}
# These differ only in special tokens, which are counted as ordinary text here.
_SAME_AS = {"o200k_harmony": "o200k_base", "p50k_edit": "p50k_base", "gpt2": "r50k_base"}

# Some tiktoken versions take quadratic time, or overflow their stack, on one very long run.
_LONGEST_RUN = 1000
_RUN = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}|\s{{{_LONGEST_RUN + 1},}}")


@dataclass(frozen=True, slots=True)
class TiktokenCounter:
    """Counts with a tiktoken encoding; special tokens in the text count as the ordinary text they are.

    Exact, except where a text has more than 1,000 characters without (or of) white space: such runs are cut, so that
    time stays linear, and the count is then an upper bound, too high by at most about one token per 1,000 characters.

    The vocabulary is read at the first call. Counters may be shared by threads and pickled: only the name travels.
    """

    encoding: str

    def __call__(self, text: str) -> int:
        """The number of tokens."""
        encode = _load(_SAME_AS.get(self.encoding, self.encoding)).encode_ordinary
        if len(text) <= _LONGEST_RUN or _RUN.search(text) is None:
            return len(encode(text))
        return sum(len(encode(piece)) for piece in _pieces(text))


def count_words(text: str) -> int:
    """The number of words, as split at white space."""
    return len(text.split())


_PLAIN: dict[str, TokenCounter] = {"estimate": estimate_tokens, "words": count_words, "characters": len}

TOKENIZERS = ("auto", *_PLAIN, *_SHA256, *_SAME_AS)
"""Names that `resolve_counter` takes."""


def resolve_counter(tokenizer: str | TokenCounter) -> tuple[TokenCounter, str]:
    """The counter that `tokenizer` stands for, and its name for the report.

    Args:
        tokenizer: a callable; the name of a tiktoken encoding; `"estimate"` (an upper estimate of `o200k_base` that
            needs no vocabulary), `"words"`, `"characters"`; or `"auto"`: `o200k_base` if its vocabulary is on this
            machine, else `"estimate"`.

    Raises:
        OptionError: the name is unknown, the vocabulary is not on this machine, or the callable does not return a
            whole number of at least 0.
    """
    if not isinstance(tokenizer, str):
        return _checked(tokenizer)
    if tokenizer == "auto":
        tokenizer = AUTO_ENCODING if has_vocabulary(AUTO_ENCODING) else "estimate"
    if tokenizer in _PLAIN:
        return _PLAIN[tokenizer], tokenizer
    if tokenizer not in TOKENIZERS:
        raise OptionError.choice("tokenizer", tokenizer, TOKENIZERS)
    if not has_vocabulary(tokenizer):
        raise _missing(tokenizer)
    return TiktokenCounter(tokenizer), tokenizer


def has_vocabulary(encoding: str) -> bool:
    """Whether the vocabulary of a tiktoken encoding is on this machine and undamaged. Never a network call."""
    encoding = _SAME_AS.get(encoding, encoding)
    folder = cache_folder()
    if encoding not in _SHA256 or folder is None:
        return False
    path = folder / cache_name(encoding)
    try:
        stat = path.stat()
        # tiktoken fetches a file anew whose digest is wrong, so a damaged one is as good as none.
        return _digest(path, stat.st_size, stat.st_mtime_ns) == _SHA256[encoding]
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Where tiktoken keeps vocabularies; None if an empty name switches that off, or no folder can be written to."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        try:
            return Path(tempfile.gettempdir()) / "data-gym-cache"
        except FileNotFoundError:  # as in containers with a read-only root
            return None
    return Path(folder) if folder else None


def cache_name(encoding: str) -> str:
    """The file name under which tiktoken keeps a vocabulary: the SHA-1 of its address."""
    return hashlib.sha1(_URL.format(encoding).encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=8)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=8)
def _load(encoding: str) -> tiktoken.Encoding:
    # Checked again, because a counter may have been unpickled on another machine.
    if not has_vocabulary(encoding):
        raise _missing(encoding)
    import tiktoken

    return tiktoken.get_encoding(encoding)


def _missing(encoding: str) -> OptionError:
    base = _SAME_AS.get(encoding, encoding)
    fetch = "`secondhop doctor --fetch-tokenizer` fetches it; or save" if base == AUTO_ENCODING else "Save"
    return OptionError(
        f"tokenizer={encoding!r}: its vocabulary is not on this machine. {fetch} {_URL.format(base)} as {cache_name(base)} "
        "in a folder and set TIKTOKEN_CACHE_DIR to that folder, or use tokenizer='estimate'"
    )


def _pieces(text: str) -> list[str]:
    cuts = [at for run in _RUN.finditer(text) for at in range(run.start() + _LONGEST_RUN, run.end(), _LONGEST_RUN)]
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@dataclass(frozen=True, slots=True)
class CheckedCounter:
    """A counter of the caller's. Each count is looked at: one wrong one would be a wrong budget. Numpy's become plain."""

    counter: TokenCounter
    name: str

    def __call__(self, text: str) -> int:
        """The number of tokens."""
        count = self.counter(text)
        if type(count) is int and count >= 0:
            return count
        if not isinstance(count, Integral) or isinstance(count, bool) or count < 0:
            raise OptionError(f"tokenizer={self.name} returned {count!r} for a text, not a whole number of at least 0")
        return int(count)


def _checked(tokenizer: TokenCounter) -> tuple[TokenCounter, str]:
    if not callable(tokenizer):
        raise OptionError(f"tokenizer={tokenizer!r} is neither a name nor a callable that counts the tokens of a text")
    counter = CheckedCounter(tokenizer, getattr(tokenizer, "__name__", type(tokenizer).__name__))
    counter("How many tokens is this?")
    return counter, counter.name
