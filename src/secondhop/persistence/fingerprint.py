"""What a stored index depends on besides the files: options and versions. With another fingerprint it is built again."""

from __future__ import annotations

import json
import unicodedata
from functools import lru_cache
from hashlib import scrypt
from typing import TYPE_CHECKING, Any

from secondhop.errors import OptionError
from secondhop.loading import FORMATS
from secondhop.loading.formats import Format, format_by_name
from secondhop.options import FolderOptions

if TYPE_CHECKING:
    from secondhop.storage import Manifest

BUILD = 17
"""Counts changes of parsing, chunking, analysis or the tables that the version number does not show."""

KEPT = (
    "recursive", "gitignore", "ignore", "hard_links", "chunk_size", "language", "char_ngrams", "isolation", "max_seconds",
    "max_memory_mb",
)  # fmt: skip
"""Options that say which files are indexed and how."""
_PACKAGES = (
    "secondhop", "PyStemmer", "charset-normalizer", "lxml", "pypdf", "pypdfium2", "python-calamine", "python-pptx",
    "selectolax", "tree-sitter", "tree-sitter-c", "tree-sitter-cpp", "tree-sitter-go", "tree-sitter-java",
    "tree-sitter-javascript", "tree-sitter-python", "tree-sitter-rust", "tree-sitter-typescript",
)  # fmt: skip


def fingerprint(options: FolderOptions) -> str:
    """Of everything but the files that the segments follow from.

    What BM25 is weighed with is not part of it: statistics are computed again in a second, files are not parsed so
    soon. Nor is what only asking needs, such as budgets and models.
    """
    return json.dumps(
        {
            "build": BUILD,
            "chunk_size": options.chunk_size,
            "language": options.language,
            "limits": [options.max_seconds, options.max_memory_mb],
            "password": _password(options.password),
            "loaders": _loaders(),
            "versions": _versions(),
            **({"char_ngrams": options.char_ngrams} if options.char_ngrams else {}),
            # Which files the limits hold for, so that one that was too much for a child is tried again without one.
            **({"isolation": options.isolation} if options.isolation != "auto" else {}),
        },
        sort_keys=True,
    )


def kept_options(options: FolderOptions) -> dict[str, Any]:
    """Which files are indexed and how, as far as that is not the default: what brings an index up to date as it was made."""
    given = options.model_dump(mode="json", include=set(KEPT))
    return {name: given[name] for name in KEPT if getattr(options, name) != FolderOptions.model_fields[name].default}


def options_of(manifest: Manifest) -> dict[str, Any]:
    """What `kept_options` gave when the index was written; nothing for an index that no version of secondhop wrote.

    Raises:
        OptionError: it was made with a password or with loaders of a program's own, neither of which is kept.
    """
    try:
        told = json.loads(manifest.fingerprint)
        password, loaders = told["password"], told["loaders"]
    except (ValueError, LookupError, TypeError):
        return {}
    if password or loaders:
        what = "a password" if password else "loaders of its own"
        raise OptionError(f"a program made this index with {what}, which it does not hold: bring it up to date there")
    return dict(manifest.data)


def _password(password: str | None) -> str | None:
    """A digest that is slow to guess by, as it lies beside the index."""
    if password is None:
        return None
    return scrypt(password.encode("utf-8", "surrogatepass"), salt=b"secondhop", n=1 << 14, r=8, p=1, dklen=16).hex()


def _loaders() -> list[list[str]]:
    """Formats of the user's own, with what is theirs. What their functions do cannot be seen from here."""
    return [
        [name, f"{each.registered.__module__}.{getattr(each.registered, '__qualname__', '')}", *_of_format(name, each)]
        for name, each in sorted(FORMATS.items())
        if each.registered is not None
    ]


def _of_format(name: str, each: Format) -> list[str]:
    """The suffixes and whole names of files that are loaded as the format: another one may have taken some over."""
    suffixes = [suffix for suffix in each.suffixes if format_by_name(f"x{suffix}") == name]
    return sorted((*suffixes, *(known for known in each.names if format_by_name(known) == name)))


@lru_cache(maxsize=1)
def _versions() -> tuple[str, ...]:
    return (*(f"{name} {_version(name)}" for name in _PACKAGES), f"unicode {unicodedata.unidata_version}")


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # takes longer than the rest of this package

    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
