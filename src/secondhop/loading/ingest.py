"""Many files to texts: risky ones in parallel in child processes, the others here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from time import perf_counter
from typing import TYPE_CHECKING

from secondhop.errors import LoadError, MissingExtraError
from secondhop.loading.folder import FolderFile
from secondhop.loading.parsing import MAX_BYTES
from secondhop.loading.pool import CannotStartError, ParserPool
from secondhop.loading.reading import read_file
from secondhop.types import SourceText

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Ingested:
    """One file as it came out: a text, or the reason why there is none."""

    source: str
    text: SourceText | None
    error: LoadError | MissingExtraError | None = None
    ms: float = 0.0
    digest: bytes = b""
    """Of the bytes that were read, if that was asked for and they could be; empty if no child could be had to parse them."""

    @classmethod
    def timed(cls, load: Callable[[], SourceText]) -> Ingested:
        """The text that a call loads. What it raises is raised."""
        began = perf_counter()
        text = load()
        return cls(text.source, text, None, 1e3 * (perf_counter() - began))

    @property
    def reason(self) -> str:
        """Why there is no text."""
        return self.error.reason if isinstance(self.error, LoadError) else str(self.error)


def load_files(
    files: Sequence[FolderFile],
    pool: ParserPool,
    *,
    root: str,
    password: str | None = None,
    digests: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Iterator[Ingested]:
    """Each file's text or error, in the order of the files.

    Files for children are read and parsed in threads that wait for them, ahead of their turn; the others here, in turn.
    When the caller stops early or is interrupted, the children are ended.

    Args:
        files: what `walk_folder` found.
        pool: where risky files are parsed. It is closed at the end.
        root: the folder, out of which no link may lead.
        password: for encrypted files.
        digests: say of each file what its content was.
        progress: called with (files done, files in all, source) before each file's turn.
    """
    load = partial(_load, pool=pool, root=root, password=password, digests=digests)
    ahead: dict[int, Future[Ingested]] = {}
    threads: ThreadPoolExecutor | None = None
    try:
        # Where no threads can be started, as when the main thread has ended before this one, all is read here, in turn.
        with contextlib.suppress(RuntimeError):
            from concurrent.futures import ThreadPoolExecutor

            threads = ThreadPoolExecutor(pool.workers, "secondhop-load")
            for number, file in enumerate(files):
                if pool.isolates(file.path, None):
                    ahead[number] = threads.submit(load, file)
        for number, file in enumerate(files):
            if progress is not None:
                progress(number, len(files), file.source)
            yield ahead.pop(number).result() if number in ahead else load(file)
    finally:
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
        pool.close()
        if threads is not None:
            threads.shutdown()


def _load(file: FolderFile, *, pool: ParserPool, root: str, password: str | None, digests: bool) -> Ingested:
    began, digest = perf_counter(), b""
    try:
        data = read_file(file.path, file.source, MAX_BYTES, root)
        digest = content_digest(data) if digests else b""  # of the same bytes that are parsed
        text = pool.parse(data, file.source, password=password)
    except (LoadError, MissingExtraError) as error:
        if isinstance(error.__cause__, CannotStartError):
            digest = b""  # it says nothing of the file, which is to be tried again
        return Ingested(file.source, None, error, 1e3 * (perf_counter() - began), digest)
    return Ingested(file.source, text, None, 1e3 * (perf_counter() - began), digest)


def content_digest(data: bytes) -> bytes:
    """What tells one content from another: 16 bytes."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()
