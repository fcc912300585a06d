"""Lists as files for spreadsheets, row by row, so that a long list never lies in memory: CSV that German Excel opens at
once (semicolons, Windows line ends, a mark for UTF-8), and XLSX in which numbers and dates are such. In neither is a
text ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO
from zoneinfo import ZoneInfo

from flask import Response
from xlsxwriter import Workbook

from zoom_bridge.web.context import now, speech

#: What a cell holds: an instant stands there as `wall` says it.
Cell = str | int | float | datetime | None
#: The end of a list's address: f"…/people.{FORM}".
FORM = "<any(csv, xlsx):form>"

#: Spreadsheets take a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: So much of a file is handed over at a time.
_PORTION = 1 << 16
#: Columns are as wide as their widest cell, within reason; in characters.
_NARROWEST, _WIDEST = 8, 60
#: A cell of Excel's holds no more characters.
_MOST_IN_A_CELL = 32_767
_MOMENT = "%Y-%m-%d %H:%M:%S"
#: Excel shows a moment as its reader is used to.
_MOMENT_IN_EXCEL, _ROOM_FOR_A_MOMENT = 22, 17


def offer(rows: Iterable[Sequence[Cell]], name: str, form: str) -> Response:
    """A list to download. The first row is its heading; `name` is the file's, without an ending."""
    if form == "xlsx":
        response = Response(_book(rows), mimetype=_XLSX)
    else:
        response = Response(_lines(rows, "," if speech().language == "de" else "."), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def wall(instant: datetime | None, zone: str) -> datetime | None:
    """An instant as the clock on the wall showed it; spreadsheets know no time zones."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0) if instant else None


def plain(cell: str) -> str:
    """The same text, so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _lines(rows: Iterable[Sequence[Cell]], point: str) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    # Excel takes the file for UTF-8 only when it begins with this mark.
    buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    for row in rows:
        writer.writerow([_as_text(cell, point) for cell in row])
        if buffer.tell() >= _PORTION:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _as_text(cell: Cell, point: str) -> str:
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, datetime):
        return cell.strftime(_MOMENT)
    if isinstance(cell, float):
        return str(cell).replace(".", point)
    return "" if cell is None else str(cell)


def _book(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file is written before the first of it is handed over, so that what goes wrong becomes a page. It lies on the
    disk meanwhile, without a name, and is gone with the last portion."""
    file = TemporaryFile()  # noqa: SIM115 (open until the last portion)
    try:
        with TemporaryDirectory() as folder:
            _write(file, folder, rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return _portions(file)


def _portions(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while portion := file.read(_PORTION):
            yield portion


def _write(file: IO[bytes], folder: str, rows: Iterable[Sequence[Cell]]) -> None:
    book = Workbook(file, {
        "constant_memory": True, "tmpdir": folder,
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    })  # fmt: skip
    book.set_properties({"created": now().replace(tzinfo=None)})
    sheet = book.add_worksheet()
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": _MOMENT_IN_EXCEL})
    rows = iter(rows)
    heading = next(rows)
    widths = [_NARROWEST] * len(heading)
    last = 0
    for last, row in enumerate(chain([heading], rows)):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(last, column, cell[:_MOST_IN_A_CELL], None if last else bold)
            elif isinstance(cell, datetime):
                sheet.write_datetime(last, column, cell, moment)
            elif cell is not None:
                sheet.write_number(last, column, cell)
            widths[column] = max(widths[column], _width(cell))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, _WIDEST) + 2)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(heading) - 1)
    book.close()


def _width(cell: Cell) -> int:
    if isinstance(cell, datetime):
        return _ROOM_FOR_A_MOMENT
    return 0 if cell is None else max(map(len, str(cell).split("\n")))
