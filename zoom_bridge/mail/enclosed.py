"""What is enclosed with a letter: a PDF of the reader's own, made when the letter leaves."""

from base64 import encodebytes
from collections.abc import Callable

from zoom_bridge.i18n import speech

#: Makes the file.
Enclosing = Callable[[], bytes]


def file_name(language: str, enclosing: Enclosing | None) -> str:
    """As the reader finds it; in plain letters, because it stands in a header. Empty when nothing is enclosed."""
    return f"{speech(language).say('Certificate of attendance').replace(' ', '-')}.pdf" if enclosing else ""


def in_slot(enclosing: Enclosing | None) -> dict[str, str]:
    """For the slot of a prepared letter (`prepared.py`): base64 in lines."""
    return {"file": encodebytes(enclosing()).decode().replace("\n", "\r\n")} if enclosing else {}
