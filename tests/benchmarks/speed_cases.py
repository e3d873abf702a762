"""What is measured of each system, in a process of its own: `python speed_cases.py CASE SYSTEM CORPUS SIZE`.

Prints one line of JSON. Seconds and milliseconds are CPU time of all threads of the process, and wall time beside it;
memory is what the process had at most while it built, less what it had before, with the text read. Linux only.
"""

import json
import re
import resource
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

QUERIES = 200


class Memory:
    """How much more resident memory a block had at most than its process had before: `mb`."""

    def __enter__(self):
        Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
        self.before = self._peak()
        return self

    def __exit__(self, *exception):
        self.mb = self._peak() - self.before

    @staticmethod
    def _peak():
        return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


class Clock:
    """CPU and wall seconds of a block."""

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *exception):
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu


def latencies(ask, queries, name):
    for query in queries[:5]:
        ask(query)
    cpu, wall = [], []
    for query in queries[:QUERIES]:
        with Clock() as clock:
            ask(query)
        cpu.append(1e3 * clock.cpu)
        wall.append(1e3 * clock.wall)
    cpu.sort()
    wall.sort()
    middle, late = len(cpu) // 2, int(0.95 * len(cpu))
    return {f"{name}_p50": cpu[middle], f"{name}_p95": cpu[late], f"{name}_p50_wall": wall[middle]}


# ── whole contexts, from a text or a folder ──────────────────────────────────────────────────────────────────────────


def document_class(system):
    return import_module(system).Document


def ask_fully(document, query):
    """Retrieve, bridge, select, cite, report: what a caller who looks at all of it pays."""
    context = document.context(query)
    return context.text(), context.citations, context.report


def text_case(system, corpus, size):
    make, queries = document_class(system), json.loads((corpus / "queries.json").read_text())
    make.from_text("Warm up. Nothing more.").context("warm")
    text = (corpus / f"text_{size}.txt").read_text()
    with Memory() as memory, Clock() as first:
        document = make.from_text(text)
        ask_fully(document, queries[0])
    return {
        "first_cpu": first.cpu, "first_wall": first.wall, "memory_mb": memory.mb, "chunks": document.n_chunks,
        **latencies(lambda query: ask_fully(document, query), queries, "context"),
    }  # fmt: skip


def persisted(system, folder, index):
    options = import_module(system).FolderOptions(persist=True, index_dir=str(index))
    return document_class(system).from_folder(str(folder), options=options)


def folder_case(system, corpus, size):
    make, queries = document_class(system), json.loads((corpus / "queries.json").read_text())
    make.from_text("Warm up. Nothing more.").context("warm")
    with Clock() as first:
        document = make.from_folder(str(corpus / size))
        ask_fully(document, queries[0])
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "first_cpu": first.cpu + children.ru_utime + children.ru_stime, "first_wall": first.wall,
        "chunks": document.n_chunks, **latencies(lambda query: ask_fully(document, query), queries, "context"),
    }  # fmt: skip


def small_case(system, corpus, size):
    """One document of some pages: cold, text to answer."""
    make, queries = document_class(system), json.loads((corpus / "queries.json").read_text())
    text = (corpus / "text_1000.txt").read_text()[: int(size)]
    make.from_text("Warm up. Nothing more.").context("warm")
    walls = []
    for round_ in range(5):
        with Clock() as clock:
            ask_fully(make.from_text(text + " " * round_), queries[round_])
        walls.append(clock.cpu)
    return {"first_cpu": sorted(walls)[2]}


def reload_case(system, corpus, size):
    """A persisted folder: reload with nothing changed, after three edits, after three deletions."""
    import shutil

    queries = json.loads((corpus / "queries.json").read_text())
    with tempfile.TemporaryDirectory() as place:
        folder, index = Path(place, "docs"), Path(place, "index")
        shutil.copytree(corpus / size, folder)
        time.sleep(3)  # files that were just written are read again to be sure

        def once():
            with Clock() as clock:
                ask_fully(persisted(system, folder, index), queries[0])
            return clock.cpu

        found = {"cold_cpu": once()}
        time.sleep(3)
        once()
        found["unchanged_cpu"] = once()
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in paths[10:400:150]:
            path.write_text(path.read_text(errors="replace") + "\n\nA sentence about zymurgy and lanterns.\n")
        found["edited_cpu"] = once()
        for path in paths[500:900:150]:
            path.unlink()
        found["deleted_cpu"] = once()
        return found


# ── retrieval alone, top 20 of given chunks ──────────────────────────────────────────────────────────────────────────


def _search_secondhop(chunks):
    from secondhop import Document

    document = Document.from_chunks(chunks)
    return lambda query: document.search(query, top_k=20)


def _search_rank_bm25(chunks):
    import numpy as np
    from rank_bm25 import BM25Okapi

    engine = BM25Okapi([chunk.lower().split() for chunk in chunks])
    return lambda query: np.argsort(-engine.get_scores(query.lower().split()))[:20]


def _search_bm25s(chunks):
    import bm25s

    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(chunks, show_progress=False), show_progress=False)
    return lambda query: engine.retrieve(
        bm25s.tokenize(query, show_progress=False), k=20, show_progress=False, n_threads=0
    )


def _search_tantivy(chunks):
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("body", stored=False, tokenizer_name="en_stem")
    schema = schema.add_integer_field("place", stored=True).build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for place, chunk in enumerate(chunks):
        writer.add_document(tantivy.Document(body=chunk, place=place))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(query):
        words = "".join(letter if letter.isalnum() else " " for letter in query)
        hits = searcher.search(index.parse_query(words, ["body"]), 20).hits
        return [searcher.doc(address)["place"] for _, address in hits]

    return search


def _search_langchain(chunks):
    from langchain_community.retrievers import BM25Retriever

    return BM25Retriever.from_texts(chunks, k=20).invoke


def _search_llama_index(chunks):
    from llama_index.core.schema import TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    retriever = BM25Retriever.from_defaults(nodes=[TextNode(text=chunk) for chunk in chunks], similarity_top_k=20)
    return retriever.retrieve


SEARCHES = {
    "secondhop": _search_secondhop, "rank-bm25": _search_rank_bm25, "bm25s": _search_bm25s,
    "tantivy": _search_tantivy, "langchain": _search_langchain, "llama-index": _search_llama_index,
}  # fmt: skip


def search_case(system, corpus, size):
    queries = json.loads((corpus / "queries.json").read_text())
    SEARCHES[system](["Warm up.", "Nothing more."] * 10)("warm")  # imports are no part of building
    chunks = (corpus / f"text_{size}.txt").read_text().split("\n\n")
    with Memory() as memory, Clock() as build:
        search = SEARCHES[system](chunks)
    return {"build_cpu": build.cpu, "memory_mb": memory.mb, **latencies(search, queries, "search")}


CASES = {
    "text": text_case, "folder": folder_case, "small": small_case, "reload": reload_case, "search": search_case,
}  # fmt: skip

if __name__ == "__main__":
    case, system, corpus, size = sys.argv[1:]
    print(json.dumps(CASES[case](system, Path(corpus), size)))
