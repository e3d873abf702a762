"""The command line: `secondhop ask`, `analyze`, `inspect`, `eval`, `index`, `doctor`, `size`. This file wires them.

Exit codes:
    0    answered
    1    nothing found: the context is empty; for eval: a golden set regressed; for index: damage, or no index
    2    the command line or an option is wrong
    3    the source could not be read, an extra is missing, or there was not enough memory
    130  interrupted
    141  whoever read the output went away
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import ValidationError

from secondhop import __version__
from secondhop.cli.ask import analyze, ask
from secondhop.cli.doctor import doctor
from secondhop.cli.eval import eval
from secondhop.cli.index import index
from secondhop.cli.inspect import inspect
from secondhop.cli.options import needs_command
from secondhop.cli.output import INTERRUPTED, READER_GONE, UNREADABLE, USAGE, fail, standard_output
from secondhop.cli.size import size
from secondhop.errors import EmptyTextError, InputError, SecondhopError

app = typer.Typer(
    name="secondhop",
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The passages that answer a question, within an exact token budget, with the reasons.",
)
app.command()(ask)
app.command()(analyze)
app.command()(inspect)
app.command()(eval)
app.command()(doctor)
app.command()(size)
app.add_typer(index, name="index")

# The base of what typer raises about a wrong command line; where it lives depends on typer's version.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        with standard_output():
            print(f"secondhop {__version__}")
        raise typer.Exit
    needs_command(context)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. The one place where errors become messages."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who called us; `print` would take the other one instead
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  open until the process ends
    try:
        code = app(args=None if arguments is None else list(arguments), prog_name="secondhop", standalone_mode=False)
    except EmptyTextError as error:
        return fail(error, UNREADABLE)
    except InputError as error:
        return fail(error, USAGE)
    except (SecondhopError, OSError) as error:
        return fail(error, UNREADABLE)
    except MemoryError as error:
        return fail(f"not enough memory: {error}", UNREADABLE)
    except SystemExit:  # what typer and rich do where the reader of a help has gone
        return READER_GONE
    except (typer.Abort, KeyboardInterrupt):
        return fail("interrupted", INTERRUPTED)
    except _USAGE_ERROR as error:
        return fail(_wrong_usage(error), USAGE)
    if code == INTERRUPTED:
        print("error: interrupted", file=sys.stderr)
    return code if isinstance(code, int) else 0


def _wrong_usage(error: Exception) -> str:
    message = str(getattr(error, "format_message", error.__str__)())
    if not isinstance(error.__cause__, ValidationError):
        return message
    values = dict.fromkeys(repr(each["input"]) for each in error.__cause__.errors())  # which typer leaves out
    return f"{message}: {', '.join(values)}"
