"""Error of the token estimate on real text, and the fit of its weights.

    python tests/benchmarks/token_estimate.py DATA VOCABULARY [--more KIND=GLOB ...] [--json FILE] [--fit FILE | --held-out]

DATA holds `corpora/*.jsonl` and `dev/*.jsonl`; VOCABULARY is a tiktoken cache folder with `o200k_base`. `--more` adds
kinds of text from files (`.po` files give their translations). `--held-out` fits on one half of the documents and
prints the errors on the other; `--fit` fits on all and writes the weights as a module.
"""

import argparse
import base64
import glob
import json
import os
import random
import re
import sys
import sysconfig
from pathlib import Path

import numpy as np

from secondhop.text.estimate import SCALE, byte_classes, estimate_tokens, paired_bytes

PASSAGES = ("hotpotqa", "2wikimultihopqa", "musique", "rgb_zh")
CORPORA = ("chunking_eval", "scifact", "cranfield", "fiqa_pool", "stackfaq", "product_docs", "cosqa", "codebase")
LANGUAGES = ("xquad_en", "xquad_ar", "xquad_hi", "xquad_ru", "xquad_th", "xquad_zh")
PROSE = {
    "hotpotqa",
    "2wikimultihopqa",
    "musique",
    "chunking_eval",
    "scifact",
    "fiqa_pool",
    "stackfaq",
    "product_docs",
    "xquad_en",
}
PROSE |= {"contracts", "agreements"}


def read(path):
    return Path(path).read_text(encoding="utf-8", errors="replace")


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def translations(text):
    """The translated strings of a gettext catalog."""
    found = re.findall(r'^msgstr(?:\[\d\])? ((?:".*"\n)+)', text, re.M)
    texts = ["".join(re.findall(r'"(.*)"', group)).replace("\\n", "\n").replace('\\"', '"') for group in found]
    return [text for text in texts[1:] if len(text) > 3]


def made_up(rng):
    """Texts that are awkward for a tokenizer: numbers, digests, rules and forms."""

    def record():
        point = [round(rng.random() * 100, 3), round(rng.uniform(-90, 90), 6)]
        return {
            "id": rng.randrange(10**6),
            "at": point,
            "ok": rng.random() < 0.5,
            "t": f"20{rng.randrange(10, 30)}-0{rng.randrange(1, 9)}-11T09:10:00Z",
        }

    def rules():
        return " ".join(
            rng.choice("_____.-=*#|+") * rng.randrange(1, 40) + rng.choice(["\n", "", "", "Name:"]) for _ in range(200)
        )

    return {
        "json_numbers": [json.dumps([record() for _ in range(60)], separators=(",", ":")) for _ in range(60)],
        "base64": ["\n".join(base64.b64encode(rng.randbytes(57)).decode() for _ in range(40)) for _ in range(40)],
        "hex": ["\n".join(rng.randbytes(32).hex() for _ in range(40)) for _ in range(40)],
        "rules": [rules() for _ in range(40)],
    }


def load(data, more):
    """Kind of text -> documents."""
    kinds = {
        name: list(dict.fromkeys(p["text"] for row in rows(data / f"dev/{name}.jsonl") for p in row["passages"]))
        for name in PASSAGES
    }
    kinds |= {
        name: [f"{row.get('title') or ''}\n{row['text']}" for row in rows(data / f"corpora/{name}.jsonl")]
        for name in (*CORPORA, *LANGUAGES)
    }
    kinds["contracts"] = [read(path) for path in sorted((data / "dev/cuad/docs").iterdir())]
    kinds["agreements"] = [row["text"] for row in rows(data / "dev/contractnli/docs.jsonl")]
    kinds["handbook"] = [read(path) for path in sorted((data / "corpora/handbook_docs").rglob("*.md"))]
    kinds["csv"] = [read(path) for path in sorted((data / "dev/awkward").rglob("*.csv"))]
    kinds["html"] = [read(path) for path in sorted((data / "dev/awkward").rglob("*.html"))]
    kinds["json"] = [
        json.dumps(row, separators=(",", ":"))[:6000]
        for row in rows(data / "dev/hotpotqa.jsonl")[:300] + rows(data / "dev/scifact.jsonl")
    ]
    kinds["python"] = [read(path) for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))]
    for spec in more:
        name, pattern = spec.split("=", 1)
        for path in sorted(glob.glob(pattern, recursive=True))[:400]:
            if path.endswith(".po"):
                kinds[f"{name}_{Path(path).parts[-3]}"] = translations(read(path))
            else:
                kinds.setdefault(name, []).append(read(path))
    kinds |= made_up(random.Random(1))
    return {kind: texts for kind, texts in kinds.items() if sum(map(len, texts)) > 4000}


def context(documents, rng):
    """Text of about 200 to 4,000 tokens: a run of one document, or scattered pieces."""
    want = int(2 ** rng.uniform(7.8, 12)) * 4
    if rng.random() < 0.5:
        text = rng.choice(documents)
        at = rng.randrange(max(1, len(text) - want))
        text = text[at : at + want]
    else:
        text = ""
    while len(text) < want:
        document = rng.choice(documents)
        at = rng.randrange(max(1, len(document) - 350))
        text += "\n\n" + document[at : at + 700]
    return text[:want]


def sample(kinds, count):
    """(kind, half) -> [(context, tokens)], (kind, half) -> [(sentence, tokens)]; halves share no document."""
    rng, contexts, sentences = random.Random(0), {}, {}
    for kind, documents in kinds.items():
        halves = (
            [documents[half::2] for half in (0, 1)]
            if len(documents) > 3
            else [[d[: len(d) // 2] for d in documents], [d[len(d) // 2 :] for d in documents]]
        )
        for half, texts in enumerate(halves):
            n = 20 if kind.startswith("po_") else 300 if sum(map(len, texts)) > 50_000 else 60
            made = [context(texts, rng) for _ in range(n)]
            counted = [(text, count(text)) for text in made]
            contexts[kind, half] = [(text[: len(text) * 4000 // max(tokens, 4000)], tokens) for text, tokens in counted]
            contexts[kind, half] = [(text, count(text)) for text, _ in contexts[kind, half]]
            lines = [
                part
                for text in rng.sample(texts, min(len(texts), 60))
                for part in re.split(r"(?<=[.!?。])\s+|\n", text[:5000])
                if 20 < len(part) < 600
            ]
            sentences[kind, half] = [(text, count(text)) for text in rng.sample(lines, min(len(lines), n))]
    return contexts, sentences


def pair_codes(data):
    classes, size = byte_classes()
    codes = classes[np.frombuffer(data, np.uint8)]
    return codes[:-1] * size + codes[1:]


def boundary_rates(contexts, halves, encoding):
    """Where tokens begin, by pair of byte classes: share of the places between such bytes."""
    size = byte_classes()[1] ** 2
    starts, seen = np.zeros(size), np.zeros(size)
    for (kind, half), texts in contexts.items():
        if half not in halves:
            continue
        weight = (
            (0.2 if kind in ("hex", "base64", "rules") else 0.5 if kind.startswith("po_") else 1.0)
            * 1e4
            / sum(n for _, n in texts[:80])
        )
        for text, _ in texts[:80]:
            codes = pair_codes(b" " + text.encode("utf-8", "surrogatepass"))
            begins = np.zeros(len(codes), bool)
            lengths = [len(encoding.decode_single_token_bytes(token)) for token in encoding.encode_ordinary(text)]
            begins[np.cumsum([0, *lengths[:-1]])] = True
            starts += weight * np.bincount(codes, begins, size)
            seen += weight * np.bincount(codes, None, size)
    # Pairs that were not seen count as a token each; those with a collapsed run are only ever seen by `fit`.
    return (starts + 0.02) / (seen + 0.02)


def fit(contexts, halves, encoding, *, target=1.03, slack=300.0, ridge=5e-4, steps=500):
    """Weights with few contexts under `target` times their tokens and little excess: a hinge loss, by Adam."""
    first = boundary_rates(contexts, halves, encoding)
    table, weight, po = [], [], []
    for (kind, half), texts in contexts.items():
        if half in halves:
            table += [
                np.bincount(pair_codes(paired_bytes(text)), None, len(first)).astype(np.float32) / n
                for text, n in texts
            ]
            weight += [
                (4.0 if kind in PROSE else 0.1 if kind.startswith("po_") or kind in ("hex", "base64", "rules") else 1.0)
                / len(texts)
            ] * len(texts)
            po += [0.3 if kind.startswith("po_") else 1.0] * len(texts)
    counts, weight = np.array(table), np.array(weight, np.float32)
    weight /= weight.sum()
    used = counts.any(0)
    counts = counts[:, used] * first[used].astype(np.float32)
    penalty = -slack * weight * np.array(po, np.float32)
    log = np.full(counts.shape[1], 0.05, np.float32)
    m, v = np.zeros_like(log), np.zeros_like(log)
    for step in range(1, steps + 1):
        scale = np.exp(log)
        gradient = (np.where(counts @ scale < target, penalty, weight) @ counts) * scale + 2 * ridge * log
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        log -= 0.02 * 0.1 ** (step / steps) * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    weights = first.copy()
    weights[used] *= np.exp(log)
    return np.clip(np.ceil(weights * SCALE), 1, 255).astype(np.uint8)


def as_module(weights):
    text = base64.b64encode(weights.tobytes()).decode()
    lines = "\n".join(f'    "{text[at : at + 110]}"' for at in range(0, len(text), 110))
    head = '"""Weights of `estimate.py`, in base 64, as `tests/benchmarks/token_estimate.py --fit` writes them."""'
    return f"{head}\n\nWEIGHTS = (\n{lines}\n)\n"


def errors(texts, estimate):
    return np.array([100.0 * (estimate(text) / n - 1) for text, n in texts])


def at(values, percentile):
    return float(np.percentile(values, percentile)) if len(values) else float("nan")


def table(contexts, sentences, estimate, halves=(0, 1)):
    """One row per kind of text; errors in percent of the true count."""
    found = []
    groups = {}
    for kind in dict.fromkeys(kind for kind, _ in contexts):
        groups.setdefault("translations" if kind.startswith("po_") else kind, []).append(kind)
    for name, members in groups.items():
        whole = errors([text for kind in members for half in halves for text in contexts[kind, half]], estimate)
        single = errors([text for kind in members for half in halves for text in sentences[kind, half]], estimate)
        row = {"kind": name, "contexts": len(whole), "median": at(whole, 50), "p1": at(whole, 1), "p99": at(whole, 99)}
        row |= {"worst": float(whole.min()), "under": 100 * float(np.mean(whole < 0))}
        found.append(
            row | {"sentence_median": at(single, 50), "sentence_p1": at(single, 1), "sentence_p99": at(single, 99)}
        )
    return found


def show(found):
    print(
        "| kind | contexts | median | p1 | p99 | worst | under % | sentence median | p1 | p99 |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for row in found:
        print(
            "| "
            + " | ".join(
                value if isinstance(value, str) else f"{value:.1f}" if isinstance(value, float) else str(value)
                for value in row.values()
            )
            + " |"
        )
    total = sum(row["contexts"] for row in found)
    print(f"\n{total} contexts, {sum(row['under'] * row['contexts'] for row in found) / total:.2f} % undercounted")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("vocabulary")
    parser.add_argument("--more", nargs="*", default=[])
    parser.add_argument("--json")
    parser.add_argument("--fit")
    parser.add_argument("--held-out", action="store_true")
    args = parser.parse_args()
    os.environ["TIKTOKEN_CACHE_DIR"] = args.vocabulary
    import tiktoken

    encoding = tiktoken.get_encoding("o200k_base")
    contexts, sentences = sample(load(args.data, args.more), lambda text: len(encoding.encode_ordinary(text)))
    estimate, halves = estimate_tokens, (0, 1)
    if args.fit or args.held_out:
        weights = fit(contexts, (0,) if args.held_out else (0, 1), encoding)

        def estimate(text):
            return -(-int(weights[pair_codes(paired_bytes(text))].sum(dtype=np.int64)) // SCALE)

        halves = (1,) if args.held_out else halves
    if args.fit:
        Path(args.fit).write_text(as_module(weights), encoding="utf-8")
    found = table(contexts, sentences, estimate, halves)
    show(found)
    if args.json:
        Path(args.json).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
