"""What the index on disk costs: writing and opening 100 MB, and the table of 5,750 files.

python tests/benchmarks/store.py [FOLDER]    FOLDER: on the disk to be measured; by default where temporary files go

Best of five; CPU time is of this process. The files are in the page cache.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from secondhop.indexing.strings import Strings
from secondhop.storage import IndexStore

FILES = 5_750


def measure(name, work):
    best_cpu = best_wall = float("inf")
    for _ in range(5):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        best_cpu = min(best_cpu, time.process_time() - cpu)
        best_wall = min(best_wall, time.perf_counter() - wall)
    print(f"{name:40} CPU {best_cpu * 1e3:7.2f} ms   wall {best_wall * 1e3:7.2f} ms")
    return result


def file_table(draw):
    names = Strings.of([f"docs/package_{i % 60}/section_{i % 17}/page_{i}.md" for i in range(FILES)])
    stat = draw.integers(0, 1 << 60, (FILES, 4))
    return {
        "source": names.data,
        "bounds": names.offsets,
        "stat": stat,
        "digest": draw.integers(0, 256, (FILES, 16), np.uint8),
    }


def as_dict(table):
    sources = Strings(table["source"], table["bounds"])
    digests = table["digest"].tobytes()
    return {
        source: (*row, digests[16 * number : 16 * number + 16])
        for number, (source, row) in enumerate(zip(sources, table["stat"].tolist(), strict=True))
    }


def main(folder):
    draw = np.random.default_rng(1)
    large = {f"array {number}": draw.integers(0, 256, 5_000_000, np.uint8) for number in range(20)}
    table = file_table(draw)
    store = IndexStore(Path(folder) / "index")

    def write(arrays, n_kept):
        with store.write() as transaction:
            kept = transaction.manifest.segments[:n_kept] if transaction.manifest else ()
            entry = transaction.add_segment(arrays)
            transaction.commit(fingerprint="benchmark", segments=[*kept, entry], table=table)

    measure("write 100 MB, down to the disk", lambda: write(large, 0))
    whole = measure("open 100 MB, every byte checked", store.load)
    measure("read the manifest", store.manifest)
    measure("add a segment of 80 kB", lambda: write({"small": np.arange(10_000)}, 1))
    measure("open again, the 100 MB being open", lambda: store.load(previous=whole))
    assert len(measure(f"table of {FILES:,} files as a dict", lambda: as_dict(whole.table))) == FILES


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as scratch:
        main(scratch)
