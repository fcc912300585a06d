"""Letters to somebody on the panel: their own link, the calendar, and nothing that is for attendees."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_message, an_event
from tests.clock import NOW
from tests.mail.post import LANGUAGES, LINKS, Read, letters
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import TO_PANEL, Kind
from zoom_bridge.domain.panel_seat import PanelSeat

#: What each asks of the calendar.
CALENDARS = {
    Kind.PANEL_INVITATION: "REQUEST",
    Kind.PANEL_MOVED: "REQUEST",
    Kind.PANEL_CANCELLED: "CANCEL",
    Kind.PANEL_GOODBYE: "CANCEL",
}
every_letter = pytest.mark.parametrize("kind", sorted(TO_PANEL))


def a_seat(**changes: Any) -> PanelSeat:
    usual = {
        "id": 3, "event_id": 1, "key": "p" * 22, "name": "Petra Podium", "email": "petra@example.org",
        "email_key": "petra@example.org", "language": "de", "created_at": NOW, "withdrawn_at": None, "revision": 1,
        "synced_revision": 1, "synced_at": NOW, "panelist_id": "p1", "join_url": "https://zoom.example.org/w/1?tk=petra",
        "asked_zoom_at": None, "due_at": None, "attempts": 0, "last_error": None, "gave_up_at": None,
    }  # fmt: skip
    return PanelSeat(**usual | changes)


def about(kind: Kind) -> Event:
    moved = {"schedule_revision": 2, "moved_from": an_event().starts_at - timedelta(days=7)}
    off = {"cancelled_at": NOW}
    return an_event(**(moved if kind is Kind.PANEL_MOVED else {}), **(off if kind is Kind.PANEL_CANCELLED else {}))


def a_letter(kind: Kind, seat: PanelSeat | None = None, event: Event | None = None) -> Read:
    seat = seat or a_seat()
    message = replace(
        a_message(kind, message_id="<p3@events.example.org>", dated_at=NOW), registration_id=None, panel_seat_id=3
    )
    return Read(letters().compose_for_panel(message, event or about(kind), seat, NOW))


@every_letter
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_what_its_reader_needs_and_nothing_of_attendees_or_of_zoom(kind: Kind, language: str) -> None:
    letter = a_letter(kind, a_seat(language=language))

    link = LINKS.panel("p" * 22)
    leads_in = kind not in (Kind.PANEL_CANCELLED, Kind.PANEL_GOODBYE)
    assert letter.message["To"] == "Petra Podium <petra@example.org>"
    for text in (letter.text, letter.html):
        assert (link in text) is leads_in
        assert "/z/" not in text
        assert "zoom.example.org" not in text
        assert "Petra Podium" in text
        assert ("Podium" in text.replace("Petra Podium", "")) is (language == "de")


@every_letter
def test_the_calendar_gets_an_entry_of_their_own(kind: Kind) -> None:
    letter = a_letter(kind)

    kinds = [part.get_content_type() for part in letter.message.walk()]
    assert ("text/calendar" in kinds) is (kind in CALENDARS)
    if kind in CALENDARS:
        entry = letter.calendar.replace("\r", "").replace("\n ", "")
        assert f"METHOD:{CALENDARS[kind]}" in entry
        assert f"UID:{'p' * 22}@events.example.org" in entry
        assert f"URL:{LINKS.panel('p' * 22)}" in entry
        assert "mailto:petra@example.org" in entry


def test_a_move_and_a_cancellation_outrank_the_invitation_in_the_calendar() -> None:
    def sequence(kind: Kind, seat: PanelSeat) -> int:
        lines = a_letter(kind, seat).calendar.splitlines()
        return int(next(line for line in lines if line.startswith("SEQUENCE:")).partition(":")[2])

    invited = sequence(Kind.PANEL_INVITATION, a_seat())

    assert invited < sequence(Kind.PANEL_CANCELLED, a_seat())
    assert invited < sequence(Kind.PANEL_MOVED, a_seat())
    assert invited < sequence(Kind.PANEL_GOODBYE, a_seat(revision=2))


def test_who_rehearses_is_told_so() -> None:
    with_rehearsal, without = (
        a_letter(Kind.PANEL_INVITATION, event=an_event(practice_session=practice)).text.replace("\xa0", " ")
        for practice in (True, False)
    )

    assert "Probelauf" in with_rehearsal
    assert "Probelauf" not in without
    assert "ab 9.00 Uhr" in without


def test_who_is_off_the_panel_is_not_told_that_they_are_on_it() -> None:
    letter = a_letter(Kind.PANEL_GOODBYE)

    assert "genannt waren" in letter.html
    assert "genannt sind" not in letter.text


def test_what_to_have_at_hand_is_a_list_that_ends_before_the_help() -> None:
    text = a_letter(Kind.PANEL_INVITATION, a_seat(language="en")).text

    assert "- Slides or films that you want to share, open before you come in.\n\nQuestions?" in text


@pytest.mark.parametrize("wrong", [{"id": 4}, {"event_id": 2}])
def test_a_letter_never_reaches_another_seat(wrong: dict[str, int]) -> None:
    with pytest.raises(Failure):
        a_letter(Kind.PANEL_INVITATION, a_seat(**wrong))
