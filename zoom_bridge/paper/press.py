"""The press: a sheet in Typst and the data for it become a PDF. It is tagged as PDF/UA-1 asks, has language and title,
is set in the typefaces that come with Typst and fetches nothing.

What people wrote comes as data and is never read as Typst. The library is an extra (`pip install zoom-bridge[pdf]`):
the service runs without it, asks `available` and says what is missing."""

import importlib.util
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

#: What to say where the press is missing; a sentence for organisers (extracted for translation by those who say it).
MISSING = (
    "Papers as PDF are not installed on this server. Whoever runs it adds them with: pip install zoom-bridge[pdf]"
)

#: The beginning of a sheet that sets what people wrote: what is longer than any word is broken, rather than running off
#: the sheet.
SOFT: Final = r"""
#let soft(text, longest: 35) = text.replace(
  regex("\S{" + str(longest) + ",}"),
  found => found.text.clusters().chunks(calc.quo(longest, 2)).map(array.join).join(sym.zws),
)
"""

_PDF_UA: Final = "ua-1"
_SHEET = "sheet.typ"
# Controls, overrides of the order of writing, lone surrogates.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")


class NotInstalled(Exception):
    """The extra [pdf] is not installed."""

    def __init__(self) -> None:
        super().__init__(MISSING)


def available() -> bool:
    return importlib.util.find_spec("typst") is not None


def printed(source: str, data: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """The PDF. The sheet reads `data` by `json("data.json")` and each of the files by its name. It has to set title and
    language of the document, and an alternative text for each picture, or this raises.

    Sheets should not hyphenate: where words are broken by hyphens, all hyphens of the PDF are read and copied as soft
    ones, those in names as well (Typst 0.15).

    A script that Typst's own typefaces do not have, such as Chinese, is set in one of the machine's. One that nobody
    has leaves empty boxes: then the PDF is tagged all the same, but no longer PDF/UA."""
    try:
        import typst
    except ImportError as error:
        raise NotInstalled from error
    with TemporaryDirectory() as folder:
        # The sheet can read what lies here, and nothing else of this machine.
        root = Path(folder)
        for name, content in {_SHEET: source.encode(), "data.json": _as_json(data), **files}.items():
            (root / name).write_bytes(content)
        tries: list[tuple[bool, Any]] = [(True, _PDF_UA), (False, _PDF_UA), (False, [])]
        for ignore_system_fonts, standard in tries:
            try:
                made: bytes = typst.compile(
                    root / _SHEET,
                    root=root,
                    format="pdf",
                    ignore_system_fonts=ignore_system_fonts,
                    pdf_standards=standard,
                )
            except typst.TypstError as error:
                if "could not be displayed" not in str(error) or not standard:
                    raise
            else:
                return made
    raise AssertionError("The last try asks for no standard, so nothing is missing from it.")


def _as_json(data: dict[str, Any]) -> bytes:
    """Without what cannot be set or would reorder what stands after it."""
    return json.dumps(_clean(data), ensure_ascii=False).encode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSEEN.sub("", value)
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value
