"""A process that reloads a document while others write: `reader.py FOLDER TIMES`.

Prints a line when it has opened the index, and one of JSON at the end: when its input has ended and it has asked that
many times.

Every file of version V says `version V`. Whoever finds two versions in one answer has seen a mixture.
"""

import json
import re
import resource
import sys
import threading

from secondhop import Document


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def main(folder, times):
    document = Document.from_folder(folder, persist=True)
    seen, mixed, failed, asked = set(), 0, 0, 0
    document.context("which version stands here?")
    print("open", flush=True)
    began_with, others = resident(), threading.Thread(target=sys.stdin.read)
    others.start()
    while others.is_alive() or asked + failed < times:
        try:
            document = document.reload().document
            context = document.context("which version stands here?", budget=4000)
            versions = set(re.findall(r"version (\d+)", context.text()))
            mixed += len(versions) != 1
            seen |= versions
            asked += 1
        except Exception as error:  # whatever it is, it counts
            failed += 1
            print(repr(error), file=sys.stderr)
    print(
        json.dumps(
            {"asked": asked, "failed": failed, "mixed": mixed, "versions": len(seen), "growth": resident() / began_with}
        )
    )


main(sys.argv[1], int(sys.argv[2]))
