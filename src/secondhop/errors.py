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
    │   └── FileTooLargeError                   over the size limit
    └── MissingExtraError (also ImportError)    an optional dependency is not installed

Messages name the file or the value and say what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable


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


class MissingExtraError(SecondhopError, ImportError):
    """An optional dependency is needed; the message names the extra that brings it."""

    def __init__(self, module: str, extra: str) -> None:
        self.module = module
        self.extra = extra
        super().__init__(f"{module} is not installed: pip install 'secondhop[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        """Both parts travel across process borders."""
        return type(self), (self.module, self.extra)
