"""Pictures in the event form. A file that is chosen is kept at once, and the form carries only the digest of the picture
made of it: when the rest of the form is wrong, or a row is added, nobody has to choose it again."""

import re
from collections.abc import Iterator

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict

from zoom_bridge.flows import picturing
from zoom_bridge.store import pictures
from zoom_bridge.web.context import bridge, now
from zoom_bridge.web.fields import Line
from zoom_bridge.web.uploads import (
    LARGEST_FILE,
    LOGO,
    PORTRAIT,
    SENTENCES,
    STILL,
    NoPicture,
    Shape,
    Slip,
    picture_of,
)

Fields = MultiDict[str, str]

#: The form's fields that hold a picture's digest. The file input of each is called the same, with "file" at its end.
SHAPES = {"hosted_by_logo": LOGO, "trailer_picture": STILL, "house_logo": LOGO}
ROW_SHAPES = {("partners", "logo"): LOGO, ("panelists", "portrait"): PORTRAIT}

_IN_ROW = re.compile(r"([a-z]+)-[0-9]{1,3}-([a-z]+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DROP = "drop "


class ChosenPicture(Line):
    """The digest of a picture, in a hidden field."""

    def clean(self, text: str) -> str:
        return text if _DIGEST.fullmatch(text) else ""


class ChosenFile(Line):
    """The file input beside it. What comes as its text is why the file gave no picture (`Slip`)."""

    def clean(self, text: str) -> str:
        return text if text in list(Slip) else ""

    def read(self, text: str) -> str:
        self.refuse(self.gettext(SENTENCES[Slip(text)]))
        return ""


def received() -> Fields:
    """The submitted form, with the digest of a picture for each file that came with it."""
    fields = _without_dropped(request.form)
    made = []
    for name, shape, file in _sent_files(request.files):
        try:
            picture = picture_of(file.stream.read(LARGEST_FILE + 1), shape, now())
        except NoPicture as refused:
            fields[file_of(name)] = refused.slip
        else:
            fields[name] = picture.digest
            made.append(picture)
    if made:
        picturing.keep(bridge().db, made)
    return with_pictures_that_are_there(fields)


def received_untrusted() -> Fields:
    """The same for a form whose token did not fit: nothing is kept, its files have to be chosen again."""
    fields = _without_dropped(request.form)
    for name, _, _ in _sent_files(request.files):
        fields[file_of(name)] = Slip.AGAIN
    return with_pictures_that_are_there(fields)


def with_pictures_that_are_there(fields: Fields) -> Fields:
    """A form that was left lying for weeks may name pictures that have been tidied away."""
    named = {name: text for name, text in fields.items() if _shape_of(name) and _DIGEST.fullmatch(text)}
    with bridge().db.reading() as connection:
        there = pictures.sizes(connection, tuple(set(named.values())))
    for name, digest in named.items():
        if digest not in there:
            fields.poplist(name)
            fields[file_of(name)] = Slip.GONE
    return fields


def file_of(name: str) -> str:
    return f"{name}file"


def without_drop(change: str) -> str:
    """The field or row that a button is about."""
    return change.removeprefix(_DROP)


def _shape_of(name: str) -> Shape | None:
    """The shape of the picture whose digest is in this field; None for every other field."""
    if found := _IN_ROW.fullmatch(name):
        return ROW_SHAPES.get((found[1], found[2]))
    return SHAPES.get(name)


def _sent_files(files: "MultiDict[str, FileStorage]") -> Iterator[tuple[str, Shape, FileStorage]]:
    """(field for the digest, shape, file) of every file that was chosen."""
    for name, file in files.items():
        shape = _shape_of(_picture_of_file(name))
        if shape and file.filename:
            yield _picture_of_file(name), shape, file


def _without_dropped(submitted: Fields) -> Fields:
    """Without the picture that a button "Remove" stands for, and without what only we may say."""
    fields: Fields = MultiDict(
        (name, text) for name, text in submitted.items(multi=True) if not _shape_of(_picture_of_file(name))
    )
    change = submitted.get("change", "")
    if change.startswith(_DROP) and _shape_of(without_drop(change)):
        fields.poplist(without_drop(change))
    return fields


def _picture_of_file(name: str) -> str:
    return name.removesuffix("file") if name.endswith("file") else ""
