"""How Django sends mail: its backend, a connection that stays open, one message object after another. Measured only where
Django can be imported; nothing of ours needs it."""

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

from benchmarks.programs import LOOPBACK

AVAILABLE = find_spec("django") is not None
_TEXT = "A line of the letter, as long as lines are in letters that people read.\n" * 50
_HTML = "<p>A line of the letter, as long as lines are in letters that people read.</p>\n" * 90
_ENTRY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n" * 20


def send_many(port: int, letters: int, connections: int) -> None:
    """So many letters over so many connections at once."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_TZ=True, DEFAULT_CHARSET="utf-8")

    def one(first: int) -> None:
        from django.core.mail.backends.smtp import EmailBackend

        backend = EmailBackend(host=LOOPBACK, port=port, use_tls=False, use_ssl=False, timeout=60)
        sent = backend.send_messages([_message(n) for n in range(first, letters, connections)])
        if sent != len(range(first, letters, connections)):
            raise RuntimeError(f"Django sent {sent}")

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, range(connections)))


def _message(number: int) -> Any:
    from django.core.mail import EmailMultiAlternatives

    address = f"anna-{number}@example.org"
    message = EmailMultiAlternatives(
        "Confirmation", f"Dear Anna {number}\n{_TEXT}", "events@example.org", [address]
    )
    message.attach_alternative(f"<p>Dear Anna {number}</p>{_HTML}", "text/html")
    message.attach("calendar.ics", _ENTRY, "text/calendar")
    return message
