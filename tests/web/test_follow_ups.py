"""Letters after the event, as organisers choose them and see them planned."""

from datetime import timedelta

import pytest

from tests.builders import a_draft, an_event
from tests.cast import ANNA
from tests.web.test_forms import NOW, a_form
from tests.web.test_organiser import seat
from zoom_bridge.domain.message import FOLLOW_UPS
from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.flows import hosting
from zoom_bridge.i18n import speech
from zoom_bridge.web.forms import EventForm
from zoom_bridge.web.refilled import fields_of, fields_of_copy

SOME = (Turnout.ATTENDED, Turnout.PHONE)


@pytest.fixture
def clock(clock):
    """Olga signs in on the morning of the event."""
    clock.set(an_event().starts_at - timedelta(hours=1))
    return clock


@pytest.fixture
def letters_page(olga, event):
    return lambda: olga.open(f"/organiser/events/{event.id}/letters").text


def test_nobody_is_written_to_afterwards_unless_an_organiser_wants_it():
    assert a_form().draft(NOW, None).follow_ups == ()


def test_who_is_written_to_is_chosen_and_goes_along_with_a_copy():
    draft = a_form(follow_up_phone="y", follow_up_attended="y").draft(NOW, None)

    assert draft.follow_ups == SOME
    for refilled in (fields_of, fields_of_copy):
        form = EventForm(speech("de"), refilled(an_event(follow_ups=SOME)))
        assert [form[kind].data for kind in sorted(FOLLOW_UPS)] == [False, True, False, True]


def test_the_plan_says_when_they_leave_and_afterwards_what_they_wait_for(bridge, event, clock, letters_page):
    seat(bridge, event, ANNA)
    off = letters_page()
    draft = a_draft(zoom_host=event.zoom_host, follow_ups=SOME)
    hosting.change_event(bridge.db, event.id, draft, clock())

    before = letters_page()
    clock.set(event.ends_at + timedelta(minutes=61))
    after = letters_page()

    assert "Danach: an alle, die dabei waren Bei dieser Veranstaltung ausgeschaltet." in off
    assert "Montag, 7. September 2026, 12.30 Uhr: Danach: an alle, die dabei waren" in before
    assert "Geht hinaus, sobald Zoom gemeldet hat, wer dabei war." in before
    assert "Wartet auf den Bericht von Zoom, wer dabei war, längstens bis Dienstag, 8. September" in after
