"""A mail server that keeps nothing and counts, in a process of its own. It answers at once, or as if it were so many
seconds away: what is asked together is answered together."""

import asyncio
import multiprocessing
import time
from ctypes import c_double, c_int64
from multiprocessing.connection import Connection
from typing import Any, Self

from benchmarks.programs import LOOPBACK, wait_until

_GREETING = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10000000\r\n"
_END = b"\r\n.\r\n"


class MailSink:
    """`count` letters came, the first at `first_at`, the last at `last_at` (on the monotonic clock of the machine)."""

    def __init__(self, away: float = 0) -> None:
        processes = multiprocessing.get_context("spawn")
        self._seen = tuple(processes.RawValue(kind) for kind in (c_int64, c_double, c_double))
        ours, theirs = processes.Pipe()
        self._process = processes.Process(target=_serve, args=(theirs, away, *self._seen), daemon=True)
        self._process.start()
        self.port: int = ours.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def count(self) -> int:
        return int(self._seen[0].value)

    @property
    def first_at(self) -> float:
        return float(self._seen[1].value)

    @property
    def last_at(self) -> float:
        return float(self._seen[2].value)

    def start_over(self) -> None:
        self._seen[0].value = 0

    def wait_for(self, count: int, seconds: float = 120) -> None:
        wait_until(lambda: self.count >= count, f"{count} letters", seconds)


def _serve(port: Connection, away: float, *seen: Any) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Conversation(away, *seen), LOOPBACK, 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


class _Conversation(asyncio.Protocol):
    def __init__(self, away: float, count: Any, first_at: Any, last_at: Any) -> None:
        self._count, self._first_at, self._last_at = count, first_at, last_at
        self._away = away
        self._unread = b""
        self._in_letter = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        replies = []
        while True:
            before, found, after = self._unread.partition(_END if self._in_letter else b"\r\n")
            if not found:
                break
            self._unread = after
            replies.append(self._letter() if self._in_letter else self._command(before[:4].upper()))
        if replies:
            self._say(b"".join(replies))

    def _say(self, replies: bytes) -> None:
        if self._away:
            asyncio.get_running_loop().call_later(self._away, self._transport.write, replies)
        else:
            self._transport.write(replies)

    def _command(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return _GREETING
        if verb == b"DATA":
            self._in_letter = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"

    def _letter(self) -> bytes:
        self._in_letter = False
        self._last_at.value = time.monotonic()
        if self._count.value == 0:
            self._first_at.value = self._last_at.value
        self._count.value += 1
        return b"250 ok\r\n"
