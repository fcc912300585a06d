"""Letters after the event: thanks, the way to what there is, and a way out of such letters."""

import pytest

from tests.builders import an_event
from tests.mail.post import LANGUAGES, LINKS, a_letter
from zoom_bridge.domain.message import FOLLOW_UPS, Kind

UNSUBSCRIBE = LINKS.unsubscribe("k" * 22)
every_follow_up = pytest.mark.parametrize("kind", sorted(FOLLOW_UPS))


@every_follow_up
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_leads_out_of_such_letters_and_to_the_events_page_but_no_longer_in(kind: Kind, language: str) -> None:
    event = an_event()

    letter = a_letter(kind, language, event=event, now=event.ends_at)

    for text in (letter.text, letter.html):
        assert UNSUBSCRIBE in text
        assert LINKS.event(event.slug, language) in text
        assert LINKS.personal("k" * 22, "cancel") not in text
    assert letter.message["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_that_belongs_to_the_registration_cannot_be_unsubscribed_from() -> None:
    letter = a_letter(Kind.CONFIRMATION)

    assert letter.message["List-Unsubscribe"] is None
    assert UNSUBSCRIBE not in letter.text + letter.html


def test_the_events_own_thanks_and_its_recording_stand_in_it() -> None:
    event = an_event(thanks_de="Danke **allen**!", recording_url="https://peertube.example.org/w/1")

    letter = a_letter(Kind.FOLLOW_UP_ATTENDED, event=event, now=event.ends_at)
    without = a_letter(Kind.FOLLOW_UP_ATTENDED, event=an_event(), now=event.ends_at)

    assert "Danke allen!" in letter.text
    assert "<strong>allen</strong>" in letter.html
    assert "Die Aufzeichnung finden Sie auf der Seite der Veranstaltung." in letter.text
    assert "peertube" not in letter.text + letter.html, "nobody is led to a portal before they chose to be"
    assert "Aufzeichnung" not in without.text
