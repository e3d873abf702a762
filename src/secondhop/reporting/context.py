"""What the caller gets: prompt text, citations, report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from secondhop.errors import OptionError
from secondhop.reporting.report import DecisionReport
from secondhop.text.prompt import STYLES, passage_text, render
from secondhop.types import Budget, Chunk, Citation, Passage, TextStyle, Uncited


@dataclass(frozen=True, slots=True)
class Context:
    """Passages chosen for one question. `len()` is their number; an empty context is false."""

    passages: tuple[Passage, ...]
    """In reading order."""
    report: DecisionReport
    budget: Budget = field(repr=False)
    _by_value: tuple[int, ...] = field(repr=False, default=())
    """Places of the passages, most valuable first."""
    _text: str = field(repr=False, default="")
    """The prompt text in the style that the context was chosen for."""

    def __len__(self) -> int:
        return len(self.passages)

    def __repr__(self) -> str:
        from secondhop.reporting.text import outcome

        return f"<Context: {outcome(self.report)}>"

    def text(self, style: TextStyle | None = None) -> str:
        """The prompt text: passages in reading order, one blank line between.

        Args:
            style: `plain`, `numbered` (each passage headed by its citation marker), `fenced` (each between marks that
                name it), or a function of a passage's number and the passage. None for the style that the context was
                chosen for, which is the one to use: if another style exceeds the budget, the least valuable passages
                are left out.

        Raises:
            OptionError: the style is unknown.
        """
        style = self.budget.style if style is None else style
        if not callable(style) and (not isinstance(style, str) or style not in STYLES):
            raise OptionError.choice("style", style, STYLES)
        if style == self.budget.style:
            return self._text
        text = render(self.passages, style)
        shown = list(self._by_value)
        while shown and self.budget.count_tokens(text) > self.budget.max_tokens:
            shown.pop()
            places = sorted(shown)
            text = render([self.passages[place] for place in places], style, [place + 1 for place in places])
        return text

    @property
    def chunks(self) -> list[str]:
        """The passages' texts, in reading order."""
        return [passage_text(passage) for passage in self.passages]

    @property
    def citations(self) -> list[Citation]:
        """One plain dict for each passage, in reading order; `Citation` lists the keys."""
        return [_citation(number, passage) for number, passage in enumerate(self.passages, 1)]

    def to_dict(self) -> dict[str, Any]:
        """`{"text", "citations", "report"}`, JSON-ready if the chunks' metadata are."""
        return {
            "text": self.text(),
            "citations": self.citations,
            "report": self.report.to_dict(),
        }


def _citation(number: int, passage: Passage) -> Citation:
    chunk = passage.chunk
    start, end = passage.spans[0][0], passage.spans[-1][1]
    before = inside = 0
    if chunk.line_end != chunk.line:
        before = chunk.text.count("\n", 0, start - chunk.start)
        inside = chunk.text.count("\n", start - chunk.start, end - chunk.start)
    line = None if chunk.line is None else chunk.line + before
    return {
        "source": chunk.source,
        "page": chunk.page,
        "heading": chunk.heading,
        "line": line,
        "text": passage_text(passage),
        "marker": f"[{number}]",
        "chunk_id": chunk.id,
        "start": start,
        "end": end,
        "spans": list(map(list, passage.spans)),
        "line_end": None if line is None else line + inside,
        "heading_path": list(chunk.heading_path),
        "score": passage.score,
        "role": passage.role,
        "metadata": cited_metadata(chunk),
    }


def cited_metadata(chunk: Chunk) -> dict[str, Any]:
    """The chunk's metadata; of the labels of all pages of its file only that of its own page."""
    metadata = {key: value for key, value in chunk.metadata.items() if not isinstance(value, Uncited)}
    labels, page = metadata.get("page_labels"), chunk.page
    # What has that name and is no list with a label for each page is the caller's own.
    if page is not None and isinstance(labels, list) and 1 <= page <= len(labels) == metadata.get("page_count"):
        del metadata["page_labels"]
        metadata["page_label"] = labels[page - 1]
    return metadata
