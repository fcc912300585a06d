"""The windows of the post office: each hands over letters on a line of its own, in a thread of its own, while others
are already being written down or looked up. Whoever sits behind them gives out letters and hears what became of each."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple, Protocol, Self

from zoom_bridge.mail.letters import Envelope


class Carries(Protocol):
    """A line to the mail server, as `smtp.Line` is one."""

    def send(self, envelope: Envelope, then: str = "", last_look: Callable[[], None] = ...) -> None: ...


class Heard(NamedTuple):
    """What became of a letter. late: it was not ours any more, and has not left. error: why not; without one, the mail
    server has taken it."""

    window: int
    number: int
    late: bool = False
    error: BaseException | None = None


class _Letter(NamedTuple):
    number: int
    envelope: Envelope
    then: str
    still_ours: Callable[[], bool]


class _Late(Exception):
    """The letter is not ours any more."""


class _Window:
    def __init__(
        self, number: int, lines: Callable[[], AbstractContextManager[Carries]], heard: SimpleQueue[Heard]
    ) -> None:
        self._number, self._lines, self._heard = number, lines, heard
        self.letters: SimpleQueue[_Letter | None] = SimpleQueue()
        self.thread = Thread(target=self._serve, name="window", daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with self._lines() as line:
            while letter := self.letters.get():
                self._heard.put(self._hand_over(line, letter))

    def _hand_over(self, line: Carries, letter: _Letter) -> Heard:
        def look() -> None:
            if not letter.still_ours():
                raise _Late

        try:
            look()
            line.send(letter.envelope, letter.then, look)
        except _Late:
            return Heard(self._number, letter.number, late=True)
        except BaseException as error:
            return Heard(self._number, letter.number, error=error)
        return Heard(self._number, letter.number)


class Windows:
    """All of them, closed at the end of the block; what is being handed over by then is waited for."""

    def __init__(self, lines: Callable[[], AbstractContextManager[Carries]]) -> None:
        self._lines = lines
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self._open: list[_Window] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for window in self._open:
            window.letters.put(None)
        for window in self._open:
            window.thread.join()

    def __len__(self) -> int:
        return len(self._open)

    def open(self, count: int) -> list[int]:
        """As many more as are missing to so many; their numbers."""
        new = range(len(self._open), count)
        self._open += [_Window(number, self._lines, self._heard) for number in new]
        return list(new)

    def give(
        self, window: int, number: int, envelope: Envelope, then: str, still_ours: Callable[[], bool]
    ) -> None:
        """A letter to be handed over there. number: what it is called when it is heard of. then: to whom the next one
        at this window goes. still_ours: asked in the very moment before it leaves, and once more before its text does,
        because threads and servers may sleep."""
        self._open[window].letters.put(_Letter(number, envelope, then, still_ours))

    def hear(self, seconds: float, linger: float = 0) -> list[Heard]:
        """What is known by now, and what becomes known while somebody lingers who listens. If that is nothing, the
        first that does within so many seconds."""
        until = time.monotonic() + linger
        try:
            heard = [self._heard.get(timeout=seconds)]
        except Empty:
            return []
        while not self._heard.empty() or (len(heard) < len(self._open) and time.monotonic() < until):
            with suppress(Empty):
                heard.append(self._heard.get(timeout=max(0, until - time.monotonic())))
        return heard
