"""A speaker, through the pages: named with an address, invited, moved along with the event, let in as a panelist, and
finally taken off the panel."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.cast import OLGA_EMAIL
from tests.clock import Clock
from tests.conftest import ZOOM_URL
from tests.mailbox import Mailbox
from tests.stories import acts
from tests.stories.traveller import Travel, press
from tests.visitor import Visitor
from zoom_bridge.simulator.world import World

PETRA = "petra@example.org"
#: Tuesday, 8 September 2026, 10.00 in Berlin: where the event moves to.
STARTS_AT = datetime(2026, 9, 8, 8, 0, tzinfo=UTC)


def test_a_speaker_is_invited_moves_along_and_comes_onto_the_panel(
    olga: Visitor, travel: Travel, mailbox: Mailbox, world: World, work: Callable[[], None], clock: Clock
) -> None:
    acts.write_the_notices(olga)
    overview = acts.create_event(olga)
    event_id = acts.event_id_of(overview)
    edit = f"/organiser/events/{event_id}/edit"
    work()
    assert mailbox.to(PETRA) == [], "a speaker without an address hears nothing"

    # Olga adds the address: Petra is on the panel at Zoom and gets a letter with a link of her own.
    olga.open(edit).submit("title_de", button="save", **{"panelists-0-email": PETRA})
    work()
    (webinar,) = world.webinars.values()
    link = mailbox.last(PETRA).link("/panel/")
    assert [(one.name, one.email) for one in webinar.panelists.values()] == [("Petra Podium", PETRA)]
    assert "METHOD:REQUEST" in mailbox.last(PETRA).calendar
    petra = travel()
    assert "Der Zugang öffnet am Montag, 7. September 2026, um 9.00 Uhr." in petra.open(link).text

    # The event moves. Her link stays the same.
    asked = olga.open(edit).submit("title_de", button="save", starts_day="08.09.2026")
    assert "1 Mensch bekommt eine E‑Mail mit der neuen Zeit." in asked.text
    asked.submit("sure", button="save")
    work()
    assert mailbox.last(PETRA).subject.startswith("Verschoben")
    assert mailbox.last(PETRA).link("/panel/") == link
    assert "am Dienstag, 8. September 2026, um 9.00 Uhr" in petra.open(link).text

    # An hour before the start the button leads into Zoom, where she is a panelist.
    clock.set(STARTS_AT - timedelta(minutes=60))
    work()
    assert mailbox.last(PETRA).subject.startswith("Heute, 10.00 Uhr")
    inside = press(petra.open(link), "/join")
    assert inside.path.startswith(f"{ZOOM_URL}/w/{webinar.id}?")
    assert "Petra Podium" in inside.text

    # Days have gone by, so Olga signs in again.
    olga.open("/sign-in").submit("email", email=OLGA_EMAIL)
    work()
    olga.open(mailbox.last(OLGA_EMAIL).link("/sign-in/")).submit("/sign-in/")

    # Petra cannot come after all: Olga takes her off. The link is no longer good, neither with us nor at Zoom.
    olga.open(edit).submit("title_de", button="save", **{"panelists-0-email": ""})
    work()
    assert mailbox.last(PETRA).subject.startswith("Nicht mehr auf dem Podium")
    assert "METHOD:CANCEL" in mailbox.last(PETRA).calendar
    assert webinar.panelists == {}
    assert "Dieser Zugang gilt nicht mehr." in petra.open(link).text
    assert not [letter for letter in mailbox.letters if ZOOM_URL in letter.text + letter.html + letter.calendar]
