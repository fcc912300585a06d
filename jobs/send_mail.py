"""Letters that are due leave, over as many kept connections as the operator allows.

One thread sits behind all windows of the post office (`mail/windows.py`). It hears which letters the mail server has
taken, writes that down and looks at the next ones, all in one commit, and gives them out: so a letter is written down
right after its 250, before another one leaves at that window, and many windows share the work and the wait for it."""

import logging
import math
import threading
import time
from contextlib import suppress

from jobs.worker import MISTAKE, Hold, Work, pause, pauses, put_back, release, renew, without_addresses
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import mailing
from zoom_bridge.flows.mailing import Turn
from zoom_bridge.store import claims, tables
from zoom_bridge.store.database import DatabaseUnavailable

log = logging.getLogger(__name__)

#: Letters that are claimed at once, at most. What is not got to before the end is given back.
BATCH = 50
#: One more window for so many letters that wait. No more are claimed before the first has an answer.
FEW = 5
#: Seconds after which it is looked for letters that came in meanwhile, though a window still waits for its answer.
LISTEN = 1.0
#: Seconds that an answer waits for others at most.
MOMENT = 0.001
#: Seconds between attempts to write down what was taken, when the database is not available.
PAUSES = (0.2, 0.5, 1, 2, 3, 3, 3)
#: Said when everybody is refused, wherever they are.
ALL_REFUSED = "The mail server refuses one recipient after another"

_WORK = Work("send_mail", tables.messages, retry.MAIL, lambda _ids, _word: None)


def run(bridge: Bridge, stop: threading.Event) -> int:
    if pauses(bridge.db, _WORK.job, bridge.clock()):
        return 0
    return _Clerk(bridge, stop).work()


class _Clerk:
    """What one run has in hand.

    _waiting   claimed letters in the order in which they leave, each with its address as far as it is known
    _next      what a window has announced already
    _leaving   what is being handed over
    _taken     what the mail server has taken and is not written down yet
    _failed    what came back"""

    def __init__(self, bridge: Bridge, stop: threading.Event) -> None:
        self._db, self._clock, self._bridge = bridge.db, bridge.clock, bridge
        self._stop, self._windows = stop, bridge.post.windows()
        self._connections = bridge.settings.mail.connections
        self._most_per_hour = bridge.settings.mail.most_per_hour
        self._word = claims.new_word()
        self._run = mailing.Run(
            bridge.db,
            bridge.letters,
            self._word,
            bridge.clock,
            self._most_per_hour,
            bridge.destinations.rests_until,
        )
        self._held_since = bridge.clock()
        self._none_left_at: float | None = None
        self._waiting: dict[int, str] = {}
        self._next: dict[int, int] = {}
        self._leaving: dict[int, str] = {}
        self._taken: list[int] = []
        self._failed: list[tuple[int, Exception]] = []
        self._free: list[int] = []
        self._took = 0.0
        self._answered = False
        self._lapsed = False
        self._spent = False
        self._trouble: Failure | None = None
        self._done = 0

    def work(self) -> int:
        """At first a single window tries the way: a server that refuses us is asked once, not by all. Afterwards there
        are as many as there is work for."""
        with self._windows:
            try:
                while True:
                    self._go_round()
                    if self._leaving:
                        self._listen()
                    elif not (self._goes_on() and (self._waiting or self._none_left_at is None)):
                        return self._done
            finally:
                self._leave()

    def _go_round(self) -> None:
        """With patience while something is on its way or is not written down yet: whose letter was taken must not get
        it again because the database was away for a moment."""
        for wait in (*PAUSES, None):
            try:
                self._claim()
                self._open_windows()
                self._take_turn()
                self._put_back()
                break
            except DatabaseUnavailable:
                if wait is None or not (self._taken or self._leaving or self._failed):
                    raise
                time.sleep(wait)

    def _goes_on(self) -> bool:
        return not (self._trouble or self._lapsed or self._spent or self._stop.is_set())

    def _claim(self) -> None:
        """More letters when few are left, the most urgent first. When there were none, it is looked again only after a
        while."""
        if len(self._waiting) > 2 * len(self._windows) or not self._goes_on():
            return
        now = time.monotonic()
        if self._leaving and self._none_left_at is not None and now < self._none_left_at + LISTEN:
            return
        limit, urgent = max(BATCH, FEW * self._connections) if self._answered else FEW, False
        if self._most_per_hour:
            held = len(self._waiting) + len(self._next)
            left, common = mailing.postage(self._db, self._most_per_hour, self._clock())
            urgent = common <= held
            limit = min(limit, (left if urgent else common) - held)
            if limit <= 0:
                self._none_left_at = now
                return
        links, word = self._bridge.links, self._word
        _, claimed = mailing.claim_letters(self._db, links, limit, self._clock(), word, urgent=urgent)
        self._none_left_at = now if len(claimed) < limit else None
        in_hand = self._in_hand().union(self._taken)
        self._waiting |= {number: address for number, address in claimed.items() if number not in in_hand}

    def _open_windows(self) -> None:
        wanted = math.ceil(len(self._in_hand()) / FEW)
        self._free += self._windows.open(min(wanted, self._connections if self._answered else 1))

    def _take_turn(self) -> None:
        """Write down, look, give out. Nothing is given out before what was taken is written down."""
        free = self._free if self._goes_on() else []
        if not self._taken and not (free and (self._waiting or self._next)):
            return
        announced = [self._next[window] for window in free if window in self._next]
        began = time.monotonic()
        self._renew()
        turn = self._run.take_turn(self._taken, [*announced, *self._waiting], 0 if self._lapsed else len(free))
        self._took = time.monotonic() - began
        self._done += len(self._taken) + turn.skipped
        self._taken = []
        self._spent = self._spent or turn.spent
        self._failed += turn.broken
        self._give_out(turn)

    def _give_out(self, turn: Turn) -> None:
        """What was announced goes to the window that announced it; the rest to those that are free."""
        seen = set(turn.seen)
        for number in seen:
            self._waiting.pop(number, None)
        announced = {number: window for window, number in self._next.items() if number in seen}
        self._next = {window: number for window, number in self._next.items() if number not in seen}
        until = self._held_since + claims.LEASE
        # Announced ones first: so no other letter gets their window.
        for one in sorted(turn.leaving, key=lambda one: one.number not in announced):
            window = announced.get(one.number, self._free[-1])
            self._free.remove(window)
            self._leaving[one.number] = one.envelope.recipient
            then = self._announce(window)
            self._windows.give(window, one.number, one.envelope, then, lambda: self._clock() < until)

    def _announce(self, window: int) -> str:
        number, address = next(iter(self._waiting.items()), (0, ""))
        if address:
            del self._waiting[number]
            self._next[window] = number
        return address

    def _listen(self) -> None:
        """Letters that share a commit share its cost: a moment is spent on those that are about to come in."""
        for heard in self._windows.hear(LISTEN, min(self._took / 2, MOMENT)):
            self._free.append(heard.window)
            recipient = self._leaving.pop(heard.number)
            if heard.late:
                self._lapsed = True
            elif heard.error is None:
                self._taken.append(heard.number)
                self._bridge.destinations.accepted(recipient)
            elif not isinstance(heard.error, Exception):
                raise heard.error
            else:
                self._failed.append((heard.number, heard.error))
                if isinstance(heard.error, Failure):
                    self._judge(heard.error, recipient)
            self._answered = self._answered or not self._trouble

    def _judge(self, failure: Failure, recipient: str) -> None:
        """Is it the letter, the place where it goes to, or everything?"""
        if failure.systemic:
            self._trouble = failure
        elif failure.status:
            destinations = self._bridge.destinations
            destinations.refused(recipient, self._clock(), for_now=not failure.permanent)
            if destinations.all_refuse:
                # A person has to see to it; until then no further letter is tried but one at a time.
                words = f"{ALL_REFUSED}: {failure.message.rpartition(': ')[2]}"
                self._trouble = Failure(words, systemic=True, permanent=True, status=failure.status)

    def _put_back(self) -> None:
        """One letter that fails stops nobody. A mistake of ours is in the log, with its trace."""
        while self._failed:
            number, error = self._failed[0]
            failure = error if isinstance(error, Failure) else Failure(MISTAKE)
            if error is failure:
                log.warning("send_mail: %s", without_addresses(failure.message))
            else:
                log.error("send_mail failed unexpectedly", exc_info=error)
            now = self._clock()
            put_back(self._db, _WORK, Hold(self._word, [number], now), failure, now)
            del self._failed[0]

    def _renew(self) -> None:
        """Hold on to what is in hand. If we slept too long, somebody else may have taken over: then nothing leaves."""
        now = self._clock()
        if now <= self._held_since + claims.LEASE / 3:
            return
        numbers = [*self._in_hand(), *self._taken]
        self._lapsed = not renew(self._db, tables.messages, self._word, numbers, now)
        self._held_since = now

    def _in_hand(self) -> set[int]:
        return {*self._waiting, *self._next.values(), *self._leaving}

    def _leave(self) -> None:
        """What did not leave is given back; in trouble the whole job rests for a while."""
        with suppress(DatabaseUnavailable):
            release(self._db, tables.messages, [*self._waiting, *self._next.values()], self._word)
            if self._trouble:
                pause(self._db, _WORK, self._trouble, self._clock())
