"""A mail server that does exactly as told, command by command: refuse, hang, hang up, dribble. It takes several
lines at once and remembers what it was told and given."""

import contextlib
import socket
import ssl
import threading
import time
from typing import Self

CUT = "cut"
HANG = "hang"
DRIBBLE = "dribble"


class ScriptedServer:
    """`script` names what to answer at "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "end",
    "RSET": a reply, CUT, HANG, a list of those to be used one after another (the last one stays), or (seconds,
    reply)."""

    def __init__(
        self, *features: str, tls: ssl.SSLContext | None = None, tls_at_once: bool = False, **script
    ) -> None:
        self.features = features
        self.script = script
        self.commands: list[str] = []
        self.letters: list[bytes] = []
        self.connections = 0
        self.writes: list[bytes] = []
        self._tls = tls
        self._tls_at_once = tls_at_once
        self._open: set[socket.socket] = set()
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        # Closing a listener does not wake its accept; a connection does.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)

    def hang_up(self) -> None:
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self._over.is_set():
                sock.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, sock: socket.socket) -> None:
        self._open.add(sock)
        try:
            if self._tls_at_once:
                sock = self._secured(sock)
                self._open.add(sock)
            self._converse(sock)
        except (OSError, _Cut):
            pass
        finally:
            self._leave(sock)

    def _secured(self, sock: socket.socket) -> socket.socket:
        self._open.discard(sock)
        return self._tls.wrap_socket(sock, server_side=True)

    def _leave(self, sock: socket.socket) -> None:
        self._open.discard(sock)
        sock.close()

    def _converse_secured(self, sock: socket.socket) -> None:
        with self._secured(sock) as secured:
            self._open.add(secured)
            try:
                self._listen(secured)
            finally:
                self._open.discard(secured)

    def _converse(self, sock: socket.socket) -> None:
        self._answer(sock, "greeting", "220 ready")
        self._listen(sock)

    def _listen(self, sock: socket.socket) -> None:
        waiting = b""
        while True:
            while b"\r\n" not in waiting:
                waiting += self._read(sock)
            line, _, waiting = waiting.partition(b"\r\n")
            command = line.decode()
            self.commands.append(command)
            verb = command.split()[0].upper()
            if verb == "QUIT":
                return
            if verb == "EHLO":
                lines = ["server", *self.features]
                marks = ["-"] * (len(lines) - 1) + [" "]
                usual = "\r\n".join(f"250{mark}{text}" for mark, text in zip(marks, lines, strict=True))
                self._answer(sock, "EHLO", usual)
            elif verb == "STARTTLS":
                self._answer(sock, "STARTTLS", "220 go ahead")
                self._converse_secured(sock)
                return
            elif verb == "AUTH":
                self._answer(sock, "AUTH", "235 welcome")
            elif verb == "DATA":
                reply = self._answer(sock, "DATA", "354 go ahead")
                if reply.startswith("354"):
                    waiting = self._take_letter(sock, waiting)
            else:
                self._answer(sock, verb, "250 fine")

    def _take_letter(self, sock: socket.socket, waiting: bytes) -> bytes:
        if "body" in self.script:
            # Refused while it is still being sent: the server does not listen to the rest.
            self._answer(sock, "body", "")
            raise _Cut
        while b"\r\n.\r\n" not in waiting:
            waiting += self._read(sock)
        letter, dot, rest = waiting.partition(b"\r\n.\r\n")
        self.letters.append(letter + dot)
        self._answer(sock, "end", "250 taken")
        return rest

    def _read(self, sock: socket.socket) -> bytes:
        data = sock.recv(65536)
        if not data:
            raise _Cut
        self.writes.append(data)
        return data

    def _answer(self, sock: socket.socket, what: str, usual: str) -> str:
        reply = self.script.get(what, usual)
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if isinstance(reply, tuple):
            seconds, reply = reply
            self._over.wait(seconds)
        if reply == CUT:
            raise _Cut
        if reply == HANG:
            self._over.wait(30)
            raise _Cut
        if reply == DRIBBLE:
            while not self._over.is_set():
                sock.sendall(b"2")
                time.sleep(0.02)
            raise _Cut
        sock.sendall(reply.encode() + b"\r\n")
        return reply


class _Cut(Exception):
    pass
