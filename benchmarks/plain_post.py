"""The floor of sending mail: bytes that were prepared beforehand, handed over by smtplib on connections that stay
open. (A bare socket is twice as fast again; nobody should send mail that way.)"""

import smtplib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.programs import LOOPBACK

#: As long as ours: text, HTML and a calendar entry.
_LETTER = (
    b"From: events@example.org\r\nSubject: Confirmation\r\nMessage-ID: <1@example.org>\r\n\r\n"
    + b"A line of the letter, as long as lines are in letters that people read.\r\n" * 200
)


@contextmanager
def send_letters(port: int) -> Iterator[Callable[[str], object]]:
    """A connection, to send a letter to an address with."""
    with smtplib.SMTP(LOOPBACK, port, local_hostname="floor") as line:
        yield lambda email: line.sendmail(
            "events@example.org", [email], b"To: " + email.encode() + b"\r\n" + _LETTER
        )


def send_many(port: int, letters: int, connections: int) -> None:
    """So many letters over so many connections at once."""

    def one(first: int) -> None:
        with send_letters(port) as send:
            for n in range(first, letters, connections):
                send(f"anna-{n}@example.org")

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, range(connections)))
