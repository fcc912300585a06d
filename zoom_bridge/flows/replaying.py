"""Deliveries from a file are kept as if each had just come: to see an evening once more, or to mend one of which some got
lost. What is known already stays as it is, so a file may be replayed as often as one likes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from zoom_bridge.store import inbox
from zoom_bridge.store.database import Database
from zoom_bridge.zoom import raw_json
from zoom_bridge.zoom.payloads import told_at

#: So many are kept in one transaction.
_AT_ONCE = 200


@dataclass(frozen=True)
class Replayed:
    """How many deliveries the file holds, and how many of them were not kept yet."""

    read: int
    new: int


class Unreadable(Exception):
    """A line is no delivery. Those before it may be kept."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is none")
        self.line = line


def replay(db: Database, lines: Iterable[str], now: datetime) -> Replayed:
    """Each line is {"name": …, "body": …} in JSON, the body as text, exactly as it came. The job applies them like all
    others."""
    read = new = 0
    rows = _rows(lines, now)
    while some := list(islice(rows, _AT_ONCE)):
        with db.transaction() as connection:
            new += inbox.keep(connection, some)
        read += len(some)
    return Replayed(read, new)


def _rows(lines: Iterable[str], now: datetime) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            kept = raw_json.decode_object(line.encode())
            name, body = str(kept["name"]), str(kept["body"]).encode(errors="surrogateescape")
            event_ts = raw_json.decode_object(body).get("event_ts")
        except (KeyError, ValueError):
            raise Unreadable(number) from None
        if not name.isprintable():
            raise Unreadable(number)
        yield inbox.as_row(name, body, told_at(event_ts), now)
