"""`secondhop doctor`: what is installed, and what is on the machine."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import Annotated, Any

import typer

from secondhop import __version__
from secondhop.cli.options import AsJson
from secondhop.cli.output import ANSWERED, UNREADABLE, fail, print_found
from secondhop.text.tokens import AUTO_ENCODING, cache_folder, has_vocabulary

Fetch = Annotated[bool, typer.Option("--fetch-tokenizer", help="Fetch the tokenizer's vocabulary over the network.")]


def doctor(fetch_tokenizer: Fetch = False, as_json: AsJson = False) -> int:
    """Versions, optional extras, and whether the tokenizer's vocabulary is here. Nothing is fetched unless asked."""
    if fetch_tokenizer and (problem := _fetch_vocabulary()) is not None:
        return fail(problem, UNREADABLE)
    found = examine()
    print_found(found, _lines(found), as_json)
    return ANSWERED


def _fetch_vocabulary() -> str | None:
    """Gets the vocabulary into tiktoken's cache folder. Returns what went wrong."""
    folder = cache_folder()
    if folder is None:
        return "tiktoken has no folder for its cache; name one in TIKTOKEN_CACHE_DIR, which is empty or unset"
    if has_vocabulary(AUTO_ENCODING):
        return None
    print(f"fetching the vocabulary of {AUTO_ENCODING} over the network into {folder}", file=sys.stderr)
    import tiktoken

    try:
        tiktoken.get_encoding(AUTO_ENCODING)
    except Exception as error:  # whatever the network, the proxy or the disk came up with
        return f"the vocabulary of {AUTO_ENCODING} could not be fetched: {error}"
    return None if has_vocabulary(AUTO_ENCODING) else f"the vocabulary of {AUTO_ENCODING} did not arrive in {folder}"


def examine() -> dict[str, Any]:
    """What `doctor --json` prints."""
    core, extras = _requirements()
    folder = cache_folder()
    present = has_vocabulary(AUTO_ENCODING)
    return {
        "secondhop": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "dependencies": {name: _version(name) for name in core},
        "extras": {extra: {name: _version(name) for name in names} for extra, names in extras.items()},
        "tokenizer": {
            "encoding": AUTO_ENCODING,
            "vocabulary_present": present,
            "folder": None if folder is None else str(folder),
            "auto_means": AUTO_ENCODING if present else "estimate",
        },
    }


def _requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Names of the dependencies, and of those that each extra brings; none where the package's metadata are missing."""
    try:
        package = metadata("secondhop")
    except PackageNotFoundError:  # run from its source
        return [], {}
    core: list[str] = []
    extras: dict[str, list[str]] = {extra: [] for extra in sorted(package.get_all("Provides-Extra") or [])}
    for requirement in sorted(package.get_all("Requires-Dist") or []):
        name = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"""extra == ["']([\w-]+)["']""", requirement)
        if name is not None:
            (core if extra is None else extras.setdefault(extra[1], [])).append(name[0])
    return core, extras


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"secondhop {found['secondhop']}, Python {found['python']}, {found['platform']}"
    yield ""
    yield "Dependencies:"
    if not found["dependencies"]:
        yield "  unknown: secondhop is not installed as a package, but runs from its source"
    yield from (f"  {name} {installed or 'MISSING'}" for name, installed in found["dependencies"].items())
    yield ""
    yield "Extras:"
    for extra, names in found["extras"].items():
        missing = [name for name, installed in names.items() if installed is None]
        state = (
            f"not installed ({', '.join(missing)} missing): pip install 'secondhop[{extra}]'"
            if missing
            else "installed"
        )
        yield f"  {extra}: {state}"
    tokenizer = found["tokenizer"]
    yield ""
    yield "Tokenizer:"
    if tokenizer["vocabulary_present"]:
        yield f"  tokenizer='auto' counts with {tokenizer['encoding']}; its vocabulary is in {tokenizer['folder']}"
    else:
        yield "  tokenizer='auto' counts with the built-in estimate, which is meant to be too high rather than too low"
        yield f"  the vocabulary of {tokenizer['encoding']} is not on this machine: secondhop doctor --fetch-tokenizer"
