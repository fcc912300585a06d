"""Hand letters to the mail server over lines that stay open. One letter, one recipient, one answer.

A letter is accepted only when its own 250 has come. What goes wrong becomes a Failure (`mishaps.py`), which says
whether it concerns the letter or everything, and whether the letter may have arrived all the same."""

import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NoReturn

from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.mail.mishaps import Refused, Stage, failure_of
from zoom_bridge.mail.windows import Windows
from zoom_bridge.mail.wire import Reply, Wire

#: A line that nobody needs is closed after so many seconds.
IDLE_SECONDS = 30.0
_STARTS_DATA = 354
_CLOSING = 421
_WAIT_FOR_LAST_WORDS = 2.0
_NOT_IN_ADDRESS = frozenset(" <>")
_STEPS = (Stage.SENDER, Stage.RECIPIENT, Stage.DATA)


class PostOffice:
    """The mail server we hand letters to.

    security      "none", "starttls" or "tls"; with the latter two the certificate is verified, and a letter waits
                  rather than travel in plain
    timeout       seconds for connecting, and for the commands before the letter
    deadline      seconds for a whole letter, with the server's thinking after it; less than the lease on its row
    context       for a server whose certificate is signed by an authority of one's own
    clock         what the pause of a greylisted recipient is counted from
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: str = "starttls",
        username: str | None = None,
        password: str | None = None,
        timeout: float = 30,
        *,
        deadline: float = 110,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        if security not in {"none", "starttls", "tls"}:
            raise ValueError(f"security: {security!r}")
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self.timeout, self.deadline = timeout, deadline
        self._context = context
        self._clock = clock
        self._idle: list[tuple[float, Line]] = []
        self._lock = threading.Lock()
        self._sweeping: threading.Timer | None = None

    @contextmanager
    def line(self) -> Iterator["Line"]:
        """A line of one's own for a while. It is opened with the first letter and kept open afterwards."""
        with self._lock:
            line = self._idle.pop()[1] if self._idle else Line(self)
        try:
            yield line
        except Failure:
            # The line itself is in order again: sending tidies up behind a failure.
            self._give_back(line)
            raise
        except BaseException:
            line.close()
            raise
        self._give_back(line)

    def windows(self) -> Windows:
        """Several lines at once."""
        return Windows(self.line)

    def close(self) -> None:
        """Hang up everywhere."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._sweeping:
                self._sweeping.cancel()
                self._sweeping = None
        for _, line in idle:
            line.close()

    def now(self) -> datetime | None:
        return self._clock() if self._clock else None

    def connect(self) -> Wire:
        """A new connection, secured and signed in. Raises Failure."""
        stage = Stage.CONNECTING
        wire = None
        try:
            context = self._verifying_context()
            wire = Wire(self._host, self._port, self._security, context, self.timeout)
            wire.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                stage = Stage.SECURING
                wire.secure()
                wire.ehlo()
            stage = Stage.SIGNING_IN
            if self._username:
                wire.login(self._username, self._password or "")
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if wire:
                wire.close()
            raise failure_of(error, stage, self.now()) from error
        return wire

    def _verifying_context(self) -> ssl.SSLContext | None:
        if self._security == "none":
            return None
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _give_back(self, line: "Line") -> None:
        line.announce_nothing()
        if not line.open:
            return
        with self._lock:
            self._idle.append((time.monotonic(), line))
            self._sweep_later()

    def _sweep_later(self) -> None:
        if self._sweeping is None:
            self._sweeping = threading.Timer(IDLE_SECONDS, self._sweep)
            self._sweeping.daemon = True
            self._sweeping.start()

    def _sweep(self) -> None:
        before = time.monotonic() - IDLE_SECONDS
        with self._lock:
            self._sweeping = None
            done = [line for since, line in self._idle if since <= before]
            self._idle = [(since, line) for since, line in self._idle if since > before]
            if self._idle:
                self._sweep_later()
        for line in done:
            line.close()


class Line:
    """One connection, opened when needed and replaced when broken. Used by one thread at a time."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office
        self._wire: Wire | None = None
        self._stage = Stage.CONNECTING
        #: From whom and to whom the letter is that the server waits for already.
        self._announced: tuple[str, str] | None = None

    @property
    def open(self) -> bool:
        return self._wire is not None

    def close(self) -> None:
        self.announce_nothing()
        if self._wire:
            self._wire.part()
            self._wire = None

    def announce_nothing(self) -> None:
        """The letter that was announced does not come. The server waits for its text: no word but this is left."""
        if self._announced:
            self._hang_up()

    def send(self, envelope: Envelope, then: str = "", last_look: Callable[[], None] = lambda: None) -> None:
        """Hand over one letter. Returns when the server has accepted it; raises Failure otherwise.

        `then`: to whom the next letter on this line will go. If the server can take it, that one is announced together
        with this one's last dot (RFC 2920), and no time is lost with waiting for the answer. Of its text nothing has
        left before its own turn; if another letter comes instead, the line is replaced. `last_look`: called right before
        the letter's text leaves; what it raises keeps the letter back."""
        _check_addresses(envelope)
        began = time.monotonic()
        if self._announced != (envelope.sender, envelope.recipient):
            self.announce_nothing()
        fresh = self._connect()
        try:
            try:
                self._ask(envelope)
            except (smtplib.SMTPServerDisconnected, OSError, Refused) as error:
                # The server may tire of a line between two letters. Nothing of this one has left: once more, anew.
                if fresh or not _tired(error):
                    raise
                self._hang_up()
                self._connect()
                self._ask(envelope)
            last_look()
            self._hand_over(envelope, then, self._office.deadline - (time.monotonic() - began))
        except Refused as error:
            self._tidy_up(error.code)
            raise failure_of(error, self._stage, self._office.now()) from error
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise failure_of(error, self._stage, self._office.now()) from error
        except BaseException:
            # Nobody knows what the server waits for now.
            self._hang_up()
            raise

    def _connect(self) -> bool:
        """Whether the line is a new one."""
        if self._wire and not self._announced and self._wire.stale():
            self._hang_up()
        if self._wire:
            return False
        self._wire = self._office.connect()
        return True

    def _ask(self, envelope: Envelope) -> None:
        """MAIL, RCPT and DATA: in one write if the server can take it. Afterwards it waits for the letter."""
        self._stage = Stage.SENDER
        wire = self._on()
        wire.allow(self._office.timeout)
        commands = _commands(wire, envelope)
        announced, self._announced = self._announced, None
        if announced:
            self._judge(wire.replies(len(commands)))
        elif wire.has_extn("pipelining"):
            self._judge(wire.ask(commands))
        else:
            replies: list[Reply] = []
            for command in commands:
                self._stage = _STEPS[len(replies)]
                replies += wire.ask([command])
                self._judge(replies)

    def _judge(self, replies: list[Reply]) -> None:
        """Raise the first refusal among the replies. A server that wants the letter although it has refused the
        recipient must not get it, not even an empty one: then only hanging up is left."""
        for stage, (code, words) in zip(_STEPS, replies, strict=False):
            self._stage = stage
            good = code == _STARTS_DATA if stage is Stage.DATA else 200 <= code < 300
            if not good:
                if replies[-1][0] == _STARTS_DATA:
                    self._hang_up()
                raise Refused(code, words)

    def _hand_over(self, envelope: Envelope, then: str, seconds: float) -> None:
        """The letter and the last dot, then the answer to it."""
        self._stage = Stage.SENDING
        wire = self._on()
        wire.allow(seconds)
        try:
            wire.write(stuffed(envelope.data))
        except OSError as error:
            # The dot did not get through, so the letter is not there; the server may have said why.
            self._raise_last_words(wire, error)
        self._stage = Stage.WAITING
        if _usable(then) and then.isascii() and envelope.sender.isascii() and wire.has_extn("pipelining"):
            # A write of its own: whatever happens to it, the dot is out.
            self._announced = (envelope.sender, then)
            with suppress(OSError):
                wire.write("".join(f"{line}\r\n" for line in _lines(*self._announced)).encode())
        code, words = wire.getreply()
        if code != 250:
            raise Refused(code, words)

    def _raise_last_words(self, wire: Wire, error: OSError) -> NoReturn:
        wire.allow(_WAIT_FOR_LAST_WORDS)
        try:
            code, words = wire.getreply()
        except (smtplib.SMTPException, OSError):
            raise error from None
        self._hang_up()
        raise Refused(code, words) if code >= 400 else error

    def _tidy_up(self, code: int) -> None:
        """After a refusal: clear the server's table, or hang up where it does so itself."""
        if code in {_CLOSING, -1}:
            self._hang_up()
        if self._wire is None or self._announced:
            # Whatever was said now would be text of the letter that the server waits for.
            return
        try:
            self._wire.allow(self._office.timeout)
            if self._wire.ask(["RSET"])[0][0] != 250:
                self._hang_up()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _on(self) -> Wire:
        if self._wire is None:
            raise smtplib.SMTPServerDisconnected("The line is closed.")
        return self._wire

    def _hang_up(self) -> None:
        self._announced = None
        if self._wire:
            self._wire.close()
            self._wire = None


def stuffed(data: bytes) -> bytes:
    """The letter as it travels: CRLF everywhere, dots at the start of lines doubled, and the last dot."""
    if not data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n"):
        data = b"\r\n".join(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    if data.startswith(b"."):
        data = b"." + data
    data = data.replace(b"\r\n.", b"\r\n..")
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


def _tired(error: Exception) -> bool:
    return error.code == _CLOSING if isinstance(error, Refused) else True


def _commands(wire: Wire, envelope: Envelope) -> tuple[str, str, str]:
    """Raises a permanent Failure where the server cannot take the letter."""
    if wire.has_extn("size"):
        most = wire.esmtp_features["size"].strip()
        if most.isdigit() and 0 < int(most) < len(envelope.data):
            raise Failure(f"The letter is bigger than the mail server takes ({most} bytes).", permanent=True)
    options = ""
    if not (envelope.recipient.isascii() and envelope.sender.isascii()):
        if not wire.has_extn("smtputf8"):
            raise Failure(
                "The mail server cannot write to addresses with letters other than a to z before the @.",
                permanent=True,
            )
        options = " SMTPUTF8 BODY=8BITMIME"
    return _lines(envelope.sender, envelope.recipient, options)


def _lines(sender: str, recipient: str, options: str = "") -> tuple[str, str, str]:
    return f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{recipient}>", "DATA"


def _check_addresses(envelope: Envelope) -> None:
    """They are cleaned long before; a line of ours is still never written with a stranger's line break in it."""
    if not (_usable(envelope.sender) and _usable(envelope.recipient)):
        raise Failure("The e-mail address cannot be used.", permanent=True)


def _usable(address: str) -> bool:
    return address != "" and address.isprintable() and not _NOT_IN_ADDRESS.intersection(address)
