"""Which paths git would ignore, and by which pattern of which file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

from secondhop.errors import LoadError, OptionError
from secondhop.loading.encodings import portable, printable
from secondhop.loading.reading import read_file

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_MOST_BYTES = 1024 * 1024
_CLASS = r"\[(?:\^|(?!\^))\]?(?:\\.|[^\]\\])*\]"
_BETWEEN_STARS = re.compile(rf"(?:\[\^/\]\*)+((?:\\.|{_CLASS}(?![*+])|[^\\\[\](){{}}.^$|?*+/])+?)(?=\[\^/\]\*)")
"""In an expression by pathspec, stars and what stands between them and the next one in the same part of a path."""
_BETWEEN_FOLDERS = re.compile(rf"\(\?:(\.\+/|/\.\+)\)\?((?:\\.|{_CLASS}|[^\\\[\](){{}}.^$|?])+?)(?=\(\?:/\.\+\)\?/)")
"""A double star that stands for any folders, and what stands between it and the next one."""
_LAZY = {".+/": ".+?/", "/.+": "/.+?"}


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns of one ignore file."""

    folder: str
    """What they are relative to, with `/` on every system."""
    label: str
    patterns: tuple[str, ...]
    spec: GitIgnoreSpec

    def match(self, path: str) -> tuple[bool, str] | None:
        """Whether the last pattern that matches excludes, and that pattern; None if none matches."""
        relative = path[len(self.folder) :].lstrip("/")
        result = self.spec.check_file(relative)
        if result.include is None or result.index is None:
            return None
        pattern = self.patterns[result.index]
        if _names(pattern, relative):
            return result.include, pattern
        return self._match_one_by_one(relative)

    def _match_one_by_one(self, relative: str) -> tuple[bool, str] | None:
        """As `match`, without the patterns that only match a folder above: the walk has asked about that one."""
        for pattern in reversed(self.patterns):
            include = _spec((pattern,)).check_file(relative).include
            if include is not None and _names(pattern, relative):
                return include, pattern
        return None


def own_patterns(ignore: Sequence[str], root: str) -> tuple[Ignore, ...]:
    """The caller's patterns, as if they stood in an ignore file of the folder.

    Raises:
        OptionError: they are no list, or one of them is no pattern.
    """
    if isinstance(ignore, str):
        raise OptionError(f"ignore={ignore!r} must be a list of patterns")
    try:
        return ignore_lines(ignore, root, "pattern")
    except ValueError as error:
        raise OptionError(f"ignore={list(ignore)!r} holds an invalid pattern: {error}") from error


def ignores_above(root: str) -> tuple[Ignore, ...]:
    """Read the ignore files of the git work tree around the folder, outermost first.

    None of them counts if they exclude the folder itself: who names an ignored folder wants it.
    """
    above = [root]
    while not os.path.lexists(os.path.join(above[-1], ".git")):
        parent = os.path.dirname(above[-1])
        if parent == above[-1]:
            return ()
        above.append(parent)
    ignores = read_ignores(above[-1], os.path.join(".git", "info", "exclude"), ".git/info/exclude")
    for folder, inner in zip(above[::-1], above[-2::-1], strict=False):
        label = portable(os.path.relpath(os.path.join(folder, ".gitignore"), root))
        ignores += read_ignores(folder, ".gitignore", label)
        if why_ignored(inner, True, ignores) is not None:
            return ()
    return ignores


def read_ignores(folder: str, name: str, label: str) -> tuple[Ignore, ...]:
    """Read an ignore file; nothing if there is none. As in git, a line that is no pattern matches nothing.

    As in git too, a symlink is no ignore file; and a pipe of that name blocks nobody.
    """
    try:
        data = read_file(os.path.join(folder, name), label, _MOST_BYTES, folder)
    except LoadError:
        return ()
    # A line may end in a carriage return, as universal newlines read it.
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
    lines = printable(text).removeprefix("\ufeff").split("\n")
    try:
        return ignore_lines(lines, folder, label)
    except ValueError:
        return ignore_lines([line for line in lines if _is_pattern(line)], folder, label)


def why_ignored(path: str, is_folder: bool, ignores: Sequence[Ignore]) -> str | None:
    """Why a path is ignored, None if it is not. The last file that has a say decides, as in git."""
    path = portable(path) + "/" * is_folder
    for patterns in reversed(ignores):
        decided = patterns.match(path)
        if decided is not None:
            excluded, pattern = decided
            return f"ignored by {patterns.label}: {pattern}" if excluded else None
    return None


def ignore_lines(lines: Iterable[str], folder: str, label: str) -> tuple[Ignore, ...]:
    """The lines of an ignore file of a folder; nothing if there is no pattern among them.

    Raises:
        ValueError: one of them is no pattern.
    """
    # Blank lines and comments go, so that the spec numbers the patterns as we do.
    patterns = tuple(_trimmed(line) for line in lines if line.strip() and not line.startswith("#"))
    return (Ignore(portable(folder), label, patterns, _spec(patterns)),) if patterns else ()


def _trimmed(line: str) -> str:
    """The pattern without white space at its end, but for a space behind a backslash."""
    bare = line.rstrip()
    n_backslashes = len(bare) - len(bare.rstrip("\\"))
    return line[: len(bare) + n_backslashes % 2]


def _is_pattern(line: str) -> bool:
    try:
        ignore_lines([line], "", "")
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines(patterns)
        return GitIgnoreSpec([_linear(pattern) for pattern in spec.patterns])
    except re.error as error:  # a range that runs backwards
        raise ValueError(str(error)) from error


def _linear(pattern: GitIgnoreSpecPattern) -> GitIgnoreSpecPattern:
    """The same pattern, but what was found behind a star is not looked for again further on: the next star reaches as far.

    A line of many stars would else take for ever with a long name.
    """
    regex = pattern.regex
    if regex is None:  # it matches nothing
        return pattern
    numbers = count()

    def once(expression: str) -> str:
        name = f"star{next(numbers)}"  # an atomic group, as Python 3.10 can write it
        return f"(?=(?P<{name}>{expression}))(?P={name})"

    expression = _BETWEEN_FOLDERS.sub(lambda match: once(f"(?:{_LAZY[match[1]]})??{match[2]}(?=/)"), regex.pattern)
    expression = _BETWEEN_STARS.sub(lambda match: once(f"[^/]*?{match[1]}"), expression)
    return type(pattern)(re.compile(expression), pattern.include)


def _names(pattern: str, relative: str) -> bool:
    """Whether a pattern that matches names the path itself, and not only a folder above it."""
    pattern = pattern.removeprefix("!")
    if pattern.endswith("/") and not relative.endswith("/"):
        return False
    folders, slash, last = pattern.rstrip("/").removeprefix("**/").rpartition("/")
    depth = relative.rstrip("/").count("/")
    least = folders.lstrip("/").count("/") + 1 if folders else 0
    if last == "**":
        return "**" in folders or depth >= least
    if _spec(("/" + last,)).check_file(os.path.basename(relative.rstrip("/"))).include is None:
        return False
    return not slash or "**" in folders or depth == least
