"""What becomes of awkward files: expectation, ours, and what a reference parser did, one row for each file.

    python tests/benchmarks/awkward.py DATA

DATA holds `dev/awkward/manifest.csv` and `dev/awkward/files/`. Ends with status 1 if a row is not as expected.
"""

import argparse
import csv
import sys
import time
from pathlib import Path

from secondhop import SecondhopError
from secondhop.errors import NoTextError
from secondhop.loading import load_file

SECONDS = 20.0
ROW = "{:<44} {:<22} {:<5} {:>6} s  {:<70} | {}"


def outcome(path):
    """What loading gives (`text`, `no_text`, `error` or `crash`), in words, and the seconds it took."""
    start = time.perf_counter()
    try:
        loaded = load_file(path, source=path.name)
    except NoTextError as error:
        return "no_text", f"{type(error).__name__}: {error.reason}", time.perf_counter() - start
    except SecondhopError as error:
        return "error", f"{type(error).__name__}: {getattr(error, 'reason', error)}", time.perf_counter() - start
    except Exception as error:
        return "crash", repr(error), time.perf_counter() - start
    pages = loaded.metadata.get("page_count", "")
    words = f"{len(loaded.text):,} characters{f' on {pages} pages' if pages else ''}. {' '.join(loaded.warnings)}"
    return "text", words, time.perf_counter() - start


def is_as_expected(expected, found, seconds):
    """Whether the outcome is one that the manifest allows. A file without text may say so as its clear error."""
    allowed = {
        "parses": {"text"},
        "parses_no_text": {"no_text"},
        "clear_error": {"error", "no_text"},
        "parses_or_clear_error": {"text", "error", "no_text"},
    }[expected]
    return found in allowed and seconds <= SECONDS


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data / "dev" / "awkward"
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    met = slowest = 0
    for row in rows:
        found, words, seconds = outcome(folder / "files" / row["file"])
        good = is_as_expected(row["expected"], found, seconds)
        met += good
        slowest = max(slowest, seconds)
        reference = f"{row['observed']}, {row['observed_chars'] or '-'} characters"
        print(
            ROW.format(
                row["file"], row["expected"], "ok" if good else "NOT", f"{seconds:.2f}", words[:70], reference[:80]
            )
        )
    print(f"{met} of {len(rows)} as expected; the slowest took {slowest:.1f} s")
    sys.exit(met < len(rows))


if __name__ == "__main__":
    main()
