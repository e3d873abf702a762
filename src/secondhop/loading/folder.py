"""Which files of a folder to index, and for every other one the reason why not. No file is opened but .gitignore.

There are no built-in excludes beyond dot-names, and what Sphinx leaves beside its pages: `build/` or `target/` may well
hold documentation.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from secondhop.errors import LoadError, SourceNotFoundError
from secondhop.loading.encodings import portable, printable
from secondhop.loading.gitignore import Ignore, ignore_lines, ignores_above, own_patterns, read_ignores, why_ignored

INDEX_FOLDER = ".secondhop"
_LOCK = "writer.lock"
_INDEX_NAME = re.compile(
    rf"{re.escape(_LOCK)}|\.gitignore|manifest\.json|manifest-\d{{10}}\.tmp|\d{{10}}-\d+\.arrays|vectors\.f32(?:-.*\.tmp)?"
)
"""The files of an index, wherever it is kept. A manifest.json alone may be of anything."""
_INDEX_SKIPPED = "the index folder of secondhop"
"""Why what is no index is skipped in it."""
_HARD_LINK = "hard link to a file that has a name outside the folder; see the option hard_links"
_OF_SPHINX = frozenset({"searchindex.js", "_static"})
"""What Sphinx puts beside the pages that it makes; other programs have one of them."""
_SPHINX_SOURCES = ("/_sources/",)
_SPHINX_SEARCH = ("/searchindex.js", "/_static/**/*.js", "/_static/**/*.css")
_MOST_INODE = (1 << 63) - 1
MOST_LISTED = 1_000
"""Files of one skipped folder that are listed one by one."""


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A file to index."""

    path: str
    """Absolute path, to open it."""
    source: str
    """Path relative to the folder, with `/` on every system: how citations name it."""
    stat: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Size, modification and change time in nanoseconds, and inode when the folder was listed."""


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What a folder holds: every file but those of indexes is in `files`, or in `skipped` itself or with its folder."""

    files: tuple[FolderFile, ...]
    """Sorted by source, by code point."""
    skipped: tuple[tuple[str, str], ...]
    """Pairs of source and reason; the source of a folder ends in `/`."""
    root: str = ""
    """Absolute path of the folder."""


def walk_folder(
    root: str | os.PathLike[str],
    *,
    recursive: bool = True,
    gitignore: bool = True,
    ignore: Sequence[str] = (),
    hard_links: bool = False,
    index_dir: str | os.PathLike[str] | None = None,
) -> FolderListing:
    """List the files below `root`, sorted, and what was skipped with the reason.

    Files of a folder that is skipped whole are listed too, each with the folder's reason; one entry `folder/` with
    their number stands for more than `MOST_LISTED` of them.

    `ignore` holds patterns in .gitignore syntax relative to `root`; they go before any .gitignore, so `!keep.log`
    brings back a file that one of those excludes. Symlinks are never followed: a target below `root` is found at its
    own place, a target elsewhere is not part of the folder. Nor is a file with further names (hard links) elsewhere,
    unless `hard_links` lets it in. `index_dir` is no part of the folder, wherever in it it is, nor is any other index: they
    are listed only if they hold something else as well.
    """
    top = _checked_root(root)
    walk = _Walk(top, recursive, gitignore, own_patterns(ignore, top), index_dir)
    walk.run(ignores_above(top) if gitignore else ())
    if not hard_links:
        walk.leave_out_hard_links()
    walk.files.sort(key=lambda file: file.source)
    return FolderListing(tuple(walk.files), tuple(sorted(walk.skipped)), top)


class _Walk:
    """One walk: what has been found so far."""

    def __init__(
        self,
        root: str,
        recursive: bool,
        gitignore: bool,
        own: tuple[Ignore, ...],
        index_dir: str | os.PathLike[str] | None,
    ) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.index = None if index_dir is None else self._place_of(os.path.realpath(index_dir))
        self.recursive = recursive
        self.gitignore = gitignore
        self.own = own
        self.files: list[FolderFile] = []
        self.skipped: list[tuple[str, str]] = []
        self._linked: dict[tuple[int, int], tuple[int, list[FolderFile]]] = {}

    def run(self, above: tuple[Ignore, ...]) -> None:
        """Visit all folders; each one hands its .gitignore down to those inside it."""
        pending: list[tuple[str, str, tuple[Ignore, ...]]] = [(self.root, "", above)]
        while pending:
            folder, prefix, ignores = pending.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = list(listing)
            except OSError as error:
                if not prefix:
                    raise LoadError(printable(self.root), _cause(error)) from error
                self.skipped.append((prefix, _cause(error)))
                continue
            names = [entry.name for entry in entries]
            if prefix and _holds_index(names):
                continue
            ignores = self._with_those_of(folder, prefix, names, ignores)
            for entry in entries:
                source = prefix + printable(entry.name)
                try:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    reason = self._reason_to_skip(entry, is_folder, ignores)
                except OSError as error:
                    is_folder, reason = False, _cause(error)
                if is_folder and (entry.name == INDEX_FOLDER or entry.path == self.index):
                    self.skipped += _beside_index(entry.path, source + "/")
                elif reason is not None and is_folder:
                    self.skipped.extend(_all_below(entry.path, source + "/", reason))
                elif reason is not None:
                    self.skipped.append((source, reason))
                elif is_folder:
                    pending.append((entry.path, source + "/", ignores))
                else:
                    self._add(entry, source)

    def _with_those_of(
        self, folder: str, prefix: str, names: Sequence[str], ignores: tuple[Ignore, ...]
    ) -> tuple[Ignore, ...]:
        """The patterns that hold in a folder, given those from above; the last one decides."""
        if _OF_SPHINX.issubset(names):
            ignores = (*_made_by_sphinx(folder), *ignores)
        if self.gitignore and any(name.lower() == ".gitignore" for name in names):
            ignores = (*ignores, *read_ignores(folder, ".gitignore", prefix + ".gitignore"))
        return ignores

    def _add(self, entry: os.DirEntry[str], source: str) -> None:
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:  # gone since it was listed
            self.skipped.append((source, _cause(error)))
            return
        known = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _MOST_INODE)
        file = FolderFile(entry.path, source, known)
        self.files.append(file)
        if status.st_nlink > 1:  # 0 on Windows, where it costs another call to know
            self._linked.setdefault((status.st_dev, status.st_ino), (status.st_nlink, []))[1].append(file)

    def leave_out_hard_links(self) -> None:
        """Skip the files that have more names than were found in the folder: their content belongs elsewhere too."""
        foreign = {file for count, names in self._linked.values() if count > len(names) for file in names}
        if foreign:
            self.files = [file for file in self.files if file not in foreign]
            self.skipped += [(file.source, _HARD_LINK) for file in foreign]

    def _reason_to_skip(self, entry: os.DirEntry[str], is_folder: bool, ignores: tuple[Ignore, ...]) -> str | None:
        if entry.name.startswith("."):
            return "hidden"
        if entry.name.startswith("~$") and not is_folder:
            return "lock file of an office program"
        if entry.is_symlink():
            return self._about_link(entry.path)
        if not is_folder and not entry.is_file(follow_symlinks=False):
            return "not a regular file (a pipe, socket or device)"
        if ignores or self.own:
            decided = why_ignored(entry.path, is_folder, (*ignores, *self.own))
            if decided is not None:
                return decided
        return "a subfolder, and recursive=False" if is_folder and not self.recursive else None

    def _place_of(self, real: str) -> str | None:
        """The path by which the walk comes to a place, given without links; None if that is not below the root."""
        inside = _is_inside(real, self.real_root)
        return os.path.join(self.root, os.path.relpath(real, self.real_root)) if inside else None

    def _about_link(self, path: str) -> str:
        try:
            target = os.path.realpath(path, strict=True)
        except OSError as error:
            known = {errno.ELOOP: "symlink loop", errno.ENOENT: "symlink to nothing"}
            return known.get(error.errno or 0, _cause(error))
        if not _is_inside(target, self.real_root):
            return "symlink leading outside the folder"
        if _is_inside(os.path.realpath(os.path.dirname(path)), target):
            return "symlink loop: it leads to a folder around it"
        kind = "folder" if os.path.isdir(target) else "file"
        return f"symlink to a {kind} inside the folder: {portable(os.path.relpath(target, self.real_root))}"


def _holds_index(names: Sequence[str]) -> bool:
    return _LOCK in names and all(map(_INDEX_NAME.fullmatch, names))


def _beside_index(folder: str, prefix: str) -> list[tuple[str, str]]:
    """One entry for what is in an index folder besides the index, if there is something."""
    names: list[str] = []
    with contextlib.suppress(OSError):
        names = os.listdir(folder)
    return [] if all(map(_INDEX_NAME.fullmatch, names)) else [(prefix, _INDEX_SKIPPED)]


def _all_below(folder: str, prefix: str, reason: str) -> list[tuple[str, str]]:
    """Every file of a folder that is skipped whole; one entry with the count where they are too many to list."""
    names: list[str] = []
    unread: list[OSError] = []
    count = 0
    for path, folders, files in os.walk(folder, onerror=unread.append):
        if _holds_index([*folders, *files]):
            continue
        folders.sort()
        count += len(files)
        if count <= MOST_LISTED:
            below = portable(os.path.relpath(path, folder))
            names += [prefix + ("" if below == "." else below + "/") + printable(name) for name in files]
    if 0 < count <= MOST_LISTED:
        return [(name, reason) for name in names]
    if count:
        return [(prefix, f"{reason} ({count:,} files)")]
    return [(prefix, reason)] if unread else []


def _checked_root(root: str | os.PathLike[str]) -> str:
    """Return the absolute path of the folder."""
    top = os.path.abspath(os.fspath(root))
    try:
        mode = os.stat(top).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SourceNotFoundError(printable(os.fspath(root)), "no such folder") from error
    except OSError as error:
        raise LoadError(printable(os.fspath(root)), _cause(error)) from error
    if not stat.S_ISDIR(mode):
        raise LoadError(printable(os.fspath(root)), "is a file, not a folder; use from_file")
    return top


def _made_by_sphinx(folder: str) -> tuple[Ignore, ...]:
    """What says that files beside pages made by Sphinx are none of the documents: without them nothing is lost.

    The sources of the pages hold the same text; they stay where no pages can be read.
    """
    sources = _SPHINX_SOURCES if find_spec("selectolax") else ()
    return ignore_lines([*sources, *_SPHINX_SEARCH], folder, "the rule for pages made by Sphinx")


def _is_inside(path: str, folder: str) -> bool:
    return (path + os.sep).startswith(folder.rstrip(os.sep) + os.sep)


def _cause(error: OSError) -> str:
    return "permission denied" if isinstance(error, PermissionError) else error.strerror or str(error)
