"""`python wait.py SDK ADDRESS COUNT`: how long questions take, while the backend may be down.

Says READY when it is set up. For each line that it then reads it asks COUNT questions and prints the figures; at the end
of its input it ends, without a flush of its own, as programs do. Each question is asked twice in turn, with and without
callbacks, so that the load of the machine falls out of the ratio.

Log lines go to stderr as they come (LOG), and once more through secondhop's filter (KEPT).
"""

import json
import logging
import sys
from pathlib import Path
from statistics import median, quantiles
from threading import get_native_id
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))

import questions
from sdks import SDKS

from secondhop.telemetry import ExporterLogFilter

SCHEDULED = Path(f"/proc/self/task/{get_native_id()}/schedstat")


def main() -> None:
    sdk, address, count = sys.argv[1:]
    _log_to_stderr()
    config, _ = SDKS[sdk](address)
    retriever = questions.langchain_retriever()
    for _ in range(5):
        retriever.invoke(questions.question("warm"), config)
        retriever.analyze(questions.question("warm"))
    print("READY", flush=True)
    for _ in sys.stdin:
        print("FIGURES", json.dumps(_ask(retriever, config, int(count))), flush=True)


def _ask(retriever, config, count):
    traced, plain = [], []
    for number in range(count):
        text = questions.question(str(number))
        began = _clock()
        retriever.analyze(text)
        between = _clock()
        retriever.invoke(text, config)
        traced.append(_clock() - between)
        plain.append(between - began)
    # The twentieth parts: what else the machine does can only add to a time.
    quick, quick_plain = quantiles(traced, n=20)[0], quantiles(plain, n=20)[0]
    return {
        "ratio": quick / quick_plain,
        "traced_ms": 1e3 * median(traced),
        "plain_ms": 1e3 * median(plain),
        "worst_ms": 1e3 * max(traced),
    }


def _clock():
    """Seconds, without those for which the machine had this thread wait for a processor, where the system tells them."""
    try:
        waited_ns = int(SCHEDULED.read_text("ascii").split()[1])
    except OSError:
        waited_ns = 0
    return perf_counter() - 1e-9 * waited_ns


def _log_to_stderr():
    kept = logging.StreamHandler()
    kept.addFilter(ExporterLogFilter())
    for name, handler in (("LOG", logging.StreamHandler()), ("KEPT", kept)):
        handler.setFormatter(logging.Formatter(f"{name} %(name)s %(levelname)s %(message).200s"))
        logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    main()
