"""What can be asked for: pydantic models, because this is where outside data arrives. Unknown keys are refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from operator import index
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FieldSerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticSerializationError

from secondhop.errors import InputError, OptionError
from secondhop.text.languages import CODES, LANGUAGES
from secondhop.types import Chunk, Grain, TextStyle

Injection = Literal["flag", "drop", "off"]
Isolation = Literal["auto", "process", "none"]
Retrieval = Literal["lexical", "hybrid", "semantic"]
FusionName = Literal["weighted", "rrf"]
VectorIndexKind = Literal["flat", "hnsw", "ivf", "pq"]
Bm25Variant = Literal["lucene", "okapi", "l", "plus"]
STRATEGY_NAMES = ("auto", "reasoning_preserving", "distractor_filtered", "max_density", "redundancy_pruned", "raw_topk")
Filter = Mapping[str, Any] | Callable[[Chunk], bool]


def plain_number(value: Any) -> Any:
    """A whole number of numpy's kind as a plain one; anything else as it is, True among it."""
    try:
        return value if isinstance(value, int) else index(value)
    except TypeError:
        return value


WholeNumber = Annotated[int, Field(strict=True), BeforeValidator(plain_number)]
"""An int, or numpy's; True, 2.0 and "2" are not."""

_MOST_RAISED = 1000
"""A `top_k` brings no more candidates than this: some ask for a million to say that there is no limit."""

_MAY_BE_OBJECTS = ("strategy", "text_style", "tokenizer", "model", "rerank", "embedding_cache")
"""Options that are a name or path, or else an object that does the work."""

_Model = TypeVar("_Model", bound="_Options")


class _Options(BaseModel):
    """Base of the option models: frozen, strict about names, errors in our own words.

    A dump has what was given, and no defaults: options made of it are equal, and are given the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        """Raises `OptionError` naming the value and what is allowed."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise OptionError(_explain(error, type(self))) from None

    @property
    def given(self) -> dict[str, Any]:
        """What was set, as it was given: a dump would take apart values that are pydantic models themselves."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    def refuse(self, names: Collection[str], why: str) -> None:
        """Raises `OptionError` if some of these options ask for something, which would have no effect."""
        if unused := sorted(name for name, value in self.given.items() if name in names and value not in (None, False)):
            raise OptionError(why.format(" and ".join(unused)))

    def model_dump(self, *arguments: Any, **keywords: Any) -> dict[str, Any]:
        """As pydantic's. Raises `OptionError` where `mode="json"` meets an object."""
        with _json_errors():
            return super().model_dump(*arguments, **keywords)

    def model_dump_json(self, *arguments: Any, **keywords: Any) -> str:
        """As pydantic's. Raises `OptionError` for values that are objects, such as functions and models."""
        with _json_errors():
            return super().model_dump_json(*arguments, **keywords)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What was given, for `repr`."""
        return ((name, value) for name, value in super().__repr_args__() if name in self.model_fields_set)

    @model_serializer(mode="wrap")
    def _only_given(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in dump(self).items() if name in self.model_fields_set}

    @field_serializer(*_MAY_BE_OBJECTS, when_used="json", check_fields=False)
    def _as_json(self, value: Any, info: FieldSerializationInfo) -> str | None:
        if value is None or isinstance(value, str):
            return value
        raise OptionError(f"{info.field_name}={value!r} is an object, and only names and paths can be written as JSON")


class ContextOptions(_Options):
    """How a question is answered. `context` and `analyze` take all but `chunk_overlap` and `min_grounding` for one call."""

    token_budget: WholeNumber = Field(default=8192, ge=1, le=sys.maxsize)
    """Hard cap on the tokens of the prompt text."""
    strategy: str | Callable[..., Any] = "auto"
    """A strategy by name, or a callable `(query, hits, budget) -> Selection`."""
    candidate_k: WholeNumber = Field(default=60, ge=1, le=10_000)
    """How many chunks the strategy chooses from; at least `top_k`, up to 1,000."""
    top_k: WholeNumber | None = Field(default=None, ge=1)
    """Keep at most this many passages; neighbours and headings come on top."""
    min_score: float | None = None
    """Drop chunks whose score is lower. Scores compare within one index only."""
    neighbors: WholeNumber = Field(default=0, ge=0, le=50)
    """Also show this many chunks before and after each kept one, where they fit."""
    chunk_overlap: WholeNumber = Field(default=0, ge=0, le=50)
    """Also show this many sentences before and after each kept chunk, where they fit. Chunks themselves do not overlap."""
    include_heading: bool = False
    """Also show the opening chunk of each kept chunk's section, where it fits."""
    text_style: TextStyle = "plain"
    """How `text()` shows passages: `plain`, `numbered`, `fenced` or a function. The budget is kept for this style."""
    injection: Injection = "flag"
    """Passages that seem to give orders to the model: `flag` warns of them, `drop` leaves them out, `off` does not look."""
    grain: Grain = "sentence"
    """`sentence`: parts of chunks may be kept. `chunk`: whole chunks, cut only where one does not fit."""
    min_grounding: float = Field(default=0.10, ge=0, le=1)
    """Share of the question's content words, weighted by rarity, from which a chunk counts as evidence."""

    @property
    def n_candidates(self) -> int:
        """How many chunks selection chooses from."""
        return max(self.candidate_k, min(self.top_k or 0, _MOST_RAISED))

    @field_validator("strategy")
    @classmethod
    def _known_strategy(cls, value: Any) -> Any:
        if isinstance(value, str) and value not in STRATEGY_NAMES:
            raise ValueError(f"is not one of: {', '.join(STRATEGY_NAMES)}")
        return value


class DocumentOptions(ContextOptions):
    """How a document is read, cut, indexed and asked. Keywords of the loaders are the same options."""

    source: str = "document"
    """Label for texts and bytes that have no path."""
    format: str | None = None
    """Read as this format, whatever the bytes and the name say."""
    password: str | None = Field(default=None, repr=False)
    """For encrypted PDF files."""
    chunk_size: WholeNumber = Field(default=200, ge=8, le=8192)
    """Size of a chunk, roughly, in tokens of five UTF-8 bytes."""
    retrieval: Retrieval = "lexical"
    """`lexical`: BM25. `semantic`: the cosine of vectors. `hybrid`: both, fused."""
    model: Any = "bge-small"
    """What embeds: a name, a hub repository, a folder, an ONNX file, a callable on a list of texts, or an embedder of
    LangChain or LlamaIndex."""
    embedder_model: str | Path | None = None
    """A local model, instead of `model`: a folder, or an ONNX file."""
    embedder_tokenizer: str | Path | None = None
    """The `tokenizer.json` of a local model, if it does not lie beside it."""
    embedder_dim: WholeNumber | None = Field(default=None, ge=1)
    """Dimensions that the model must have."""
    embedder_pooling: Literal["mean", "cls"] | None = None
    """How token vectors become one; by default as the model's own files say, as for all that follows."""
    embedder_max_length: WholeNumber | None = Field(default=None, ge=2)
    """Tokens of a text that the model reads."""
    embedder_query_prefix: str | None = None
    """Put before each question."""
    embedder_passage_prefix: str | None = None
    """Put before each chunk."""
    embedder_threads: WholeNumber | None = Field(default=None, ge=1)
    """Batches that are embedded at a time; by default one on each core."""
    embedder_id: str | None = None
    """Names this version of a callable or of a framework's embedder; without it no vectors are cached or kept."""
    embedding_cache: Any = "auto"
    """Where embeddings are kept: `auto` for a SQLite file in the user's cache folder, a path, a `redis://` URL, a cache
    object, or None."""
    fusion: FusionName = "weighted"
    """How `hybrid` fuses: `weighted` scores, or `rrf` for ranks."""
    vector_index: VectorIndexKind = "flat"
    """`flat` compares with every vector; `hnsw`, `ivf` and `pq` with some, and need the `faiss` extra."""
    rerank: Any = None
    """What reorders the best candidates: `cross-encoder`, a model name, a folder, an ONNX file, or a callable
    `(query, texts) -> scores`."""
    candidate_pool: WholeNumber = Field(default=100, ge=1, le=10_000)
    """How many of the nearest chunks are fused, and how many of the best candidates are reranked."""
    min_candidates: WholeNumber = Field(default=0, ge=0, le=10_000)
    """With `hybrid` or `semantic`: at least this many candidates, if there are as many chunks."""
    language: str = "auto"
    """Stemming and stopwords: a language's name or code (`german`, `de`), `auto`, or `none`."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """Groups of words and phrases that mean the same: a question with one of them looks for the others too."""
    char_ngrams: WholeNumber = Field(default=0, ge=0, le=8)
    """Also index the pieces of words that are this long, so that badly misspelt words are found; 0 for none, 3 is usual."""
    isolation: Isolation = "auto"
    """Parse in child processes with limits: `auto` risky formats (PDF, office, HTML, XML, e-mail, RTF, archives), `process`
    all files, `none` none."""
    max_seconds: float = Field(default=20.0, gt=0, le=86_400)
    """Time that parsing one file in a child process may take."""
    max_memory_mb: WholeNumber = Field(default=512, ge=128, le=1_048_576)
    """Memory in MiB that a child process may take."""
    tokenizer: str | Callable[[str], int] = "auto"
    """Counts tokens: `auto`, a tiktoken encoding, `estimate`, `words`, `characters`, or a callable."""
    bm25_variant: Bm25Variant = "lucene"
    """Which BM25: `lucene`, or `okapi`, `l`, `plus` as in rank-bm25."""
    bm25_k1: float = Field(default=1.2, ge=0, le=100)
    """How slowly further occurrences of a word stop counting."""
    bm25_b: float = Field(default=0.75, ge=0, le=1)
    """How much long chunks are marked down, from 0 (not at all) to 1."""

    @model_validator(mode="after")
    def _of_use(self) -> DocumentOptions:
        threads: set[str] = set() if isinstance(self.rerank, str) else {"embedder_threads"}
        if self.retrieval == "lexical":
            pool = {"candidate_pool"} if self.rerank is None else set()
            unused = (_SEMANTIC - {"embedder_threads"}) | threads | pool
            self.refuse(unused, "retrieval='lexical' does not use {}; say retrieval='hybrid' or 'semantic'")
            return self
        if self.retrieval == "semantic":
            self.refuse({"fusion"}, "retrieval='semantic' does not use {}; say retrieval='hybrid'")
        if self.embedder_model is not None:
            self.refuse({"model"}, f"retrieval={self.retrieval!r} takes {{}} or embedder_model, not both")
        if self.embedder_model is not None or isinstance(self.model, str):
            self.refuse({"embedder_id"}, "a model by name or path does not use {}")
        else:
            self.refuse(_OF_FILES | threads, "a model that is an object does not use {}")
        return self

    @field_validator("model", "rerank", "embedder_model", "embedder_tokenizer")
    @classmethod
    def _names_something(cls, value: Any) -> Any:
        if isinstance(value, str) and not value:  # Path("") would be the current folder
            raise ValueError("names nothing")
        return value

    @field_validator("embedder_model", "embedder_tokenizer")
    @classmethod
    def _is_a_path(cls, value: str | Path | None) -> Path | None:
        return None if value is None else Path(value)

    @field_validator("model", "rerank", "embedding_cache")
    @classmethod
    def _names_as_text(cls, value: Any) -> Any:
        """A path here is its text, which is what comes back from JSON: whole, so that it is no name of a model."""
        return str(value.absolute()) if isinstance(value, Path) else value

    @field_validator("synonyms", mode="before")
    @classmethod
    def _groups_in_order(cls, value: Any) -> Any:
        groups = value if isinstance(value, Sequence) else ()
        if isinstance(value, Mapping) or any(isinstance(each, str) for each in (value, *groups)):
            raise ValueError('is no list of groups, as [["PTO", "paid time off"], ["lunch", "canteen"]]')
        if isinstance(value, Set) or any(isinstance(group, Set) for group in groups):
            raise ValueError("has a set, whose order changes from run to run; give lists")
        return value

    @field_validator("synonyms")
    @classmethod
    def _of_several(cls, value: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        if alone := [group for group in value if len(group) < 2]:
            raise ValueError(f"has a group of less than two: {list(alone[0])!r}")
        return value

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        language = CODES.get(value, value)
        if language != "auto" and language not in LANGUAGES:
            raise ValueError(f"is not one of: auto, {', '.join(LANGUAGES)}")
        return language


_SEMANTIC = frozenset(
    {"model", "embedding_cache", "fusion", "vector_index", "min_candidates"}
    | {name for name in DocumentOptions.model_fields if name.startswith("embedder_")}
)
"""Options that say nothing to `retrieval="lexical"`."""


_OF_FILES = frozenset({"embedder_tokenizer", "embedder_pooling", "embedder_max_length"})
"""Options that say nothing to a callable, or to an embedder of somebody else."""

OF_PARSING = frozenset({"password", "isolation", "max_seconds", "max_memory_mb"})
"""Options that say nothing of texts, which are text already."""

OF_CUTTING = frozenset({"format", "chunk_size", "include_heading"})
"""Options that say nothing of chunks that somebody else made, each of which is a section of its own."""


class FolderOptions(DocumentOptions):
    """What `from_folder` takes. `source` and `format` are refused: each file of a folder has its own."""

    recursive: bool = True
    """Descend into subfolders."""
    gitignore: bool = True
    """Leave out what .gitignore files name."""
    ignore: Sequence[str] = ()
    """Further patterns to leave out, in .gitignore syntax."""
    hard_links: bool = False
    """Also read files that have further names (hard links) outside the folder."""
    workers: WholeNumber | None = Field(default=None, ge=1, le=256)
    """Processes that read and index files, and children that parse risky ones; by default one for each core."""
    persist: bool | None = None
    """Keep the index on disk, and the next time index only what has changed. By default it is kept if `index_dir` is given."""
    index_dir: str | Path | None = None
    """Where to keep it; by default `.secondhop` in the folder."""
    lock_timeout: float = Field(default=60.0, ge=0, le=86_400)
    """Seconds to wait while another process writes to the index."""
    options: DocumentOptions | None = None
    """A `DocumentOptions` object to take the rest from."""

    @model_validator(mode="before")
    @classmethod
    def _takes_up_nested(cls, values: Any) -> Any:
        nested = values.get("options") if isinstance(values, Mapping) else None
        if not isinstance(nested, FolderOptions):
            return values
        return nested.given | {name: value for name, value in values.items() if name != "options"}

    @field_validator("ignore", mode="before")
    @classmethod
    def _does_not_change(cls, value: Any) -> Any:
        if isinstance(value, (str, bytes)):
            raise ValueError("is one pattern; give a list of patterns")  # noqa: TRY004  for pydantic
        return tuple(value) if isinstance(value, Iterable) else value

    @field_validator("index_dir")
    @classmethod
    def _names_a_folder(cls, value: Any) -> Any:
        try:
            return None if value is None else as_path(value)
        except InputError:
            raise ValueError("is not the name of a folder") from None

    @model_validator(mode="after")
    def _of_many_files(self) -> FolderOptions:
        self.refuse({"source", "format"}, "{} cannot be given for a folder: each of its files has its own")
        return self

    @property
    def persists(self) -> bool:
        """Whether anything is to be kept on disk."""
        return self.index_dir is not None if self.persist is None else self.persist


def merge(model: type[_Model], options: _Options | None, keywords: Mapping[str, Any]) -> _Model:
    """One options object from either an object or keywords; giving both is an error."""
    if options is not None and keywords:
        names = ", ".join(sorted(keywords))
        raise OptionError(f"options= and keywords were both given ({names}); use one of them")
    if options is None:
        return model(**keywords)
    if not isinstance(options, _Options):
        raise OptionError(f"options={options!r} is not a DocumentOptions or FolderOptions object")
    nested = getattr(options, "options", None)
    given = (nested.given if nested else {}) | options.given
    given.pop("options", None)
    return model(**given)


def as_path(path: Any) -> Path:
    """A str or Path as a Path; anything else is an error that says so."""
    try:
        name = os.fspath(path)
    except TypeError:
        name = None
    if not isinstance(name, str):
        raise InputError(f"path={path!r} is neither a str nor a Path")
    if name == "":
        raise InputError("path='' is empty; the current folder is '.'")
    if "\0" in name:
        raise InputError(f"path={name!r} holds a NUL character")
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise InputError(f"path={name!r} holds half a character") from None
    return Path(name)


@contextmanager
def _json_errors() -> Iterator[None]:
    try:
        yield
    except PydanticSerializationError as error:
        raise OptionError(str(error).rpartition("OptionError: ")[2]) from error


def _instead_of(name: str, model: type[BaseModel]) -> str:
    """What to give instead of an option that the model does not have."""
    if name in FolderOptions.model_fields.keys() - DocumentOptions.model_fields.keys():
        return "; it is for from_folder"
    from difflib import get_close_matches  # a millisecond that only who has mistyped pays

    near = get_close_matches(name, model.model_fields, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{meant}; the options are: {', '.join(sorted(model.model_fields))}"


def _explain(error: ValidationError, model: type[BaseModel]) -> str:
    whys: dict[str, dict[str, None]] = {}
    for item in error.errors():
        name = ".".join(str(part) for part in item["loc"][:1]) or "options"
        given, why = f"{name}={item.get('input')!r}", str(item["msg"]).removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            given, why = f"unknown option {given}", _instead_of(name, model)
        elif item["type"] == "value_error":
            given, why = (f"{given} ", why) if item["loc"] else ("", why)
        else:
            given, why = f"{given}: ", f"{why[0].lower()}{why[1:]}"
        whys.setdefault(given, {})[why] = None
    # Of a union each member says what it takes.
    return "; ".join(given + " or ".join(said).replace(" or input should be ", " or ") for given, said in whys.items())
