"""Pages per CPU second and word recall on real PDF files: ours, redhop, pypdfium2 and pypdf, one after another.

    python tests/benchmarks/pdf.py DATA [--limit N] [--rounds N] [--without pypdf]

DATA holds `dev/financebench/pdfs/`. Every file is read by each system in turn, so that a busy machine is busy for all.
The time is this process's CPU time with all its threads; the best of the rounds counts. Recall is the share of the
words of a page, counted as often as they occur, that pypdfium2 and pypdf both find and the system's text of the whole
file holds too. redhop is measured through `Document.from_file`, its only way in, and ours also through ours; redhop
repeats text between its chunks, which can only raise its recall.
"""

import argparse
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pypdf
import pypdfium2

from secondhop import Document
from secondhop.loading import load_file

WORD = re.compile(r"\w+")


def ours(path):
    return load_file(path).text


def ours_in_chunks(path):
    return "\n".join(chunk.text for chunk in Document.from_file(path, isolation="none").chunks)


def redhop(path):
    """Loading is timed; its text can only be had by asking for every chunk afterwards."""
    import redhop as peer

    options = peer.DocumentOptions(
        strategy="raw_topk", token_budget=10_000_000, candidate_k=100_000, candidate_pool=100_000
    )
    document = peer.Document.from_file(str(path), options=options)
    return lambda: document.context(" ".join(word for word, _ in words(by_pypdfium2(path)).most_common(200))).text()


def by_pypdfium2(path):
    with pypdfium2.PdfDocument(path) as pdf:
        texts = []
        for page in pdf:
            textpage = page.get_textpage()
            texts.append(textpage.get_text_range())
            textpage.close()
            page.close()
    return "\n".join(texts)


def by_pypdf(path):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


SYSTEMS = {
    "secondhop": ours,
    "secondhop, indexed": ours_in_chunks,
    "redhop": redhop,
    "pypdfium2": by_pypdfium2,
    "pypdf": by_pypdf,
}


def words(text):
    return Counter(WORD.findall(text.lower()))


def measure(system, path):
    """CPU seconds, and the text."""
    start = time.process_time()
    text = system(path)
    seconds = time.process_time() - start
    return seconds, text() if callable(text) else text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, help="at most this many files")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--without", nargs="+", default=[], choices=list(SYSTEMS))
    arguments = parser.parse_args()
    systems = {name: system for name, system in SYSTEMS.items() if name not in arguments.without}
    paths = sorted((arguments.data / "dev" / "financebench" / "pdfs").glob("*.pdf"))[: arguments.limit]
    spent, found, pages = defaultdict(float), defaultdict(dict), 0
    for path in paths:
        with pypdfium2.PdfDocument(path) as pdf:
            pages += len(pdf)
        best = dict.fromkeys(systems, float("inf"))
        for number in range(arguments.rounds):
            for name, system in systems.items():
                if number and name == "pypdf":  # twenty times slower; once tells enough
                    continue
                try:
                    seconds, text = measure(system, path)
                except Exception as error:
                    print(f"{name}: {path.name}: {error!r}", file=sys.stderr)
                    continue
                best[name] = min(best[name], seconds)
                found[name][path] = words(text)
        for name in systems:
            spent[name] += best[name]
    print(f"{len(paths)} files, {pages} pages\n")
    print("| system | pages per CPU second | word recall | words |\n| --- | ---: | ---: | ---: |")
    extractors = [name for name in ("pypdfium2", "pypdf") if name in systems]
    for name in systems:
        held = total = 0
        for path in paths:
            wanted = found[extractors[0]][path]
            for other in extractors[1:]:
                wanted = wanted & found[other][path]
            held += (wanted & found[name].get(path, Counter())).total()
            total += wanted.total()
        print(
            f"| {name} | {pages / spent[name]:.0f} | {held / total:.3f} | {sum(w.total() for w in found[name].values()):,} |"
        )


if __name__ == "__main__":
    main()
