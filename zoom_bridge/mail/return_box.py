"""The mailbox that undeliverable letters come back to, over IMAP. It is opened for reading only: nothing in it is marked,
moved or deleted, so people may use it as well. What a letter in it says is read in `returned.py`."""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoom_bridge.domain.bounce import Bounce, Mark
from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail import returned

if TYPE_CHECKING:
    from imap_tools.mailbox import BaseMailBox

log = logging.getLogger(__name__)

#: Letters looked at in one go, and how much of each. Reports are small; what stands behind is the letter itself.
MOST = 200
_FIRST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Reading:
    """What stands between two marks. `more`: there is more behind it."""

    bounces: list[Bounce]
    mark: Mark
    more: bool


class ReturnBox:
    """`security` is "none", "starttls" or "tls"; with the latter two the certificate is verified. `context` is for a
    server whose certificate is signed by an authority of one's own."""

    def __init__(
        self,
        host: str,
        port: int = 993,
        security: str = "tls",
        username: str = "",
        password: str = "",
        folder: str = "INBOX",
        timeout: float = 30,
        *,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if security not in {"none", "starttls", "tls"}:
            raise ValueError(f"security: {security!r}")
        self._host, self._port, self._security = host, port, security
        self._username, self._password, self._folder = username, password, folder
        self._timeout = timeout
        self._context = context

    @property
    def name(self) -> str:
        """Tells it from other mailboxes; how far each has been read is kept under it."""
        return f"{self._username} {self._host}:{self._port} {self._folder}"[-200:]

    def check(self) -> None:
        """Whether we are let in and the folder is there. Raises Failure."""
        with self._opened():
            pass

    def read(self, since: Mark | None, most: int = MOST) -> Reading:
        """What came behind the mark, in order; from the beginning when the numbers are good no more. Raises Failure."""
        with self._opened() as (mailbox, validity):
            after = since.last_uid if since and since.validity == validity else 0
            # "7:*" is the last letter at least, even when its number is below seven.
            found = mailbox.uids(f"UID {after + 1}:*", None)
            uids = sorted(uid for uid in map(int, found) if uid > after)
            bounces = [bounce for uid in uids[:most] for bounce in _read(mailbox, uid)]
        mark = Mark(validity, uids[:most][-1] if uids else after)
        return Reading(bounces, mark, more=len(uids) > most)

    @contextmanager
    def _opened(self) -> Iterator[tuple["BaseMailBox", int]]:
        """The mailbox, opened for reading only, with the validity of its numbers."""
        try:
            from imap_tools.errors import ImapToolsError, MailboxFolderStatusError, MailboxLoginError
        except ImportError as error:
            raise _trouble("The extra “imap” is not installed", permanent=True) from error
        try:
            mailbox = self._connected()
            try:
                if self._security == "starttls":
                    mailbox.client.starttls(self._verifying_context())
                # LOGIN cannot carry umlauts, and not every server takes AUTHENTICATE PLAIN.
                plain = f"{self._username}{self._password}".isascii()
                (mailbox.login if plain else mailbox.login_utf8)(self._username, self._password, None)
                validity = mailbox.folder.status(self._folder, ["UIDVALIDITY"])["UIDVALIDITY"]
                mailbox.folder.set(self._folder, readonly=True)
                yield mailbox, validity
            finally:
                with suppress(imaplib.IMAP4.error, OSError, ImapToolsError):
                    mailbox.logout()
                with suppress(OSError):
                    mailbox.client.shutdown()
        except MailboxLoginError as error:
            raise _trouble(
                "The mailbox does not let us in", _words(error.command_result), permanent=True
            ) from error
        except MailboxFolderStatusError as error:
            raise _trouble("The mailbox has no such folder", self._folder, permanent=True) from error
        except ssl.SSLCertVerificationError as error:
            raise _trouble(
                "The mailbox's certificate is not valid", error.verify_message, permanent=True
            ) from error
        except (imaplib.IMAP4.abort, OSError) as error:
            raise _trouble("The mailbox cannot be reached", str(error)) from error
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise _trouble("The mailbox cannot be read", str(error)) from error

    def _connected(self) -> "BaseMailBox":
        from imap_tools.mailbox import MailBox, MailBoxUnencrypted

        if self._security == "tls":
            context = self._verifying_context()
            return MailBox(self._host, self._port, self._timeout, ssl_context=context)
        return MailBoxUnencrypted(self._host, self._port, self._timeout)

    def _verifying_context(self) -> ssl.SSLContext:
        """Without one of ours nothing would be verified."""
        return self._context or ssl.create_default_context()


def _read(mailbox: "BaseMailBox", uid: int) -> list[Bounce]:
    """One letter; peeked at, and never more than its beginning."""
    answer = mailbox.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_FIRST_BYTES}>)")
    data = next((part[1] for part in answer[1] if isinstance(part, tuple)), b"")
    try:
        return returned.read(data)
    except Exception:
        # Whatever somebody may have written there: the letters behind it are read all the same.
        log.exception("a letter in the mailbox for undeliverable letters cannot be read")
        return []


def _trouble(sentence: str, detail: str = "", *, permanent: bool = False) -> Failure:
    shown = " ".join("".join(one if one.isprintable() else " " for one in detail).split())[:200]
    message = f"{sentence}: {shown}" if shown else f"{sentence}."
    return Failure(message, systemic=True, permanent=permanent)


def _words(result: tuple[object, ...]) -> str:
    """What the server said, without Python's brackets around it."""
    said = result[1] if len(result) > 1 else b""
    first = said[0] if isinstance(said, list) and said else said
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
