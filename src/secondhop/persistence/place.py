"""Where the index of a folder lies, and which folder an index is of."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from secondhop.errors import OptionError, StoreError
from secondhop.loading import FolderListing, walk_folder
from secondhop.loading.folder import INDEX_FOLDER
from secondhop.options import FolderOptions


def index_folder(root: Path, options: FolderOptions) -> Path:
    """Where the index of a folder is kept.

    Raises:
        OptionError: that is the folder itself: the index's files would be among those to index.
    """
    if options.index_dir is None:
        return root / INDEX_FOLDER
    if _is_same(options.index_dir, root):
        raise OptionError(f"index_dir={str(options.index_dir)!r} is the folder to index; give the index one of its own")
    return Path(options.index_dir)


def list_folder(root: Path, options: FolderOptions) -> FolderListing:
    """The files of a folder that the options let in."""
    return walk_folder(
        root,
        recursive=options.recursive,
        gitignore=options.gitignore,
        ignore=options.ignore,
        hard_links=options.hard_links,
        index_dir=index_folder(root, options) if options.persists else None,
    )


def way_to(root: Path, index: Path, known: str) -> str:
    """The way from an index to the folder that it is of: it stays right where both are moved, or copied, together.

    Links in it are left as they are: a link that is set to the next release of a folder is still the same folder. A link
    that the index is reached by is followed where the way would not lead to the folder without it.

    Args:
        root: the folder.
        index: the index.
        known: the way that was written down; empty if none was.

    Raises:
        StoreError: the index is of another folder, and that is still there.
    """
    real = os.path.realpath(index)
    try:
        way = os.path.relpath(root, index)
        if not _is_at(root, real, way):
            way = os.path.relpath(root, real)
    except ValueError:  # on Windows, another drive
        way = os.path.abspath(root)
    if known in ("", way):
        return way
    owner = os.path.normpath(os.path.join(real, known))
    if not os.path.isdir(owner):
        return way
    if _is_at(root, real, known):
        return known
    raise StoreError(
        index,
        f"is the index of {owner}, not of {os.path.abspath(root)}; give each folder an index_dir= of its own, "
        "or take this one over with `secondhop index repair`",
    )


def keep_from_git(folder: Path) -> None:
    """Have git leave out an index beside the documents, as it does the caches of other tools; not one that the user has placed."""
    if folder.name == INDEX_FOLDER:
        with contextlib.suppress(OSError), (folder / ".gitignore").open("x") as file:
            file.write("*\n")


def _is_at(root: Path, index: str, way: str) -> bool:
    """Whether the way leads from the index, which need not be there yet, to the folder."""
    return _is_same(os.path.normpath(os.path.join(index, way)), root)


def _is_same(one: str | Path, other: str | Path) -> bool:
    """Whether both names are of one folder, which is there: on some systems capitals make no difference."""
    with contextlib.suppress(OSError):
        return os.path.samefile(one, other)
    return False
