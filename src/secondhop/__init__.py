"""secondhop: the passages that a language model sees, chosen within an exact token budget, with the reasons.

    import secondhop

    doc = secondhop.Document.from_file("contract.pdf")
    context = doc.context("What is the governing law?", budget=2000)
    context.text(), context.citations, context.report

Public names are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from secondhop.document import Document as Document
    from secondhop.errors import CorruptFileError as CorruptFileError
    from secondhop.errors import EmptyTextError as EmptyTextError
    from secondhop.errors import FileTooLargeError as FileTooLargeError
    from secondhop.errors import IndexCorruptError as IndexCorruptError
    from secondhop.errors import IndexLockedError as IndexLockedError
    from secondhop.errors import IndexVersionError as IndexVersionError
    from secondhop.errors import InputError as InputError
    from secondhop.errors import LoadError as LoadError
    from secondhop.errors import MissingExtraError as MissingExtraError
    from secondhop.errors import ModelError as ModelError
    from secondhop.errors import ModelIntegrityError as ModelIntegrityError
    from secondhop.errors import ModelNotFoundError as ModelNotFoundError
    from secondhop.errors import NoSpaceError as NoSpaceError
    from secondhop.errors import NoTextError as NoTextError
    from secondhop.errors import OptionError as OptionError
    from secondhop.errors import ParserCrashedError as ParserCrashedError
    from secondhop.errors import PasswordRequiredError as PasswordRequiredError
    from secondhop.errors import ResourceLimitError as ResourceLimitError
    from secondhop.errors import SecondhopError as SecondhopError
    from secondhop.errors import SourceNotFoundError as SourceNotFoundError
    from secondhop.errors import StoreError as StoreError
    from secondhop.errors import UnsupportedFormatError as UnsupportedFormatError
    from secondhop.loading import register_loader as register_loader
    from secondhop.options import ContextOptions as ContextOptions
    from secondhop.options import DocumentOptions as DocumentOptions
    from secondhop.options import FolderOptions as FolderOptions
    from secondhop.persistence import Refresh as Refresh
    from secondhop.reporting import Context as Context
    from secondhop.reporting import DecisionReport as DecisionReport
    from secondhop.reporting import ReportWarning as ReportWarning
    from secondhop.reporting import report_to_dict as report_to_dict
    from secondhop.retrieved import analyze_context as analyze_context
    from secondhop.retrieved import build_context as build_context
    from secondhop.retrieved import context_economics as context_economics
    from secondhop.retrieved import filter_context as filter_context
    from secondhop.retrieved import grounding_score as grounding_score
    from secondhop.retrieved import link_strength as link_strength
    from secondhop.telemetry import instrument as instrument
    from secondhop.telemetry import uninstrument as uninstrument
    from secondhop.types import Budget as Budget
    from secondhop.types import Chunk as Chunk
    from secondhop.types import Citation as Citation
    from secondhop.types import Decision as Decision
    from secondhop.types import Hit as Hit
    from secondhop.types import Passage as Passage
    from secondhop.types import Query as Query
    from secondhop.types import Ranking as Ranking
    from secondhop.types import Reason as Reason
    from secondhop.types import Section as Section
    from secondhop.types import Selection as Selection
    from secondhop.types import SourceText as SourceText
    from secondhop.types import TokenCounter as TokenCounter
    from secondhop.watching import FolderWatch as FolderWatch
    from secondhop.watching import WatchEvent as WatchEvent
    from secondhop.watching import watch as watch

_HOMES = {
    "document": ("Document",),
    "errors": (
        "CorruptFileError", "EmptyTextError", "FileTooLargeError", "IndexCorruptError", "IndexLockedError",
        "IndexVersionError", "InputError", "LoadError", "MissingExtraError", "ModelError", "ModelIntegrityError",
        "ModelNotFoundError", "NoSpaceError", "NoTextError",
        "OptionError", "ParserCrashedError", "PasswordRequiredError", "ResourceLimitError", "SecondhopError",
        "SourceNotFoundError", "StoreError", "UnsupportedFormatError",
    ),
    "loading": ("register_loader",),
    "options": ("ContextOptions", "DocumentOptions", "FolderOptions"),
    "persistence": ("Refresh",),
    "reporting": ("Context", "DecisionReport", "ReportWarning", "report_to_dict"),
    "retrieved": (
        "analyze_context", "build_context", "context_economics", "filter_context", "grounding_score", "link_strength",
    ),
    "telemetry": ("instrument", "uninstrument"),
    "types": (
        "Budget", "Chunk", "Citation", "Decision", "Hit", "Passage", "Query", "Ranking", "Reason", "Section",
        "Selection", "SourceText", "TokenCounter",
    ),
    "watching": ("FolderWatch", "WatchEvent", "watch"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = sorted([*_HOME_OF, "__version__"])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'secondhop' has no attribute {name!r}")
    value = getattr(import_module(f"secondhop.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
