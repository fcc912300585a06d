"""Reads the spreadsheets that we write, as far as we write them: cells as Excel would hold them."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

_NAMES = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
#: The one style that is neither plain nor bold.
_MOMENT = "2"
_DAY_0 = datetime(1899, 12, 30)


def part_of(file: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        return ElementTree.fromstring(book.read(name))


def rows_of(file: bytes) -> list[list[Any]]:
    """Texts, numbers and moments; None where nothing stands. A formula makes it fail."""
    sheet = part_of(file, "xl/worksheets/sheet1.xml")
    rows = []
    for row in sheet.iterfind(".//x:row", _NAMES):
        cells: dict[int, Any] = {}
        for cell in row.iterfind("x:c", _NAMES):
            assert cell.find("x:f", _NAMES) is None, "a formula"
            column = 0
            for letter in str(cell.get("r")).rstrip("0123456789"):
                column = 26 * column + ord(letter) - ord("A") + 1
            cells[column] = _value(cell)
        rows.append([cells.get(column) for column in range(1, max(cells, default=0) + 1)])
    return rows


def _value(cell: ElementTree.Element) -> Any:
    if cell.get("t") == "inlineStr":
        return "".join(cell.itertext())
    number = float(cell.findtext("x:v", "nan", _NAMES))
    if cell.get("s") == _MOMENT:
        return (_DAY_0 + timedelta(days=number, seconds=0.5)).replace(microsecond=0)
    return int(number) if number.is_integer() else number
