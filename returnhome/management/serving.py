"""Serving the product in this process: gunicorn, a few workers, and a clean end."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

from returnhome.jobs.sealing import Sealer
from returnhome.safety import refuse_unsafe

WORKERS = 2
THREADS = 4
# Addresses that a browser on this machine reaches as localhost.
EVERYWHERE = {"127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104


def add_arguments(parser: CommandParser) -> None:
    """What `serve` and `demo` both ask: where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument(
        "--port",
        type=int,
        default=os.environ.get("PORT") or "8000",
        help="the port to listen on (PORT, else 8000)",
    )


def end_politely() -> None:
    """Let SIGTERM end the process as `exit` would, so that an embedded database is let go of."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def check_free(host: str, port: int) -> None:
    """Raises CommandError, exit 2, where nothing can listen there: before any work is done."""
    try:
        if not 0 < port < 65536:
            raise OverflowError
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "there is no such port"
        raise CommandError(
            f"Nothing can listen on port {port} of {host}: {reason}. PORT names another port.",
            returncode=2,
        ) from None


def close_connections(arbiter: Any, worker: Any) -> None:
    """A connection that two processes share answers neither of them."""
    connections.close_all()


def start_sealer(worker: Any) -> None:
    """The journal is sealed where no `worker` runs, too; a thread does not live through a fork."""
    Sealer().start()


class Server(BaseApplication):
    """gunicorn with our application and none of its own command line.

    The master loads the application and forks the workers. It alone holds an embedded database,
    and it leaves by SystemExit, which lets go of it.
    """

    def __init__(self, host: str, port: int, when_ready: Callable[[], None]) -> None:
        self.bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.say_ready = when_ready
        self.ignores_hangup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self.bind,
            "workers": WORKERS,
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "proc_name": "returnhome",
            # An access log would say who looked at which child.
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "graceful_timeout": 10,
            "control_socket_disable": True,
            "pre_fork": close_connections,
            "post_worker_init": start_sealer,
            "when_ready": self.started,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_wsgi_application()
        # What gunicorn itself has to say can hold the address of a page.
        for handler in logging.getLogger("gunicorn.error").handlers:
            handler.setFormatter(logging.getLogger().handlers[0].formatter)
        refuse_unsafe()
        return application

    def started(self, arbiter: Any) -> None:
        """A terminal that is closed ends the server; gunicorn would take it for a reload."""

        def end(number: int, frame: FrameType | None) -> None:
            arbiter.signal(signal.SIGTERM, frame)

        signal.signal(signal.SIGHUP, signal.SIG_IGN if self.ignores_hangup else end)
        self.say_ready()


def serve(host: str, port: int, *, when_ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl-C, then leave by SystemExit. `when_ready` speaks once it can."""
    Server(host, port, when_ready).run()


@contextmanager
def with_worker(port: int) -> Iterator[None]:
    """A worker beside the server for as long as the block lasts: `port` is where messages lead.

    It reads from us and hears when we are gone, however that came about.
    """
    worker = subprocess.Popen(
        [sys.executable, "-m", "returnhome", "worker", "--end-with-input"],
        stdin=subprocess.PIPE,
        env={**os.environ, "PORT": str(port)},
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()
