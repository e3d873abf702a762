"""Text that others wrote, as part of a line that a person reads."""

from __future__ import annotations

import re

# Controls, breaks of lines, marks that turn the direction of what follows, and halves of characters.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def as_line(text: str) -> str:
    """The text without what would steer a terminal, begin a line of its own or put the rest of the line in another order."""
    return _CONTROL.sub(_shown, text)


def _shown(control: re.Match[str]) -> str:
    return " " if control[0].isspace() else "\ufffd"
