"""Lists as files that spreadsheets open at once: semicolons, Windows line ends, a mark for UTF-8, and no cell that
would be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response

#: Spreadsheets take a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_file(rows: Iterable[list[str]], name: str) -> Response:
    response = Response(_lines(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def wall(instant: datetime | None, zone: str) -> str:
    """As spreadsheets understand it in every language."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if instant else ""


def plain(cell: str) -> str:
    """The same text, so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _lines(rows: Iterable[list[str]]) -> Iterator[bytes]:
    """Row by row, so that a long list does not lie in memory as a file as well."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    # Excel takes the file for UTF-8 only when it begins with this mark.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    for row in rows:
        writer.writerow([plain(cell) for cell in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
