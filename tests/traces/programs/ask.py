"""`python ask.py SDK ADDRESS WHAT...`: asks with one SDK in a process of its own and prints the API's reports as JSON.

WHAT is any of: langchain, llama_index, langchain_once, langchain_at_once, llama_index_at_once.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import questions
from sdks import SDKS

import secondhop


def main() -> None:
    sdk, address, *what = sys.argv[1:]
    config, flush = SDKS[sdk](address)
    asked = {
        "langchain": lambda: questions.ask_langchain(config),
        "llama_index": questions.ask_llama_index,
        "langchain_once": lambda: questions.ask_langchain_once(config),
        "langchain_at_once": lambda: questions.ask_langchain_at_once(config),
        "llama_index_at_once": questions.ask_llama_index_at_once,
    }
    reports = [asked[name]() for name in what]
    flush()
    secondhop.uninstrument()
    print("REPORTS", json.dumps({mode: report for each in reports for mode, report in each().items()}), flush=True)


if __name__ == "__main__":
    main()
