"""The small HTTP server of a role, in threads of its own: /live, /ready, /status and /metrics, read only.

It answers whoever can reach it, so it is bound to this host unless the settings say otherwise. A few requests at a
time, each with a time-out; the next one is turned away rather than kept.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runtime.telemetry import Telemetry

SOCKET_SECONDS = 5.0
AT_ONCE = 8


@contextmanager
def serving(telemetry: Telemetry, host: str, port: int) -> Iterator[None]:
    """Serve for as long as the block runs; port 0 serves nothing. Raises `OSError` for a port that is taken."""
    if port == 0:
        yield
        return
    with _Server((host, port), telemetry) as server:
        threading.Thread(target=server.serve_forever, args=(0.2,), name="telemetry", daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], telemetry: Telemetry) -> None:
        self.telemetry = telemetry
        self._free = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, unless too many are at work."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, then let the next one in."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SOCKET_SECONDS

    def do_GET(self) -> None:
        telemetry = self.server.telemetry
        match self.path.partition("?")[0]:
            case "/live":
                self._verdict([f"{loop} stands still" for loop in telemetry.silent()])
            case "/ready":
                self._verdict(telemetry.unready())
            case "/status":
                self._answer(200, "application/json", _json(telemetry.status()))
            case "/metrics":
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", telemetry.metrics())
            case _:
                self._answer(404, "application/json", _json({"paths": ["/live", "/ready", "/status", "/metrics"]}))

    def _verdict(self, lacks: list[str]) -> None:
        self._answer(503 if lacks else 200, "application/json", _json({"ok": not lacks, "lacks": lacks}))

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Whoever watches asks often: no line for each."""


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
