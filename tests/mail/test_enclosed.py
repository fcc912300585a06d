"""A letter with a file of the reader's own: whole, well formed, and nobody else's."""

import pytest

from tests.builders import an_event
from tests.cast import ANNA, MALLORY
from tests.mail.post import LANGUAGES, Read, a_reader, letters, ready
from zoom_bridge.domain.message import Kind

FILE = bytes(range(256)) * 300 + b"={file:file}\r\n--=_mixed_=--\r\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_arrives_as_it_was_made_and_the_letter_is_well_formed(language: str) -> None:
    event, by = an_event(), letters()
    read = []
    for number, person in enumerate((ANNA, MALLORY)):
        enclosed = FILE + bytes([number])
        reader = a_reader(language, first_name=person.first_name, last_name=person.last_name)
        envelope = by.compose(
            ready(Kind.CERTIFICATE), event, reader, event.ends_at, enclosing=lambda made=enclosed: made
        )
        read.append(Read(envelope))

    for number, letter in enumerate(read):
        (file,) = letter.message.iter_attachments()
        assert file.get_content() == FILE + bytes([number])
        assert file.get_content_type() == "application/pdf"
        assert str(file.get_filename()).endswith(".pdf")
        assert not letter.defects
        assert max(map(len, letter.envelope.data.split(b"\r\n"))) <= 78
        assert b"\n" not in letter.envelope.data.replace(b"\r\n", b"")
    assert "Anna Albers" in read[0].text
    assert "Anna" not in read[1].text
