"""Log files: plain text, whose lines are entries."""

from secondhop.loading.plain import load

SUFFIXES = frozenset({".log"})

__all__ = ["SUFFIXES", "load"]
