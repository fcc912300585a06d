"""Answering requests in a thread of this process, with waitress: for the pages in `zoom-bridge run`, the pretend Zoom,
the trial's mailbox and the tests. Under `zoom-bridge serve` gunicorn does this instead."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: Seconds that requests in hand have when a listener is asked to stop, and then their answers to leave.
FINISHES_WITHIN = 15
FLUSHES_WITHIN = 1


class Listener:
    """Listens from the moment it is made, answers from its start until its stop; then the port is free again.

    A server's lines belong to waitress's loop: closed from another thread, they are taken away from under it, and it
    stumbles over a socket that is gone. So all closing is handed to the loop.
    """

    def __init__(
        self, app: "WSGIApplication", host: str, port: int, *, threads: int = 8, name: str = "pages"
    ) -> None:
        #: Everything that the loop looks after, by file descriptor: a listening socket or several (`localhost` is two
        #: addresses), the lines of visitors, and a trigger each that wakes it up.
        self._lines: dict[int, Any] = {}
        try:
            self._server = create_server(
                app,
                map=self._lines,
                host=host,
                port=port,
                threads=threads,
                ident=None,
                # Which proxies may say where a request came from is decided in one place (web.trusted_proxies).
                clear_untrusted_proxy_headers=False,
            )
        except OSError:
            wasyncore.close_all(self._lines)
            raise
        self._doors = self._all(BaseWSGIServer)
        self._triggers = [door.trigger for door in self._doors]
        self._loop = threading.Thread(target=self._server.run, name=name, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, for who asked for port 0."""
        return int(self._doors[0].effective_port)

    def start(self) -> None:
        self._loop.start()

    def is_alive(self) -> bool:
        return self._loop.is_alive()

    def stop(self) -> None:
        """Let nobody else in, finish the requests in hand, hand out their answers, and close. Lines that browsers keep
        open hold nobody up. May be called again, and without a start."""
        self._in_the_loop(self._let_nobody_in)
        self._server.task_dispatcher.shutdown(timeout=FINISHES_WITHIN)
        deadline = time.monotonic() + FLUSHES_WITHIN
        while self.is_alive() and time.monotonic() < deadline and self._has_something_to_say():
            time.sleep(0.01)
        self._in_the_loop(self._hang_up)
        if self.is_alive():
            self._loop.join()
        # Last, when nobody is left to pull them: a write to a trigger that is gone could land in somebody's new line.
        for trigger in self._triggers:
            trigger.close()

    def _let_nobody_in(self) -> None:
        for door in self._doors:
            # Only the listening socket: its own close() would take the trigger along, which is still needed.
            wasyncore.dispatcher.close(door)

    def _has_something_to_say(self) -> bool:
        return any(line.total_outbufs_len for line in self._all(HTTPChannel))

    def _hang_up(self) -> None:
        for line in self._all(HTTPChannel):
            with suppress(OSError):  # gone before
                # Closes the files, too, of which a browser has fetched a part.
                line.handle_close()
        # Nothing is left to look after: that ends the loop.
        self._lines.clear()

    def _in_the_loop(self, deed: Callable[[], None]) -> None:
        if self.is_alive():
            self._triggers[0].pull_trigger(deed)
        else:
            deed()

    def _all(self, kind: type) -> list[Any]:
        return [line for line in list(self._lines.values()) if isinstance(line, kind)]
