"""Where secondhop keeps what it can make again: in the user's cache folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The folder: SECONDHOP_CACHE, or the one that the system has for this.

    Raises:
        FileNotFoundError: the user has no home folder.
    """
    if chosen := os.environ.get("SECONDHOP_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(_home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(_home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(_home() / ".cache")
    return Path(base) / "secondhop"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise FileNotFoundError(f"{error} SECONDHOP_CACHE can name a folder.") from None


def vectors_path() -> Path:
    """The file of vectors there. Raises as `cache_folder` does."""
    return cache_folder() / "embeddings.sqlite"


def lock_path() -> Path:
    """The record there of the models that were fetched. Raises as `cache_folder` does."""
    return cache_folder() / "models.lock.json"
