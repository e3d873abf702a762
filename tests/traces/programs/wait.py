"""`python wait.py SDK ADDRESS COUNT`: how long questions take, while the backend may be down.

Says READY when it is set up and reads a line before it asks; then prints the figures and ends without a flush of its
own, as programs do. Each question is asked twice in turn, with and without callbacks, so that the load of the machine
falls out of the ratio.
"""

import json
import logging
import sys
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))

import questions
from sdks import SDKS


def main() -> None:
    sdk, address, count = sys.argv[1:]
    logging.basicConfig(format="LOG %(name)s %(levelname)s %(message).200s")
    config, _ = SDKS[sdk](address)
    retriever = questions.langchain_retriever()
    for _ in range(5):
        retriever.invoke(questions.question("warm"), config)
        retriever.analyze(questions.question("warm"))
    print("READY", flush=True)
    sys.stdin.readline()

    traced, plain = [], []
    for number in range(int(count)):
        text = questions.question(str(number))
        began = perf_counter()
        retriever.analyze(text)
        between = perf_counter()
        retriever.invoke(text, config)
        traced.append(perf_counter() - between)
        plain.append(between - began)
    # The tenth percentiles: what else the machine does can only add to a time.
    quick, quick_plain = quantiles(traced, n=10)[0], quantiles(plain, n=10)[0]
    figures = {
        "ratio": quick / quick_plain,
        "traced_ms": 1e3 * median(traced),
        "plain_ms": 1e3 * median(plain),
        "worst_ms": 1e3 * max(traced),
    }
    print("FIGURES", json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
