"""What parser processes of the tests run: as the worker, but the loader of plain text does what the text says."""

import ctypes
import os
import sys
import time

from secondhop.loading import worker
from secondhop.loading.verbatim import plain

main = worker.main
_load = plain.load


def load(data, source):
    order = data.split()[0].decode()
    if order == "hang":
        time.sleep(3600)
    elif order == "spin":
        while True:
            pass
    elif order == "allocate":
        blocks = [bytearray(16 * 2**20) for _ in range(1000)]
        return len(blocks)
    elif order == "abort":
        os.abort()
    elif order == "segfault":
        ctypes.string_at(1)
    elif order == "exit":
        os._exit(3)
    elif order == "raise":
        raise KeyError("unforeseen")
    elif order == "print":
        print("noise " * 1000)
        os.write(1, b"more noise")
        sys.stderr.write("and more")
        sys.stdin.read()
    elif order == "recurse":
        return load(data, source)
    elif order == "keep":
        worker.kept = bytearray(200 * 2**20)
    return _load(data, source)


def _header(**values):
    return {"sections": [], "metadata": {}, "warnings": [], "format": "text", **values}


LIES = {
    "lie-span": lambda loaded: (_header(sections=[[0, 10**9, None, [], "prose", None]]), b"text"),
    "lie-kind": lambda loaded: (_header(sections=[[0, 1, None, [], "evil", None]]), b"text"),
    "lie-type": lambda loaded: (_header(sections="many"), b"text"),
    "lie-bytes": lambda loaded: (_header(), b"\xff\xfe\xfd"),
    "lie-error": lambda loaded: ({"error": "SystemExit", "reason": "out"}, b""),
    "lie-missing": lambda loaded: ({"sections": []}, b"text"),
}


def pack(loaded):
    return LIES.get(loaded.text.split()[0], _pack)(loaded)


_pack = worker.pack
worker.pack = pack
plain.load = load
