"""The mail catcher: a real SMTP server that keeps each letter as a file and sends nothing on. For the trial run and
for tests; it has moods, because mail servers do.

aiosmtpd is imported when the catcher starts, so that the service does without it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from zoom_bridge.mail.caught import CaughtLetter, read

_OPENS_WITHIN = 10.0


class MailCatcher:
    """`port` 0 takes a free one, which `port` then tells."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self._moods = _Moods()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.BaseTransport] = set()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Returns when it listens. Raises OSError when the port is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.new_event_loop()
        self._loop = loop
        self._thread = threading.Thread(target=_run, args=(loop,), name="mail catcher", daemon=True)
        self._thread.start()
        try:
            self.up()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self.down()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_OPENS_WITHIN)
        self._loop = self._thread = None

    # moods

    def down(self) -> None:
        """Refuse connections and cut those there are, until `up`."""
        self._do(self._stop_listening)

    def up(self) -> None:
        self._do(self._listen)

    def refuse(self, address: str, code: int = 550, words: str = "No such mailbox") -> None:
        """Refuse letters to this address, until `accept`. A code below 500 means: for now."""
        self._moods.refused[address.casefold()] = f"{code} {words}"

    def accept(self, address: str) -> None:
        self._moods.refused.pop(address.casefold(), None)

    def lose_answers(self, letters: int) -> None:
        """Keep so many letters and hang up before saying so."""
        self._moods.answers_to_lose = letters

    # reading

    def letters(self, limit: int = 200) -> list[CaughtLetter]:
        """The newest first."""
        return [read(path) for path in self._files()[::-1][:limit]]

    def story(self, name: str) -> list[CaughtLetter]:
        """All letters about one event to one person, the first one first."""
        return [letter for path in self._files() if name and (letter := read(path)).story == name]

    def count(self) -> int:
        return len(self._files())

    def letter(self, id_: str) -> CaughtLetter | None:
        path = self.folder / f"{id_}.eml"
        # Ids are digits: nothing else in the folder, or outside it, is a letter.
        return read(path) if id_.isdecimal() and id_.isascii() and path.is_file() else None

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.eml") if path.stem.isdecimal())

    # the server, in its own thread

    def _do(self, step: Callable[[], Any]) -> None:
        if self._loop is None:
            raise RuntimeError("The mail catcher is not started.")
        asyncio.run_coroutine_threadsafe(step(), self._loop).result(_OPENS_WITHIN)

    async def _listen(self) -> None:
        from aiosmtpd.smtp import SMTP

        if self._server:
            return
        loop = asyncio.get_running_loop()
        keeper = _Keeper(self._moods, self._keep)

        class Protocol(SMTP):
            """Remembers its transport, so that a server going down takes its lines along."""

            def connection_made(protocol, transport: asyncio.BaseTransport) -> None:  # noqa: N805
                self._lines.add(transport)
                super().connection_made(transport)

            def connection_lost(protocol, error: Exception | None) -> None:  # noqa: N805
                self._lines.discard(cast(asyncio.BaseTransport, protocol.transport))
                super().connection_lost(error)

        def new_line() -> Protocol:
            return Protocol(keeper, hostname="mail-catcher", ident="zoom_bridge", enable_SMTPUTF8=True, loop=loop)

        self._server = await loop.create_server(new_line, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for line in list(self._lines):
            cast(asyncio.Transport, line).abort()
        # The aborted lines end in the loop's next rounds.
        while self._lines:
            await asyncio.sleep(0.005)

    def _keep(self, sender: str, recipient: str, data: bytes) -> None:
        """A letter is there as a whole or not at all."""
        files = self._files()
        number = int(files[-1].stem) + 1 if files else 1
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        path = self.folder / f"{number:08d}.eml"
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(envelope + data)
        unfinished.replace(path)


class _Moods:
    def __init__(self) -> None:
        self.refused: dict[str, str] = {}
        self.answers_to_lose = 0


class _Keeper:
    """What aiosmtpd asks on each command; the names are its own."""

    def __init__(self, moods: _Moods, keep: Callable[[str, str, bytes], None]) -> None:
        self._moods = moods
        self._keep = keep

    async def handle_EHLO(  # noqa: N802
        self,
        server: Any,  # noqa: ARG002
        session: Any,
        envelope: Any,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_RCPT(  # noqa: N802
        self,
        server: Any,  # noqa: ARG002
        session: Any,  # noqa: ARG002
        envelope: Any,
        address: str,
        options: list[str],
    ) -> str:
        refusal = self._moods.refused.get(address.casefold())
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        for recipient in envelope.rcpt_tos:
            self._keep(envelope.mail_from, recipient, envelope.content)
        if self._moods.answers_to_lose:
            self._moods.answers_to_lose -= 1
            server.transport.abort()
        return "250 OK"


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(_finish())
        loop.close()


async def _finish() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
