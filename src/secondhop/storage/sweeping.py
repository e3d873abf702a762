"""Which files in the folder are the store's own, and the removal of those that no longer count."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from secondhop.errors import IndexCorruptError, IndexVersionError
from secondhop.storage.files import errors_of, sync_folder
from secondhop.storage.manifest import ARRAYS_NAME, TEMPORARY_NAME, read_manifest


def own_files(folder: Path) -> dict[str, int]:
    """Names of the array files and temporary files in the folder, with their sizes in bytes."""
    sizes = {}
    with errors_of(folder), contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if ARRAYS_NAME.fullmatch(entry.name) or TEMPORARY_NAME.fullmatch(entry.name):
                with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                    sizes[entry.name] = entry.stat(follow_symlinks=False).st_size
    return sizes


def sweep(folder: Path) -> None:
    """Remove what the manifest on disk does not name; nothing if that cannot be read. Only for who holds the lock."""
    try:
        manifest = read_manifest(folder)
    except (IndexCorruptError, IndexVersionError):
        return  # another version may name its files as it likes, and a damaged index may still be of use
    unused = own_files(folder).keys() - ({file.name for file in manifest.files} if manifest else set())
    if not unused:
        return
    with errors_of(folder):
        sync_folder(folder)  # the manifest that does not name them is to last before they go
        for name in sorted(unused):
            with contextlib.suppress(OSError):  # Windows keeps what someone has mapped; the next sweep gets it
                os.unlink(folder / name)


def next_generation(folder: Path) -> int:
    """One later than the manifest's, and that no file in the folder has, so that no name is used twice."""
    found = [pattern.fullmatch(name) for name in own_files(folder) for pattern in (ARRAYS_NAME, TEMPORARY_NAME)]
    used = [int(match[1]) for match in found if match]
    with contextlib.suppress(IndexCorruptError, IndexVersionError):
        manifest = read_manifest(folder)
        used.append(0 if manifest is None else manifest.generation)
    return 1 + max(used, default=0)
