"""The comparison as Markdown: a page of tables, and the short table of the README."""

from pages import between, table
from quality_plan import (
    BM25,
    CHUNKS,
    CONFIDENCE_TARGETS,
    CONTEXT_ORDER,
    EVIDENCE_TARGET,
    LEFT_OUT,
    MINE,
    OFF_TOPIC_TARGET,
    OURS,
    OVER,
    PASSAGE_TARGETS,
    PEERS,
    RANK_TARGETS,
    TARGETS,
    TOP_K,
    TRIPLED_LOSS,
)

TITLES = {
    "hotpotqa": "HotpotQA", "2wikimultihopqa": "2WikiMultihopQA", "musique": "MuSiQue", "cuad": "CUAD, template",
    "cuad-natural": "CUAD, natural", "contractnli": "ContractNLI", "chunking_eval": "Long texts",
    "codebase": "Source code", "financebench": "FinanceBench",
}  # fmt: skip
HEADS = {
    OURS: "secondhop", CHUNKS: "whole chunks", TOP_K: "raw_topk", BM25: "BM25, our chunks", "redhop:auto": "redhop auto",
    "redhop:raw_topk": "redhop top-k", "langchain": "LangChain", "langchain:128": "LangChain 128",
    "llamaindex": "LlamaIndex", "llamaindex:128": "LlamaIndex 128",
}  # fmt: skip
MEASURES = {"wr80": "words ≥ 0.8", "full": "all evidence verbatim", "page_hit": "evidence page cited"}
README_ROWS = (
    ("hotpotqa", "own", 400), ("hotpotqa", "pooled", 1024), ("2wikimultihopqa", "pooled", 512),
    ("musique", "pooled", 1024), ("cuad", "own", 512), ("contractnli", "own", 512), ("chunking_eval", "pooled", 512),
    ("codebase", "pooled", 1024), ("financebench", "own", 2048),
)  # fmt: skip
README_SYSTEMS = (OURS, BM25, "llamaindex:128", "langchain:128", "redhop:auto")
BEGIN, END = "<!-- comparison: made by make bench-quality -->", "<!-- end of comparison -->"


def page(found):
    """docs/findings/comparison.md."""
    cells = by_cell(found, "context")
    parts = [
        "# The comparison\n\n" + about(found),
        "## Against the targets\n\nPercent of questions. *q*: each question over its own documents; *P*: one index "
        "over the documents of all questions. 128: chunks of 128 words, filled like ours (what does not fit is skipped).",
        *(f"### {MEASURES[name].capitalize()}\n\n{scores(cells, name)}" for name in MEASURES),
        "## Paired differences\n\nOurs minus the other on the same questions, in points, with the 95 % interval. ▲ ▼: it "
        "excludes 0. The best peer is the best of those with chunks of 128 words, chosen in each row.",
        differences(cells),
        over(cells),
        "## Readability\n\nMean run of uninterrupted words, share of runs that open at an unresolved pronoun (percent), "
        "and tokens used.",
        readability(cells),
        confidence(found),
        ranking(found),
        passages(found),
        "## Left out\n\n" + "\n".join(f"- {line}" for line in (*LEFT_OUT, *errors(found))),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def token_page(found):
    """docs/findings/comparison_tokens.md."""
    cells = by_cell(found, "context")
    tables = (f"## {MEASURES[name].capitalize()}\n\n{scores(cells, name, targets={})}" for name in MEASURES)
    return "\n\n".join(["# The comparison at budgets in model tokens\n\n" + about(found), *tables]) + "\n"


def with_table(readme, found):
    """The README with its table made anew between the two comments."""
    cells = by_cell(found, "context")
    rows = []
    for place in README_ROWS:
        if place in cells:
            name = "page_hit" if place[0] == "financebench" else "full"
            values = [percent(cells[place].get(system), name) for system in README_SYSTEMS]
            rows.append([f"{label(place)} words", *values])
    head = ["Set, documents, budget", *(HEADS[system] for system in README_SYSTEMS)]
    versions = ", ".join(f"{name} {found['versions'][name]}" for name in VERSIONS if name in found["versions"])
    text = (
        "Percent of questions whose evidence is in the context, every marked sentence of it verbatim (FinanceBench: a page "
        "with evidence is cited), at the same budget for every system and without a model. *q*: each question over its own "
        "documents; *P*: one index over the documents of all questions. 128: chunks of 128 words.\n\n"
        f"{table(head, rows)}\n\n{found['date']}, half {found['split']} of each set; {versions}. Made by "
        "`make bench-quality DATA=path`; intervals, more rows and other measures are in "
        "[the comparison](docs/findings/comparison.md)."
    )
    return between(readme, BEGIN, END, text)


VERSIONS = ("secondhop", "redhop", "langchain-community", "llama-index-core", "llama-index-retrievers-bm25")


def about(found):
    """What was run."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    limit = f" At most {found['limit']} questions per set." if found["limit"] else ""
    unit = {"words": "white-space words", "estimate": "tokens by the built-in estimate of o200k_base"}
    return (
        f"Made by `{found['command']}` on {found['date']} in {found['minutes']} minutes; the numbers are in "
        f"`docs/benchmarks/`. {versions}.\n\nHalf {found['split']} of the questions (FinanceBench: all).{limit} Budgets in "
        f"{unit.get(found['tokenizer'], found['tokenizer'])}, the same counter for every system; 95 % bootstrap intervals."
    )


def by_cell(found, kind):
    """Entries of a kind: (set, mode, budget) to system to entry."""
    cells = {}
    for entry in found["entries"]:
        if entry["kind"] == kind:
            cells.setdefault((entry["set"], entry["mode"], entry["budget"]), {})[entry["system"]] = entry
    return cells


def label(place):
    """A cell as people call it: `HotpotQA P 512`."""
    return f"{TITLES.get(place[0], place[0])} {'q' if place[1] == 'own' else 'P'} {place[2]}"


def percent(entry, name):
    """A mean in percent."""
    return "–" if entry is None or entry.get(name) is None else f"{100 * entry[name][0]:.1f}"


def scores(cells, name, targets=TARGETS):
    """One measure: target, ours, met or not, and every other system."""
    systems = [system for system in (*MINE, *PEERS) if any(system in cell for cell in cells.values())]
    rows = []
    for place, cell in cells.items():
        ours = cell[OURS]
        if name not in ours:
            continue
        target = targets.get(place, {}).get(name)
        others = [percent(cell.get(system), name) for system in systems if system != OURS]
        low, high = (f"{100 * value:.0f}" for value in ours[name][1:])
        shown = f"**{percent(ours, name)}** [{low}, {high}]"
        met = verdict(100 * ours[name][0], target)
        rows.append([label(place), str(ours["n"]), "" if target is None else f"≥ {target}", shown, met, *others])
    return table(["set", "n", "target", "secondhop", "", *(HEADS[name] for name in systems if name != OURS)], rows)


def differences(cells):
    """Ours against top-k, plain BM25 and the best peer, for `full` and `wr80`."""
    rows = []
    for place, cell in cells.items():
        ours = cell[OURS]
        for name, measure in MEASURES.items():
            if name not in ours:
                continue
            peer = ours.get("best_peer", {}).get(name)
            gaps = [gap(ours, other, name) for other in (TOP_K, BM25, peer)]
            rows.append([label(place), measure, *gaps, HEADS[peer] if peer else "–"])
    return table(["set", "measure", "− raw_topk", "− BM25, our chunks", "− best peer", "which"], rows)


def over(cells):
    """Our choice from a peer's chunks beside the peer."""
    rows = []
    for place, cell in cells.items():
        for name in ("full", "wr80"):
            shown = []
            for system, peer in OVER.items():
                found = cell.get(system)
                shown += [percent(cell.get(peer), name), percent(found, name), gap(found, peer, name) if found else "–"]
            if set(shown) != {"–"}:
                rows.append([label(place), MEASURES[name], *shown])
    if not rows:
        return ""
    heads = [head for peer in OVER.values() for head in (HEADS[peer], "+ secondhop", "gained")]
    return (
        "## Over other retrievers\n\nThe first 40 chunks of a peer's retriever filled up to the budget in its order, and "
        "secondhop's choice from the same 40 (`build_context`, which the LangChain compressor and the LlamaIndex "
        "postprocessor call).\n\n" + table(["set", "measure", *heads], rows)
    )


def gap(ours, other, name):
    """A paired difference in points."""
    found = ours.get("versus", {}).get(other, {}).get(name)
    if found is None:
        return "–"
    mean, low, high = (100 * value for value in found)
    return f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]" + (" ▲" if low > 0 else " ▼" if high < 0 else "")


def readability(cells):
    """Run length, open runs and tokens of some systems."""
    systems = (OURS, CHUNKS, BM25, "llamaindex:128", "redhop:auto")
    rows = [[label(place), *(runs(cell.get(system)) for system in systems)] for place, cell in cells.items()]
    return table(["set", *(HEADS[system] for system in systems)], rows)


def runs(entry):
    """Words per run, open runs, tokens."""
    if entry is None or "run_words" not in entry:
        return "–"
    return f"{entry['run_words'][0]:.0f} · {100 * entry['open_runs'][0]:.1f} % · {entry['tokens'][0]:.0f}"


def confidence(found):
    """What `report.confidence` tells, and tripled documents."""
    rows = []
    for entry in found["entries"]:
        if entry["kind"] == "abstain" and "auroc_answerable" in entry:
            way = entry["unanswerable"]
            known = way in ("marked", "removed")
            target = CONFIDENCE_TARGETS.get(entry["set"]) if known else OFF_TOPIC_TARGET
            asked = {"marked": "marked in the set", "removed": "gold documents removed"}.get(way, f"questions of {way}")
            rows.append(
                [
                    label((entry["set"], entry["mode"], entry["budget"])),
                    asked,
                    str(entry["n"]),
                    "" if target is None else f"≥ {target:.2f}",
                    f"{entry['auroc_answerable']:.3f}",
                    verdict(entry["auroc_answerable"], target),
                    f"{100 * entry['precision_at_95_recall']:.1f}",
                ]
            )
    parts = []
    if rows:
        head = ["set", "unanswerable", "n", "target", "AUROC", "", "precision at 95 % recall"]
        parts.append(
            "## Confidence\n\n`report.confidence`: answerable against unanswerable questions.\n\n" + table(head, rows)
        )
    if found.get("auroc_evidence_kept") is not None:
        value = found["auroc_evidence_kept"]
        parts.append(
            f"Evidence missing from this context, over all sets and budgets above (n = {found['n_evidence_kept']}): AUROC "
            f"{value:.3f}, target ≥ {EVIDENCE_TARGET}: {verdict(value, EVIDENCE_TARGET)}."
        )
    parts += tripled(found)
    return "\n\n".join(parts)


def tripled(found):
    """Every contract three times in the index, beside once."""
    once = by_cell(found, "context")
    for place, cell in by_cell(found, "tripled").items():
        if place in once:
            three, one = cell[OURS]["wr80"][0], once[place][OURS]["wr80"][0]
            loss = 100 * (one - three)
            yield (
                f"Every document three times, {label(place)}: words ≥ 0.8 {100 * three:.1f} after {100 * one:.1f}, a loss of "
                f"{loss:.1f} points, at most {TRIPLED_LOSS:.0f} allowed: {'met' if loss <= TRIPLED_LOSS else '**not met**'}."
            )


def verdict(value, target):
    """Whether a target is met."""
    return "" if target is None else "met" if value >= target else "**not met**"


def ranking(found):
    """Ranked retrieval by `Document.search`."""
    rows = []
    for (name, _, _), cell in by_cell(found, "rank").items():
        ours = cell[OURS]
        target = RANK_TARGETS.get(name)
        recall = f"{percent(ours, 'recall5')}" + (
            f" (≥ {target}: {verdict(100 * ours['recall5'][0], target)})" if target else ""
        )
        peers = [percent(cell.get(system), "ndcg10") for system in (BM25, "langchain:128", "llamaindex:128")]
        rows.append(
            [
                name,
                str(ours["n"]),
                f"**{percent(ours, 'ndcg10')}**",
                *peers,
                recall,
                percent(ours, "recall10"),
                percent(ours, "mrr"),
            ]
        )
    head = [
        "set",
        "n",
        "nDCG@10",
        "BM25, our chunks",
        "LangChain 128",
        "LlamaIndex 128",
        "recall@5",
        "recall@10",
        "MRR",
    ]
    if not rows:
        return ""
    return (
        "## Ranked retrieval\n\n`Document.search`, documents by their best chunk; the others by nDCG@10.\n\n"
        + table(head, rows)
    )


def passages(found):
    """Recall of the evidence passages over one large pool."""
    rows = []
    for (name, _, _), cell in by_cell(found, "passages").items():
        ours = cell[CONTEXT_ORDER]
        low, high = (f"{100 * value:.0f}" for value in ours["recall5"][1:])
        target = PASSAGE_TARGETS.get(name)
        others = [percent(cell.get(system), "recall5") for system in (OURS, BM25, "langchain:128", "llamaindex:128")]
        rows.append(
            [
                TITLES.get(name, name),
                str(ours["n"]),
                "" if target is None else f"≥ {target}",
                f"**{percent(ours, 'recall5')}** [{low}, {high}]",
                verdict(100 * ours["recall5"][0], target),
                *others,
                percent(ours, "recall10"),
            ]
        )
    if not rows:
        return ""
    head = [
        "set", "n", "target", "context order", "", "direct order", "BM25, our chunks", "LangChain 128", "LlamaIndex 128",
        "context order, recall@10",
    ]  # fmt: skip
    return (
        "## Passages of one large pool\n\nShare of the evidence passages among the first five, in percent. The pool is every "
        "distinct passage of the three sets (both halves), shuffled, each indexed under its title: smaller than the "
        "pools that published figures are measured on, and with other questions. *Context order* is how a context ranks its "
        "candidates, with homes of names and the bridge; *direct order* is `Document.search`.\n\n" + table(head, rows)
    )


def errors(found):
    """Questions that a system raised on: they count as an empty context."""
    for place, cell in by_cell(found, "context").items():
        for system, entry in cell.items():
            if entry["errors"]:
                yield (
                    f"{HEADS.get(system, system)} raised on {entry['errors']} of {entry['n']} questions, {label(place)}: "
                    "an empty context."
                )
