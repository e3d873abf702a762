"""Every error secondhop raises on purpose.

    SecondhopError
    ├── InputError (also ValueError)            a value that the caller passed
    │   ├── OptionError                         an unknown option or strategy, a number out of range
    │   └── EmptyTextError                      nothing to index
    ├── LoadError                               a file that could not become text; carries `source`
    │   ├── SourceNotFoundError (also FileNotFoundError)
    │   ├── UnsupportedFormatError              no loader for this kind of file
    │   ├── CorruptFileError                    the bytes are not what the format promises
    │   ├── PasswordRequiredError               encrypted, and no (or the wrong) password was given
    │   ├── NoTextError                         opens, but holds no text (a scan, an empty file)
    │   ├── FileTooLargeError                   over the size limit
    │   ├── ResourceLimitError                  took more time or memory than a file may
    │   └── ParserCrashedError                  the process that parsed it died
    ├── StoreError                              an index on disk; carries `path`
    │   ├── IndexCorruptError                   its bytes are not those that were written
    │   ├── IndexVersionError                   written in a format that this version does not read
    │   ├── IndexLockedError                    another process is writing; carries `pid`, `host`, `since`
    │   └── NoSpaceError                        the disk is full; the index is as it was
    ├── ModelError                              a model that cannot be used; carries `model`
    │   ├── ModelNotFoundError                  not on this machine, and not to be fetched
    │   └── ModelIntegrityError                 damaged, not the file that was recorded, or unsafe to open
    └── MissingExtraError (also ImportError)    an optional dependency is not installed

Messages name the file or the value and say what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SecondhopError(Exception):
    """Base of all errors that secondhop raises on purpose."""


class InputError(SecondhopError, ValueError):
    """A value that the caller passed cannot be used."""


class OptionError(InputError):
    """An option is unknown or its value is not allowed."""

    @classmethod
    def choice(cls, name: str, value: object, choices: Iterable[str]) -> OptionError:
        """An error that names the option, the value it got and the values it takes."""
        return cls(f"{name}={value!r} is not one of: {', '.join(choices)}")


class EmptyTextError(InputError):
    """The text to index is empty or only whitespace."""


class LoadError(SecondhopError):
    """A source could not be turned into text.

    Attributes:
        source: the path or label of what was being loaded.
        reason: the cause, without the source.
    """

    def __init__(self, source: object, reason: str) -> None:
        self.source = str(source)
        self.reason = reason
        super().__init__(f"{self.source}: {reason}")

    def __reduce__(self) -> tuple[type[LoadError], tuple[str, str]]:
        """Errors cross process borders; both parts travel."""
        return type(self), (self.source, self.reason)


class SourceNotFoundError(LoadError, FileNotFoundError):
    """The file or folder does not exist."""


class UnsupportedFormatError(LoadError):
    """No loader handles this kind of file."""


class CorruptFileError(LoadError):
    """The bytes are damaged, or are not of the format that the name promises."""


class PasswordRequiredError(LoadError):
    """The file is encrypted and no password, or the wrong one, was given."""


class NoTextError(LoadError):
    """The file opens but holds no text, for example a scan without a text layer."""


class FileTooLargeError(LoadError):
    """The file is larger than the limit for its format."""


class ResourceLimitError(LoadError):
    """Parsing took more time or memory than one file may take."""


class ParserCrashedError(LoadError):
    """The child process that parsed the file died; this process and the other files are unharmed."""


class StoreError(SecondhopError):
    """An index on disk could not be read or written.

    Attributes:
        path: the file or folder.
        reason: the cause, without the path.
    """

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders with all their parts."""
        return type(self), (self.path, self.reason)


class IndexCorruptError(StoreError):
    """A file of the index is missing, or its bytes are not those that were written."""


class IndexVersionError(StoreError):
    """The index has a format that this version of secondhop does not read."""


class IndexLockedError(StoreError):
    """Another process is writing to the index.

    Attributes:
        pid: its process id, None if it has not said yet.
        host: the machine that it runs on.
        since: when it began, in ISO 8601, UTC.
    """

    def __init__(self, path: object, pid: int | None, host: str | None, since: str | None) -> None:
        self.pid = pid
        self.host = host
        self.since = since
        writer = "another process" if pid is None else f"process {pid} on {host} since {since}"
        super().__init__(
            path, f"{writer} is writing to this index; wait for it, or give a larger lock_timeout= (--timeout)"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """All parts travel across process borders."""
        return type(self), (self.path, self.pid, self.host, self.since)


class NoSpaceError(StoreError):
    """The disk, the quota or the file size limit is exhausted. What was in the index is still there.

    Attributes:
        needed: the size in bytes of the file that did not fit; 0 if no room was left for its name.
    """

    def __init__(self, path: object, needed: int) -> None:
        self.needed = needed
        wanted = f" for {needed:,} bytes" if needed else ""
        super().__init__(path, f"no space left{wanted}; free some and write again, the index is as it was")

    def __reduce__(self) -> tuple[Any, ...]:
        """Both parts travel across process borders."""
        return type(self), (self.path, self.needed)


class ModelError(SecondhopError):
    """An embedding or reranking model cannot be used.

    Attributes:
        model: its name, folder or file.
        reason: the cause, without the model.
    """

    def __init__(self, model: object, reason: str) -> None:
        self.model = str(model)
        self.reason = reason
        super().__init__(f"{self.model}: {reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders; both parts travel."""
        return type(self), (self.model, self.reason)


class ModelNotFoundError(ModelError):
    """The model is not on this machine, and could not or must not be fetched."""


class ModelIntegrityError(ModelError):
    """A file of the model is damaged, is not the one that was recorded, or would reach outside its folder."""


class MissingExtraError(SecondhopError, ImportError):
    """An optional dependency is needed; the message names the extra that brings it."""

    def __init__(self, module: str, extra: str) -> None:
        self.module = module
        self.extra = extra
        super().__init__(f"{module} is not installed: pip install 'secondhop[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        """Both parts travel across process borders."""
        return type(self), (self.module, self.extra)
