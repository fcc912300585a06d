"""A mail server in bad weather, as fast as one can be: it refuses some for the moment and some for good, takes letters
and hangs up before it says so, is gone for a while; and it writes down what it took, on which line, and when."""

import contextlib
import random
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import BinaryIO, Self

_LOOPBACK = "127.0.0.1"
_ADDRESS = re.compile(rb"<([^>]*)>")


@dataclass(frozen=True)
class Moods:
    """The share of recipients refused for good, and of attempts that are refused for the moment, or taken without a
    word. Whom it strikes is decided by the seed and not by who comes first."""

    for_good: float = 0
    for_now: float = 0
    unanswered: float = 0
    seed: int = 0

    def strikes(self, share: float, *what: object) -> bool:
        return random.Random(f"{self.seed} {what}").random() < share


@dataclass(frozen=True)
class Taken:
    """A letter that the server has. begun_at: when its first bytes came. line: on which connection."""

    recipient: str
    message_id: str
    date: str
    begun_at: float
    line: int


class MoodyServer:
    """`thinks`: it takes up to so many seconds for each answer to a letter."""

    def __init__(self, moods: Moods = Moods(), thinks: float = 0) -> None:
        self.moods = moods
        self.thinks = thinks
        self.taken: list[Taken] = []
        self.asked: Counter[str] = Counter()
        #: Refused for good: recipient → the lines on which it was said, each with what came on it until then.
        self.refused: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.unanswered = 0
        #: Domain → how many letters came for it.
        self.came_for: Counter[str] = Counter()
        #: Line → how many letters came on it.
        self.carried: Counter[int] = Counter()
        self.port = 0
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._lines = 0

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(self, *error: object) -> None:
        self.down()
        for thread in self._threads:
            thread.join(10)

    @property
    def is_up(self) -> bool:
        return self._listener is not None

    def up(self) -> None:
        listener = socket.create_server((_LOOPBACK, self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._begin(self._accept, listener)

    def down(self) -> None:
        """Nobody listens, and every line is cut."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        # Closing a listener does not wake its accept; a connection does.
        with contextlib.suppress(OSError), socket.create_connection((_LOOPBACK, self.port), 1):
            pass
        listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def recipients(self) -> Counter[str]:
        return Counter(one.recipient for one in list(self.taken))

    def told_apart(self) -> set[tuple[str, str, str]]:
        """One for each letter, if those that came twice came under the same name and date."""
        return {(one.recipient, one.message_id, one.date) for one in list(self.taken)}

    def asked_again_after_a_no(self) -> list[str]:
        """Recipients refused for good who were asked for again although the sender lived on: after the no, its line
        carried another letter."""
        return [
            recipient
            for recipient, told in self.refused.items()
            for line, carried in told[:-1]
            if self.carried[line] > carried
        ]

    def _begin(self, what: object, *arguments: object) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            # Answers to commands that came together are written one by one and must not wait for each other.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._listener is not listener:
                    sock.close()
                    return
                self._lines += 1
                self._open.add(sock)
            self._begin(self._talk, sock, self._lines)

    def _talk(self, sock: socket.socket, line: int) -> None:
        try:
            with sock.makefile("rb") as heard:
                self._converse(sock, heard, line)
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def _converse(self, sock: socket.socket, heard: BinaryIO, line: int) -> None:
        def say(words: bytes) -> None:
            sock.sendall(words + b"\r\n")

        say(b"220 ready")
        recipient = ""
        while command := heard.readline():
            verb = command[:4].upper()
            if verb == b"EHLO":
                say(b"250-server\r\n250-PIPELINING\r\n250 8BITMIME")
            elif verb == b"RCPT":
                recipient, reply = self._judge(command, line)
                say(reply)
            elif verb == b"DATA":
                if not recipient:
                    say(b"503 for whom?")
                    continue
                say(b"354 go ahead")
                answers = self._take(heard, recipient, line)
                recipient = ""
                if not answers:
                    return
                say(b"250 taken")
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 fine")

    def _judge(self, command: bytes, line: int) -> tuple[str, bytes]:
        found = _ADDRESS.search(command)
        recipient = found[1].decode() if found else ""
        with self._lock:
            self.asked[recipient] += 1
            attempt = self.asked[recipient]
            if self.moods.strikes(self.moods.for_good, "for good", recipient):
                self.refused[recipient].append((line, self.carried[line]))
                return "", b"550 nobody here has that name"
        if self.moods.strikes(self.moods.for_now, "for now", recipient, attempt):
            return "", b"451 come again later"
        return recipient, b"250 fine"

    def _take(self, heard: BinaryIO, recipient: str, line: int) -> bool:
        """Read a letter; whether to say that it was taken."""
        head: dict[bytes, str] = {}
        in_head = True
        begun_at = 0.0
        while (text := heard.readline()) != b".\r\n":
            if not text.endswith(b"\n"):
                return False  # the line broke: what came is no letter
            if not begun_at:
                begun_at = time.monotonic()
                with self._lock:
                    self.carried[line] += 1
            in_head = in_head and text != b"\r\n"
            name, colon, value = text.partition(b":")
            if in_head and colon and not name.startswith((b" ", b"\t")):
                head[name.lower()] = value.strip().decode(errors="replace")
        time.sleep(self.thinks * random.random())
        letter = Taken(recipient, head.get(b"message-id", ""), head.get(b"date", ""), begun_at, line)
        with self._lock:
            self.taken.append(letter)
            self.came_for[recipient.partition("@")[2]] += 1
            silent = self.moods.strikes(self.moods.unanswered, "unanswered", recipient, self.asked[recipient])
            self.unanswered += silent
        return not silent
