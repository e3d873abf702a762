"""From files to a segment: read, cut, indexed; a large folder in several processes.

`share.py` is what one process does with the files that it is given. `division.py` says which of them go to child
processes, `child.py` has one such process at the other end of a pipe, `worker.py` is what runs in it. What comes out
does not depend on how the work was divided.
"""

from __future__ import annotations

from secondhop.building.division import Built, build_files
from secondhop.building.share import Settings

__all__ = ["Built", "Settings", "build_files"]
