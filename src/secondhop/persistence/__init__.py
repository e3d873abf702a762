"""A folder whose index is kept on disk: what has changed in it is found, and only that is indexed again."""

from secondhop.persistence.changes import Verify, path_below
from secondhop.persistence.folder import IndexedFolder, compact_folder, load_folder, made_with, open_folder
from secondhop.persistence.place import index_folder, list_folder
from secondhop.persistence.refresh import Refresh

__all__ = [
    "IndexedFolder",
    "Refresh",
    "Verify",
    "compact_folder",
    "index_folder",
    "list_folder",
    "load_folder",
    "made_with",
    "open_folder",
    "path_below",
]
