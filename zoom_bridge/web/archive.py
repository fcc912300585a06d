"""Papers to download: one as a PDF, or many as an archive, file by file while it is fetched, so that it never lies in
memory as a whole."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from flask import Response

#: What some system does not take in a file's name.
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
#: In bytes: with what is put behind it, no file system takes more.
_LONGEST = 200


class _Stream:
    """What ZipFile writes into: it cannot go back, and what it was given is handed on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def archived(files: Iterable[tuple[str, bytes]], made_at: datetime) -> Iterator[bytes]:
    """`files` are (name as `fit` makes it, content). PDFs are packed already, so nothing is packed here."""
    stream = _Stream()
    with ZipFile(stream, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, content in files:
            archive.writestr(ZipInfo(name, made_at.timetuple()[:6]), content)
            yield stream.take()
    yield stream.take()


def fit(name: str, ending: str) -> str:
    """The name as every system takes it, and shortened where it has to be; its ending stays, and tells it from others."""
    short = _UNFIT.sub("_", name).encode(errors="replace")[:_LONGEST].decode(errors="ignore")
    return f"{short.strip('. ')}{ending}".lstrip()


def as_pdf(data: bytes, language: str) -> Response:
    """A certificate."""
    name = "Teilnahmebescheinigung" if language == "de" else "Certificate"
    answer = Response(data, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
