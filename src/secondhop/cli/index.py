"""`secondhop index`: the stored index of a folder, built, looked at, checked, repaired and compacted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from secondhop.cli.options import AsJson, HardLinks, Ignore, ProgressBar, as_path, needs_command
from secondhop.cli.output import ANSWERED, NOTHING_FOUND, UNREADABLE, fail, print_found
from secondhop.errors import SourceNotFoundError, StoreError
from secondhop.options import FolderOptions
from secondhop.persistence import IndexedFolder, compact_folder, index_folder, load_folder, made_with, open_folder
from secondhop.storage import IndexStore, StoreStatus

index = typer.Typer(help="The stored index of a folder.")
index.callback(invoke_without_command=True)(needs_command)


def _as_folder(value: str | Path) -> Path:
    path = as_path(value)
    if path.is_file():
        raise typer.BadParameter(f"{path} is a file, and an index is of a folder")
    return path


Folder = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", help="The folder that is indexed.", show_default=False, parser=_as_folder),
]
IndexDir = Annotated[
    Path | None,
    typer.Option(
        "--index-dir", metavar="DIR", help="Where the index is.", show_default="FOLDER/.secondhop", parser=as_path
    ),
]
Timeout = Annotated[float, typer.Option("--timeout", metavar="S", help="Seconds to wait for another writer.")]


@index.command()
def build(
    folder: Folder,
    index_dir: IndexDir = None,
    ignore: Ignore = None,
    hard_links: HardLinks = False,
    timeout: Timeout = 60.0,
    verify: Annotated[bool, typer.Option("--verify", help="Read every file, whatever its times say.")] = False,
    as_json: AsJson = False,
) -> int:
    """Builds the index, or brings it up to date."""
    options = _as_it_was_made(folder, index_dir, ignore, hard_links, timeout)
    with ProgressBar() as bar:
        built = open_folder(folder, options, verify="content" if verify else "stat", progress=bar)
    return _show(built, as_json)


@index.command()
def status(folder: Folder, index_dir: IndexDir = None, as_json: AsJson = False) -> int:
    """What is in the index, without a look at the files."""
    found = load_folder(folder, _options(index_dir))
    if found is None:
        return _none(folder, index_dir, as_json)
    return _show(found, as_json)


@index.command()
def verify(folder: Folder, index_dir: IndexDir = None, as_json: AsJson = False) -> int:
    """Checks every byte of the index. Exits with 1 if any is damaged."""
    store = _store(folder, index_dir)
    problems = store.verify()
    if not problems and store.manifest() is None:
        return _none(folder, index_dir, as_json)
    found = {"problems": [{"path": each.path, "reason": each.reason} for each in problems]}
    print_found(found, [f"{each.path}: {each.reason}" for each in problems] or ["no damage found"], as_json)
    return NOTHING_FOUND if problems else ANSWERED


@index.command()
def repair(
    folder: Folder,
    index_dir: IndexDir = None,
    ignore: Ignore = None,
    hard_links: HardLinks = False,
    timeout: Timeout = 60.0,
    as_json: AsJson = False,
) -> int:
    """Builds the index again from the files, whatever is stored."""
    options = _as_it_was_made(folder, index_dir, ignore, hard_links, timeout)
    with ProgressBar() as bar:
        return _show(open_folder(folder, options, rebuild=True, progress=bar), as_json)


@index.command()
def compact(folder: Folder, index_dir: IndexDir = None, timeout: Timeout = 60.0, as_json: AsJson = False) -> int:
    """Merges the index into one segment and removes what is no longer used."""
    found = compact_folder(folder, _options(index_dir, lock_timeout=timeout))
    return _none(folder, index_dir, as_json) if found is None else _show(found, as_json)


def _options(index_dir: Path | None, **values: Any) -> FolderOptions:
    return FolderOptions(persist=True, index_dir=index_dir, **values)


def _as_it_was_made(
    folder: Path, index_dir: Path | None, ignore: Sequence[str] | None, hard_links: bool, timeout: float
) -> FolderOptions:
    """The options that the index was made with, so that whoever else opens it finds what is in it as it was."""
    kept = made_with(folder, index_dir)
    if ignore:
        kept["ignore"] = tuple(ignore)
    if hard_links:
        kept["hard_links"] = True
    return _options(index_dir, lock_timeout=timeout, **kept)


def _store(folder: Path, index_dir: Path | None) -> IndexStore:
    return IndexStore(index_folder(folder, _options(index_dir)))


def _none(folder: Path, index_dir: Path | None, as_json: bool) -> int:
    if not folder.is_dir():
        raise SourceNotFoundError(folder, "no such folder")
    place = _store(folder, index_dir).folder
    print_found({"index": None}, [f"{place}: there is no index; make one with secondhop index build"], as_json)
    return NOTHING_FOUND


def _show(found: IndexedFolder, as_json: bool) -> int:
    store = IndexStore(index_folder(found.root, found.options))
    try:
        state = store.status()
    except StoreError:  # what could not be written is not there to be looked at
        state = StoreStatus(None, 0, 0, None)
    told = _described(found, state)
    lines = [*_lines(told), "", *str(found.report).splitlines()]
    print_found({"index": told, "report": found.report.to_dict()}, lines, as_json)
    return fail(found.notes[-1], UNREADABLE) if found.in_memory else ANSWERED


def _described(found: IndexedFolder, state: StoreStatus) -> dict[str, Any]:
    manifest, writer = state.manifest, state.writer
    return {
        "generation": 0 if manifest is None else manifest.generation,
        "digest": None if manifest is None else manifest.digest,
        "segments": 0 if manifest is None else len(manifest.segments),
        "tombstones": 0 if manifest is None else sum(len(each.tombstones) for each in manifest.segments),
        "bytes_used": state.bytes_used,
        "bytes_unused": state.bytes_unused,
        "chunks": len(found.snapshot),
        "language": found.snapshot.lexicon.analyzer.language,
        "writer": None if writer is None else {"pid": writer.pid, "host": writer.host, "since": writer.since},
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    segments = f"{told['segments']} segment{'s' * (told['segments'] != 1)}"
    yield f"generation {told['generation']}, {segments}, {told['tombstones']} tombstones, language {told['language']}"
    yield f"{told['bytes_used']:,} bytes used, {told['bytes_unused']:,} to be removed by the next writer"
    if told["digest"] is not None:
        yield f"digest {told['digest']}"
    if (writer := told["writer"]) is not None:
        yield f"being written by process {writer['pid']} on {writer['host']} since {writer['since']}"
