"""A post office that delivers into memory, and lets a test read what arrived. It has moods: down, refusing somebody,
losing its answers."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from typing import Self, cast

from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.mail.windows import Windows

Mood = Callable[[Envelope], None]


@dataclass(frozen=True)
class Letter:
    """One letter as it arrived."""

    envelope: Envelope

    @property
    def recipient(self) -> str:
        return self.envelope.recipient

    @cached_property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.envelope.data, policy=policy.default))

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @cached_property
    def text(self) -> str:
        return self._part("text/plain")

    @cached_property
    def html(self) -> str:
        return self._part("text/html")

    @cached_property
    def calendar(self) -> str:
        return self._part("text/calendar")

    @cached_property
    def file(self) -> str:
        """The calendar entries as a file."""
        files = [part for part in self.message.walk() if part.get_content_type() == "application/ics"]
        return cast(EmailMessage, files[0]).get_content().decode() if files else ""

    def link(self, having: str = "") -> str:
        """The first address in the text that has this in it."""
        found = [link for link in re.findall(r"https?://[^\s<>\"]+", self.text) if having in link]
        assert found, f"no link with {having!r} in the letter {self.subject!r}:\n{self.text}"
        return found[0].rstrip(".,;")

    def _part(self, content_type: str) -> str:
        for part in self.message.walk():
            if part.get_content_type() == content_type:
                return str(cast(EmailMessage, part).get_content())
        return ""


class Mailbox:
    """Stands where the post office stands. Several senders may hand in letters at once."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._moods: list[Mood] = []
        self._lock = threading.Lock()

    # as a post office

    @contextmanager
    def line(self) -> Iterator[Self]:
        yield self

    def windows(self) -> Windows:
        return Windows(self.line)

    def send(self, envelope: Envelope, then: str = "", last_look: Callable[[], None] = lambda: None) -> None:
        last_look()
        with self._lock:
            moods = list(self._moods)
        for mood in moods:
            # A mood may take its time: others are served meanwhile.
            mood(envelope)
        with self._lock:
            self.letters.append(Letter(envelope))

    def close(self) -> None: ...

    def as_post_office(self) -> PostOffice:
        return cast(PostOffice, self)

    # moods

    def down(self, failure: Failure | None = None) -> None:
        """Nothing is taken until `fair`. Without a word of the test's own: the server cannot be reached."""
        self._in_mood(
            lambda envelope: _raise(failure or Failure("the mail server does not answer", systemic=True))
        )

    def refuse(self, recipient: str, *, permanent: bool = True) -> None:
        """Letters to this address are not taken: for good, or for now."""

        def mood(envelope: Envelope) -> None:
            if envelope.recipient == recipient:
                raise Failure("550 no such mailbox" if permanent else "451 try later", permanent=permanent)

        self._in_mood(mood)

    def lose_answers(self) -> None:
        """Letters are taken, but the answer gets lost: nobody knows that they were."""

        def mood(envelope: Envelope) -> None:
            self.letters.append(Letter(envelope))
            raise Failure("the line was cut after the letter", outcome_unknown=True)

        self._in_mood(mood)

    def fair(self) -> None:
        with self._lock:
            self._moods.clear()

    def _in_mood(self, mood: Mood) -> None:
        with self._lock:
            self._moods.append(mood)

    # reading

    def to(self, recipient: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.recipient == recipient]

    def last(self, recipient: str) -> Letter:
        letters = self.to(recipient)
        assert letters, (
            f"nothing arrived for {recipient}; there is post for {[one.recipient for one in self.letters]}"
        )
        return letters[-1]

    def empty(self) -> None:
        with self._lock:
            self.letters.clear()


def _raise(failure: Failure) -> None:
    raise failure
