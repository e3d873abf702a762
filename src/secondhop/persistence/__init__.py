"""A folder whose index is kept on disk: what has changed in it is found, and only that is indexed again."""

from secondhop.persistence.changes import Verify, path_below
from secondhop.persistence.folder import (
    IndexedFolder,
    compact_folder,
    index_folder,
    list_folder,
    load_folder,
    open_folder,
)
from secondhop.persistence.refresh import Refresh
from secondhop.persistence.table import FileTable

__all__ = [
    "FileTable",
    "IndexedFolder",
    "Refresh",
    "Verify",
    "compact_folder",
    "index_folder",
    "list_folder",
    "load_folder",
    "open_folder",
    "path_below",
]
