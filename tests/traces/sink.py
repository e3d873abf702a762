"""A server on loopback that stands for a trace backend: it takes what an SDK sends, keeps it, and answers as expected.

It knows LangSmith's multipart runs and OTLP over HTTP. With `upstream` it hands everything on to a real backend and
keeps what passed through. With `mode` it plays a backend that is down.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from email.parser import BytesParser
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import zstandard

LANGSMITH_INFO = {
    "version": "0.10.0",
    "instance_flags": {"zstd_compression_enabled": True},
    "batch_ingest_config": {
        "use_multipart_endpoint": True,
        "scale_up_qsize_trigger": 1000,
        "scale_up_nthreads_limit": 4,
        "scale_down_nempty_trigger": 4,
        "size_limit": 100,
        "size_limit_bytes": 20_971_520,
    },
}
"""What LangSmith's server says of itself."""

_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


@dataclass(frozen=True)
class Received:
    """One request, its body decoded."""

    method: str
    path: str
    content_type: str
    body: bytes


class Sink(ThreadingHTTPServer):
    """Listens on a free port of loopback."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, upstream: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.silent = threading.Event()
        """While set, requests are read and never answered: a black hole."""
        self.closing = threading.Event()
        self._received: list[Received] = []
        self._connections: set[Any] = set()
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def become(self, state: str) -> None:
        """`up`; `refused`: connections are refused; `silent`: requests are taken and never answered."""
        if state == "silent":
            self.silent.set()
        elif state == "refused":
            self.shutdown()
            self.server_close()
            with self._lock:
                open_ones = list(self._connections)
            for connection in open_ones:  # clients keep connections, and would go on over those
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def keep(self, received: Received) -> None:
        with self._lock:
            self._received.append(received)

    @property
    def received(self) -> list[Received]:
        with self._lock:
            return list(self._received)

    def everything(self) -> bytes:
        """All that came in: what masking is checked against."""
        return b"\n".join(each.path.encode() + b"\n" + each.body for each in self.received)

    def langsmith_runs(self) -> dict[str, dict[str, Any]]:
        """LangSmith's runs by id. A run comes in parts, first posted and then patched; they are merged."""
        runs: dict[str, dict[str, Any]] = {}
        for each in self.received:
            if each.path.endswith("/runs/multipart"):
                for name, value in _parts(each):
                    _, run_id, *of = name.split(".")
                    runs.setdefault(run_id, {"id": run_id}).update({of[0]: value} if of else value)
        return runs

    def otlp_spans(self) -> Iterator[Any]:
        """Spans as protobuf messages."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        for each in self.received:
            if each.path.endswith("/v1/traces") and "protobuf" in each.content_type:
                request = ExportTraceServiceRequest.FromString(each.body)
                for resource in request.resource_spans:
                    for scope in resource.scope_spans:
                        yield from scope.spans


@contextmanager
def listening(upstream: str | None = None) -> Iterator[Sink]:
    """A sink that serves while the block runs."""
    sink = Sink(upstream)
    thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.closing.set()
        sink.shutdown()
        sink.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sink

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do_GET(self) -> None:
        self._take()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def _take(self) -> None:
        raw = self._body()
        encoding = self.headers.get("Content-Encoding", "").lower()
        body = _DECODERS[encoding](raw) if encoding in _DECODERS else raw
        received = Received(self.command, self.path, self.headers.get("Content-Type", ""), body)
        self.server.keep(received)
        if self.server.silent.is_set():
            self.server.closing.wait(120)
            self.close_connection = True
            return
        if self.server.upstream is not None:
            self._hand_on(raw)
        elif self.path.endswith("/info"):
            self._answer(200, json.dumps(LANGSMITH_INFO).encode())
        else:
            self._answer(200 if "/v1/traces" in self.path else 202, b"" if "/v1/traces" in self.path else b"{}")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _hand_on(self, body: bytes) -> None:
        host = str(self.server.upstream).removeprefix("http://")
        skipped = ("host", "transfer-encoding", "content-length", "connection", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in skipped}
        with closing(HTTPConnection(host, timeout=60)) as connection:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            self._answer(answer.status, answer.read(), answer.getheader("Content-Type", "application/json"))

    def _answer(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def _parts(received: Received) -> Iterator[tuple[str, Any]]:
    """(name, value) of each JSON part of a multipart body."""
    head = f"Content-Type: {received.content_type}\r\n\r\n".encode()
    for part in BytesParser().parsebytes(head + received.body).walk():
        name = part.get_param("name", header="Content-Disposition")
        if name is not None and "json" in part.get_content_type():
            yield str(name), json.loads(part.get_payload(decode=True))
