"""An index in a folder: written whole or not at all, checked when read, one writer at a time, readers without a lock.

`IndexStore` is the way in. What the arrays of a segment mean is for `indexing` to know.
"""

from secondhop.storage.manifest import Manifest, SegmentEntry
from secondhop.storage.store import IndexStore, StoredIndex, StoredSegment, StoreStatus
from secondhop.storage.transaction import Transaction

__all__ = [
    "IndexStore",
    "Manifest",
    "SegmentEntry",
    "StoreStatus",
    "StoredIndex",
    "StoredSegment",
    "Transaction",
]
