"""Corpora for the speed benchmark, made from any folder of documentation.

    python tests/benchmarks/speed_corpora.py DOCS OUT [--sizes 1000,10000,100000,1000000]

DOCS is a tree of text files (`.txt`, `.md`, `.rst`, also gzipped), for instance what the Debian packages linux-doc,
postgresql-doc, git-doc and python3-doc unpack to. OUT gets `docs/` (copies of the files), `text_N.txt` (paragraphs of
about 96 words, N of them; where the files have fewer, further ones are spliced from halves of two, with some words
exchanged) and `queries.json` (400 questions of 6 to 12 words, made of runs of words of the first paragraphs).
"""

import argparse
import gzip
import json
import random
import re
from pathlib import Path

WORDS = 96
SUFFIXES = (".txt", ".md", ".rst")
HEADS = ["how does", "what is", "when should", "why does", "how do i", "what happens if", "where is", "can you"]
STOPWORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "and",
        "or",
        "is",
        "are",
        "in",
        "on",
        "for",
        "with",
        "that",
        "this",
        "it",
        "be",
        "as",
    ]
)


def read(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", "replace")


def paragraphs(text):
    words, found = [], []
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])|\n\s*\n", text):
        words += sentence.split()
        while len(words) >= WORDS:
            found.append(" ".join(words[:WORDS]))
            words = words[WORDS:]
    return [*found, " ".join(words)] if len(words) > WORDS // 3 else found


def spliced(real, n, draw):
    """Paragraphs that are not in the files, of their words: for sizes beyond them."""
    vocabulary = sorted({word for text in real[:50_000] for word in text.split()})
    made = list(real[:n])
    while len(made) < n:
        one, other = draw.choice(real).split(), draw.choice(real).split()
        words = one[: len(one) // 2] + other[len(other) // 2 :]
        for _ in range(len(words) // 20):
            words[draw.randrange(len(words))] = draw.choice(vocabulary)
        made.append(" ".join(words))
    return made


def questions(texts, n, draw):
    found = []
    while len(found) < n:
        words = re.findall(r"[A-Za-z][A-Za-z_\-]{1,20}", draw.choice(texts))
        if len(words) < 30:
            continue
        start, length = draw.randrange(len(words) - 12), draw.randint(4, 8)
        span = words[start : start + length]
        if sum(word.lower() not in STOPWORDS for word in span) >= 3:
            found.append(f"{draw.choice(HEADS)} {' '.join(span)}?".lower())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    options = parser.parse_args()
    draw, texts = random.Random(1), []
    for path in sorted(options.docs.rglob("*")):
        name = path.name.removesuffix(".gz")
        if not name.endswith(SUFFIXES) or path.is_symlink() or not path.is_file():
            continue
        text = read(path)
        if len(text) < 200:
            continue
        copy = options.out / "docs" / path.relative_to(options.docs).with_name(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)
        texts += paragraphs(text)
    texts = list(dict.fromkeys(texts))
    draw.shuffle(texts)
    sizes = sorted(int(size) for size in options.sizes.split(","))
    everything = spliced(texts, sizes[-1], draw)
    for size in sizes:
        (options.out / f"text_{size}.txt").write_text("\n\n".join(everything[:size]))
    (options.out / "queries.json").write_text(json.dumps(questions(texts[:1000], 400, draw), indent=0))
    print(f"{len(texts)} real paragraphs; sizes {sizes}")


if __name__ == "__main__":
    main()
