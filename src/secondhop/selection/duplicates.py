"""Near-duplicates among the hits."""

from __future__ import annotations

from secondhop.selection.packing import Packing
from secondhop.types import Reason


def refuse_duplicate(packing: Packing, place: int) -> bool:
    """Refuses a hit whose words are nearly those of a hit already taken. True if it did."""
    for twin, similarity in packing.twins.get(place, ()):
        if twin in packing.opened:
            original = packing.hits.hits[twin].chunk.id
            packing.refuse(place, Reason.DROPPED_DUPLICATE, of=original, similarity=round(similarity, 4))
            return True
    return False
