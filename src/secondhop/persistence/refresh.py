"""What a refresh found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from secondhop.persistence.table import REMOVED, FileTable

if TYPE_CHECKING:
    from secondhop.document import Document


@dataclass(frozen=True, slots=True)
class Refresh:
    """What has changed in a folder since a document of it was made."""

    document: Document
    """The folder as it is now; the same object if nothing has changed, `skipped_files` included."""
    changed: tuple[str, ...] = ()
    """Sources of files with other content."""
    added: tuple[str, ...] = ()
    """Sources of new files, and of those that were removed and have come back."""
    deleted: tuple[str, ...] = ()
    """Sources of files that are gone, or were taken out of the index with `remove`."""
    unchanged: int = 0
    """How many other files there are."""

    @classmethod
    def of(cls, document: Document, before: FileTable, after: FileTable) -> Refresh:
        """What differs between two tables."""
        old, new = (
            {path: state for path, state in zip(table.paths, table.states, strict=True) if state.reason != REMOVED}
            for table in (before, after)
        )
        return cls(
            document,
            changed=tuple(state.source for path, state in new.items() if path in old and old[path] != state),
            added=tuple(state.source for path, state in new.items() if path not in old),
            deleted=tuple(state.source for path, state in old.items() if path not in new),
            unchanged=sum(old.get(path) == state for path, state in new.items()),
        )

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.deleted)

    def __str__(self) -> str:
        counts = {"changed": len(self.changed), "added": len(self.added), "deleted": len(self.deleted)}
        found = [f"{count:,} {name}" for name, count in counts.items() if count]
        return ", ".join([*found, f"{self.unchanged:,} unchanged"])
