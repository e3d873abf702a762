"""The nouns. Every stage takes some of these and returns others; none is ever changed in place.

    SourceText ─ Section        what a loader returns: one text, and the structure found in it
    Chunk                       an exact slice of a source text: what is searched
    Query ─ Hit ─ Ranking       what retrieval returns: chunks with scores, best first
    Passage ─ Decision          what selection returns: the spans to show, and a fate for each hit
    Selection

Spans are half-open `[start, end)`, in characters of the source text. Pages and lines count from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, get_args

from typing_extensions import TypedDict  # pydantic, and so FastAPI, takes typing's own from Python 3.12 on only

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.integer[Any]]
    Bools = NDArray[np.bool_]
    Arrays = Mapping[str, NDArray[Any]]

Kind = Literal["prose", "code", "table"]
"""How a text is cut: by sentences, by definitions and lines, or by rows."""

KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds by number, as indexes keep them."""
CODE = KINDS.index("code")

Span = tuple[int, int]
"""Half-open `(start, end)` in characters of the source text."""

TokenCounter = Callable[[str], int]
"""Counts the tokens of a text as the user's model would."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a source text under one heading, on one page, or inside one definition.

    Sections stand in document order. They may nest (a class holds its methods): a position belongs to the last
    section that contains it.
    """

    start: int
    end: int
    page: int | None = None
    """Page, slide or sheet number, from 1; None where the format has none."""
    heading_path: tuple[str, ...] = ()
    """Titles from the outermost heading (or definition) to the nearest one."""
    kind: Kind = "prose"
    heading_span: Span | None = None
    """Where the nearest heading itself stands in the text, if it does."""
    is_byline: bool = False
    """Whether the heading tells who wrote the section and when: it is shown beside any part, as the header of a table is."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """What a loader makes of one file: the text, and the structure found in it."""

    source: str
    """Path or label, as citations will show it."""
    text: str
    sections: tuple[Section, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What the loader had to guess or leave out, one sentence each."""
    format: str | None = None
    """What it was read as."""


class Uncited:
    """A value among the metadata that an adapter keeps there for itself: citations leave it out."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """An exact slice of a source text: `source_text[chunk.start:chunk.end] == chunk.text`."""

    text: str
    id: str = ""
    """Digest of place and content: the same on every run. The caller's own id for chunks that the caller made."""
    source: str = "input"
    start: int = 0
    end: int = 0
    page: int | None = None
    heading_path: tuple[str, ...] = ()
    line: int | None = None
    """First line of the chunk in its source, from 1."""
    line_end: int | None = None
    """Last line of the chunk, inclusive."""
    kind: Kind = "prose"
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def heading(self) -> str | None:
        """The nearest heading or definition, None if there is none."""
        return self.heading_path[-1] if self.heading_path else None


@dataclass(frozen=True, slots=True)
class Via:
    """Why a hit was reached without sharing words with the query: the seed it is linked to, and by which words."""

    seed: str
    """Id of the seed chunk."""
    terms: tuple[str, ...]
    """What links them, as it stands in the seed: a part that it refers to by number, then words, strongest first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk as retrieval saw it."""

    chunk: Chunk
    ordinal: int
    """The chunk's number in its index."""
    score: float
    """What the ranking is by; higher is better."""
    rank: int | None
    """Place in the ranking by the question's own words, from 1. None beyond place 200, and where only a link led."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """The parts: `lexical` (the words), `bridge` (the links); where whole texts count `text`, and `direct` (all but the links);
    with `hybrid` or `semantic` also `dense` (the cosine, if it was looked up); with a reranker its score, `rerank`.
    `named` is 1 if the question names the chunk's file or page."""
    grounding: float = 0.0
    """Share of the query's content words that the chunk holds, weighted by rarity, 0 to 1; `Document.search` leaves it 0."""
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index understands it."""

    text: str
    terms: tuple[str, ...] = ()
    """Content words that occur in the index, stemmed; then their abbreviations and synonyms."""
    unmatched: tuple[str, ...] = ()
    """Content words, as written, that occur nowhere in the index."""
    coverage: float = 0.0
    """Share of the query's content words, weighted by rarity, that the index holds at all, 0 to 1."""
    weights: tuple[float, ...] = ()
    """How much the question stresses each of `terms`: 1; quoted words more; words around the question less; abbreviations and
    synonyms 0."""
    idf: tuple[float, ...] = ()
    """Rarity of each of `terms` in the index, as the scores use it."""
    unmatched_weights: tuple[float, ...] = ()
    """How much the question stresses each of `unmatched`, as in `weights`."""
    misspelt: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Content words, as written, that occur nowhere in the index, each with the word of the index that it is read as."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences (lines, rows) of all hits as parallel arrays, one entry each: what selection cuts by.

    They stand hit by hit, and inside a hit in reading order.
    """

    hit: Ints
    """Which hit, as a place in `Ranking.hits`."""
    start: Ints
    end: Ints
    first: Bools
    """True where a paragraph (or definition) begins."""
    direct: Floats
    """Score by the words of the query."""
    bridge: Floats
    """Score by the words that link a seed to other passages."""
    key: Ints
    """Digest of the words: equal keys say the same thing. 0 for sentences too short to compare."""
    tokens: Ints
    """Number of tokens, as the budget counts them."""
    words: Ints
    """Number of words."""
    matched: Ints
    """Number of words that are query terms."""


@dataclass(frozen=True, slots=True)
class Ranking(Sequence[Hit]):
    """Hits, best first, with what selection needs to know about them. A sequence of `Hit`."""

    query: Query
    hits: tuple[Hit, ...]
    scores: Floats
    """For each hit, what the ranking is by."""
    lexical: Floats
    """For each hit, the part of it that comes from the query's own words."""
    direct: Floats
    """For each hit, all of it but the links: `lexical`, unless whole texts, vectors or a reranker count too."""
    tokens: Ints
    """For each hit, the tokens of the whole chunk, as the budget counts them."""
    sentences: Sentences
    term_scores: Floats
    """Contribution of each query term (rows) to each hit (columns)."""
    duplicates: tuple[tuple[int, int, float], ...] = ()
    """Near-duplicate hits as (place of the later, place of the earlier, Jaccard similarity of their words): those that
    differ in names or numbers are none."""
    n_matching: int = 0
    """How many chunks of the index matched at all; the hits are the best of them."""
    heads: Mapping[int, Passage] = field(default_factory=dict)
    """Table headers and lines that name definitions, by the places of the hits: what is shown beside any part of them."""
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)
    """Milliseconds that single steps of retrieval took: `embed`, `rerank`."""

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __getitem__(self, index: Any) -> Any:
        return self.hits[index]


class Reason(str, Enum):
    """Why a candidate was kept or dropped. One documented meaning each; the numbers are in `Decision.detail`."""

    KEPT_RELEVANT = "kept_relevant"
    """Holds words of the query; or its heading does, or a passage that it is linked to; or the query names its file or page.
    Detail: `grounding`. With any reason, `named` is true if the query names the file or page."""
    KEPT_SIMILAR = "kept_similar"
    """Shares no content word with the query, but is near to it in meaning. Detail: `cosine`."""
    KEPT_SECOND_HOP = "kept_second_hop"
    """Shares little with the query but is linked to a kept or strong passage. Detail: `seed`, `terms`."""
    KEPT_NEIGHBOR = "kept_neighbor"
    """Stands next to a kept chunk and was asked for with `neighbors=` or `chunk_overlap=`. Detail: `of`."""
    KEPT_HEADING = "kept_heading"
    """Opens the section of a kept chunk and was asked for with `include_heading=`; or is the table header, or the line that
    names the definition, of a kept chunk. Detail: `of`."""
    KEPT_UNRANKED = "kept_unranked"
    """Nothing ties it to the query. It is kept for its place in the caller's order, or because nearly all of the index is
    shown and the rest fits."""
    DROPPED_BUDGET = "dropped_budget"
    """Wanted, but the budget was full. Detail: `tokens_short`, how many tokens more showing all of it takes."""
    DROPPED_LOW_RELEVANCE = "dropped_low_relevance"
    """Below the strategy's bar. Detail: `grounding`, `limit`."""
    DROPPED_LOW_SCORE = "dropped_low_score"
    """Scores less than `min_score`. Detail: `score`, `limit`."""
    DROPPED_DUPLICATE = "dropped_duplicate"
    """Says what a kept passage says: nearly the same words, and no other names or numbers; or all of its sentences stand in
    kept ones. Detail: `of`, and `similarity`: of the words, or the share of the sentences that `of` shows."""
    DROPPED_INJECTION = "dropped_injection"
    """Seems to give orders to the model, and `injection="drop"` was asked for. Detail: `injection`, the kinds of orders."""
    DROPPED_TOP_K = "dropped_top_k"
    """Wanted, but `top_k` passages were kept already. Detail: `top_k`."""


Fate = Literal["kept", "dropped"]
Role = Literal["seed", "second_hop", "neighbor", "heading"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one candidate. Every candidate has exactly one."""

    chunk_id: str
    fate: Fate
    reason: Reason
    label: str = ""
    """Where the chunk stands, for people: `contract.pdf p.12 § 9.1 Governing Law`."""
    role: Role | None = None
    """What a kept candidate is there for; None when dropped."""
    tokens: int = 0
    """Tokens of what was kept; of the whole chunk when dropped."""
    score: float = 0.0
    rank: int | None = None
    """Place in the ranking by the question's own words, from 1; None for what is not in it: linked passages, neighbours,
    headings."""
    spans: tuple[Span, ...] = ()
    """What was kept of the chunk, in reading order."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """The numbers behind the reason; see `Reason`."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the prompt shows of one chunk: one or more spans of it, in reading order."""

    chunk: Chunk
    spans: tuple[Span, ...]
    role: Role
    score: float = 0.0
    order: int = 0
    """Place in reading order over the whole index; passages are shown by it."""
    _text: str | None = field(default=None, init=False, repr=False, compare=False)
    """What `text.prompt.passage_text` made of it, kept because a passage is shown several times."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The spans' texts, verbatim."""
        text, base = self.chunk.text, self.chunk.start
        return tuple([text[start - base : end - base] for start, end in self.spans])


@dataclass(frozen=True, slots=True)
class Selection:
    """What a strategy returns."""

    passages: tuple[Passage, ...]
    """Kept passages, most valuable first."""
    decisions: tuple[Decision, ...]
    """One for each candidate that the strategy saw, in rank order."""
    _rendered: tuple[str, int] | None = field(default=None, kw_only=True, repr=False, compare=False)
    """The prompt text of the passages and its tokens, where choosing them took making it."""


TextStyle = Literal["plain", "numbered", "fenced"] | Callable[[int, Passage], str]
"""How the prompt shows a passage: its text alone, headed by its citation marker, or as a function of its number (from
1) and itself renders it. A passage without spans stands for what is shown around any text."""
Grain = Literal["sentence", "chunk"]


@dataclass(frozen=True, slots=True)
class Budget:
    """A hard cap on the tokens of the prompt text, separators and what the style adds included."""

    max_tokens: int
    count_tokens: TokenCounter
    style: TextStyle = "plain"
    top_k: int | None = None
    """Keep at most this many passages; None for no such cap. Neighbours and headings come on top."""
    grain: Grain = "sentence"
    """Whether strategies may keep single sentences of a chunk, or whole chunks only (cut where one does not fit)."""
    min_grounding: float = 0.10
    """Grounding from which a hit counts as evidence, 0 to 1; strategies that filter use it."""


Strategy = Callable[[Query, Ranking, Budget], Selection]
"""Chooses passages. The built-in strategies have this shape; a callable of the user's with it is a strategy too."""


class Citation(TypedDict):
    """One passage of the context as a plain dict, in reading order."""

    source: str
    """Path or label; in a folder, the path below it."""
    page: int | None
    """Page, slide or sheet, from 1; None where the format has none."""
    heading: str | None
    """The nearest heading, or the enclosing definition."""
    line: int | None
    """First line of the passage itself, from 1."""
    text: str
    """What is shown, verbatim; ` … ` stands at gaps."""
    marker: str
    """`[1]`, as in the numbered style."""
    chunk_id: str
    """Digest of place and content; the caller's own id for chunks that the caller made."""
    start: int
    """Where the passage begins in the source text, in characters."""
    end: int
    """Where it ends there."""
    spans: list[list[int]]
    """The parts that are shown, as `[start, end]`."""
    line_end: int | None
    """Last line, inclusive."""
    heading_path: list[str]
    """All headings, from the outermost to the nearest."""
    score: float
    """Higher is better; comparable within one question only."""
    role: Role
    """What the passage is there for."""
    metadata: dict[str, Any]
    """The file's, or what the caller gave for a chunk."""
