"""The floor of sending mail: bytes that were prepared beforehand, over plain connections that stay open, one command
after another as smtplib does."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.programs import LOOPBACK

#: As long as our confirmation is.
_LETTER = (
    b"From: events@example.org\r\nSubject: Confirmation\r\nMessage-ID: <1@example.org>\r\n\r\n"
    + b"A line of the letter, as long as lines are in letters that people read.\r\n" * 200
    + b".\r\n"
)


@contextlib.contextmanager
def send_letters(port: int) -> Iterator[Callable[[str], None]]:
    """A connection, to send a letter to an address with."""
    with socket.create_connection((LOOPBACK, port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(words: bytes) -> None:
            line.sendall(words)
            answer = b""
            while not answer.endswith(b"\n"):
                answer += line.recv(4096)
            if answer[:1] not in b"23":
                raise RuntimeError(answer)

        def send(email: str) -> None:
            ask(b"MAIL FROM:<events@example.org>\r\n")
            ask(b"RCPT TO:<" + email.encode() + b">\r\n")
            ask(b"DATA\r\n")
            ask(b"To: " + email.encode() + b"\r\n" + _LETTER)

        ask(b"")
        ask(b"EHLO floor\r\n")
        yield send


def send_many(port: int, letters: int, connections: int) -> None:
    """So many letters over so many connections at once."""

    def one(n: int) -> None:
        with send_letters(port) as send:
            for k in range(n, letters, connections):
                send(f"anna-{k}@example.org")

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, range(connections)))
