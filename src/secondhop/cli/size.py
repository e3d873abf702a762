"""`secondhop size`: what vectors take, by formula, and beside a measurement if asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from secondhop.cli.options import AsJson
from secondhop.cli.output import ANSWERED, print_found
from secondhop.errors import OptionError
from secondhop.retrieval.semantic.sizes import MARGIN, Estimate, estimate, measure

Chunks = Annotated[int, typer.Argument(metavar="CHUNKS", help="How many chunks.", show_default=False)]
Dims = Annotated[int, typer.Option("--dims", metavar="N", help="Dimensions of a vector.")]
Index = Annotated[str, typer.Option("--index", metavar="KIND", help="flat, hnsw, ivf or pq.")]
Measure = Annotated[bool, typer.Option("--measure", help="Also build one over random vectors (at most 20,000).")]


def size(
    chunks: Chunks, dims: Dims = 384, index: Index = "flat", measured: Measure = False, as_json: AsJson = False
) -> int:
    """Bytes that the vectors of so many chunks take, and the index over them. Formulas are shown with their terms."""
    for name, value in (("CHUNKS", chunks), ("--dims", dims)):
        if value < 1:
            raise OptionError(f"{name}={value} is not a positive number")
    planned = estimate(chunks, dims, index)
    found = measure(chunks, dims, index) if measured else None
    told = {**planned.to_dict(), "measured": None if found is None else found.to_dict()}
    print_found(told, _lines(planned, found), as_json)
    return ANSWERED


def _lines(planned: Estimate, found: Any) -> Iterator[str]:
    yield f"{planned.chunks:,} chunks, {planned.dims} dimensions, index {planned.index}:"
    yield f"  vectors  {_mb(planned.vectors)}  = {planned.chunks:,} x {planned.dims} x 4 bytes, in a file mapped into memory"
    yield f"  index    {_mb(planned.overhead)}  = {planned.formula}"
    yield f"  margin   {_mb(planned.margin)}  = {MARGIN:.0%} of both"
    yield f"  in all   {_mb(planned.total)}"
    if found is not None:
        yield ""
        yield f"Measured over {found.chunks:,} random vectors:"
        yield f"  index    {_mb(found.overhead)}, by the formula {_mb(found.planned)}"
        yield f"  search   {found.milliseconds:.2f} ms for the 10 nearest, recall against exact search {found.recall:.3f}"


def _mb(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:9,.1f} MB"
