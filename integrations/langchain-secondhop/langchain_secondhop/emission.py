"""What one Decision Report becomes in a trace: each form of it is built once, and only if somebody takes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from secondhop import DecisionReport
from secondhop.reporting.flat import without_words

from langchain_secondhop.callbacks import DecisionReportCallbackHandler, collectors

_SENT_AS_TEXT = ("langfuse", "openinference")
"""Packages whose handlers send a run's output as JSON text. A text goes out as it is; a dict they would write themselves,
for milliseconds, while the question waits."""


class Emission:
    """A report as the handlers that are a `DecisionReportCallbackHandler`, if there are any, want it told."""

    def __init__(
        self, report: DecisionReport, documents: Sequence[Document], handlers: Iterable[BaseCallbackHandler]
    ) -> None:
        """Builds nothing yet.

        Args:
            report: what was decided.
            documents: what was kept.
            handlers: those of the run.
        """
        self._report = report
        self._documents = documents
        self.collectors = collectors(handlers)
        self.policy = self.collectors[0] if self.collectors else None
        self._without_words = any(each.without_words for each in self.collectors)
        self._forms: dict[tuple[int | None, bool, bool], dict[str, Any]] = {}

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Flat values, to filter by."""
        return self._report.to_attributes()

    @property
    def inputs(self) -> dict[str, Any]:
        """What the run that shows the report was given."""
        budget = {"token_budget": self._report.token_budget}
        return budget if self._without_words else {"query": self._report.query, **budget}

    @property
    def payload(self) -> dict[str, Any]:
        """The report as a dict for the trace: what the first handler wants, and no words if any of them wants none."""
        policy, wordless = self.policy, self._without_words
        if policy is None:
            return self._form(None, include_text=False, wordless=False)
        return self._form(policy.max_candidates, include_text=policy.include_text and not wordless, wordless=wordless)

    def payload_for(self, handler: DecisionReportCallbackHandler) -> dict[str, Any]:
        """The report as a dict, as much of it as a handler collects."""
        return self._form(handler.max_candidates, include_text=handler.include_text, wordless=handler.without_words)

    @cached_property
    def text(self) -> str:
        """The payload as JSON."""
        return to_json(self.payload)

    def outputs(self, handlers: Iterable[BaseCallbackHandler]) -> Iterator[tuple[Any, list[BaseCallbackHandler]]]:
        """The payload in the form that each handler sends, with the handlers that it is for."""
        takers = list(handlers)
        as_text = [each for each in takers if type(each).__module__.partition(".")[0] in _SENT_AS_TEXT]
        if as_text:
            yield self.text, as_text
        if others := [each for each in takers if each not in as_text]:
            yield self.payload, others

    def _form(self, max_candidates: int | None, *, include_text: bool, wordless: bool) -> dict[str, Any]:
        options = (max_candidates, include_text, wordless)
        if options not in self._forms:
            form = self._report.to_dict() if max_candidates is None else self._shortened(max_candidates)
            if wordless:
                form = without_words(form)
            if include_text:
                form["passages"] = [{"id": each.id, "text": each.page_content} for each in self._documents]
            self._forms[options] = form
        return self._forms[options]

    def _shortened(self, limit: int) -> dict[str, Any]:
        """With the first decisions, those on kept candidates before the others, and how many are left out."""
        decisions = self._report.decisions
        first = sorted(decisions, key=lambda decision: decision.fate != "kept")[:limit]
        payload = replace(self._report, decisions=tuple(first)).to_dict()
        return {**payload, "decisions_omitted": len(decisions) - len(first)}


def to_json(values: Mapping[str, Any]) -> str:
    """Values as JSON. What JSON has no form for, of strategies of others or in a caller's metadata, is told by `str`."""
    try:
        import orjson  # langchain-core brings it along, except on PyPy

        as_str = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
        return orjson.dumps(values, str, as_str).decode()
    except (ImportError, TypeError):  # TypeError: lone surrogates, names that are no texts, numbers beyond 64 bits
        return json.dumps(values, default=str)
