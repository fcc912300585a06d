"""The wire to a mail server: smtplib's connection, with an end to every wait and several commands in one write.

smtplib's time-out starts anew with every byte, so a server that dribbles could hold a letter for ever. Here every
read counts against one deadline. No name is looked up for our own greeting, because that can block for seconds."""

import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from select import select

_LONGEST_LINE = 8192
_MOST_LINES = 200

Reply = tuple[int, bytes]


class Wire(smtplib.SMTP):
    """Connected when it is made. `security` is "none", "starttls" or "tls"; there is no way back to plain."""

    def __init__(
        self, host: str, port: int, security: str, context: ssl.SSLContext | None, seconds: float
    ) -> None:
        self._context = context if security != "none" else None
        self._tls_from_the_start = security == "tls"
        self._unread = b""
        self.allow(seconds)
        super().__init__(host, port, local_hostname=_own_name(), timeout=seconds)

    def allow(self, seconds: float) -> None:
        """Whatever follows must be over by then."""
        self._until = time.monotonic() + seconds

    def secure(self) -> None:
        """STARTTLS. What came in plain behind the server's "ready" was not the server's: it is an attack."""
        self.starttls(context=self._context)
        if self._unread:
            self.close()
            raise ssl.SSLError("plain text after STARTTLS")

    def write(self, data: bytes) -> None:
        """All of it, or OSError. Unlike smtplib's, it leaves the connection open, so that the server's parting words
        can be read."""
        sock = self._connected()
        sock.settimeout(self._remaining())
        sock.sendall(data)

    def ask(self, commands: Sequence[str]) -> list[Reply]:
        """Several commands in one write, and a reply to each (RFC 2920). A 421 ends it: the server hangs up."""
        self.write("".join(f"{command}\r\n" for command in commands).encode())
        return self.replies(len(commands))

    def replies(self, count: int) -> list[Reply]:
        """The next so many."""
        replies: list[Reply] = []
        while len(replies) < count and (not replies or replies[-1][0] != 421):
            replies.append(self.getreply())
        return replies

    def getreply(self) -> Reply:
        """The server's next reply: its code, or -1 when it makes no sense, and its words."""
        words: list[bytes] = []
        while len(words) < _MOST_LINES:
            line = self._line()
            words.append(line[4:].strip(b" \t\r\n"))
            if not line[:3].isdigit():
                return -1, b"\n".join(words)
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(words)
        self.close()
        raise smtplib.SMTPServerDisconnected("The reply has no end.")

    def stale(self) -> bool:
        """Whether the server has hung up, or said something unasked, since we last spoke."""
        if self.sock is None or self._unread:
            return True
        readable, _, _ = select([self.sock], [], [], 0)
        return bool(readable)

    def part(self) -> None:
        """Say goodbye and hang up; nobody waits for the answer."""
        with suppress(OSError, smtplib.SMTPException):
            self.allow(1)
            self.write(b"QUIT\r\n")
        self.close()

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > _LONGEST_LINE:
                self.close()
                raise smtplib.SMTPServerDisconnected("The reply's line has no end.")
            self._unread += self._received()
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _received(self) -> bytes:
        try:
            sock = self._connected()
            sock.settimeout(self._remaining())
            data = sock.recv(4096)
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(str(error)) from error
        if not data:
            self.close()
            raise smtplib.SMTPServerDisconnected("The server hung up.")
        return data

    def _connected(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("The line is closed.")
        return self.sock

    def _remaining(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """smtplib's own hook, with which its SMTP_SSL puts on TLS as well."""
        sock = socket.create_connection((host, port), timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self._tls_from_the_start or self._context is None:
            return sock
        try:
            return self._context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise


def _own_name() -> str:
    name = socket.gethostname()
    usable = "." in name and name.isascii() and not name.startswith(".")
    return name if usable else "[127.0.0.1]"
