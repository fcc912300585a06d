"""A whole event's letters for two people, Anna in German and Ben in English, from "please confirm" to the thanks, with a
move in between; read on the mailbox page in the order in which they came."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import current, in_zoom, look
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit
from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.flows import hosting, registering
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.simulator.world import World
from zoom_bridge.web.mailbox import create_mailbox

RULES = (ReminderRule(3, Unit.DAYS), ReminderRule(1, Unit.DAYS), ReminderRule(1, Unit.HOURS))
SUBJECTS = {
    ANNA: [
        "Bitte bestätigen Sie Ihre Anmeldung: Gute Nachbarschaft",
        "Ihr Zugang: Gute Nachbarschaft am Montag, 7. September 2026",
        "Am Montag, 7. September 2026: Gute Nachbarschaft",
        "Verschoben: Gute Nachbarschaft, neu am Montag, 14. September 2026",
        "Am Montag, 14. September 2026: Gute Nachbarschaft",
        "Morgen um 10.00 Uhr: Gute Nachbarschaft",
        "Ihr Zugangslink für heute, 10.00 Uhr: Gute Nachbarschaft",
        "Danke, dass Sie dabei waren: Gute Nachbarschaft",
    ],
    BEN: [
        "Please confirm your registration: Good neighbours",
        "Your access: Good neighbours on Monday, 7 September 2026",
        "On Monday, 7 September 2026: Good neighbours",
        "Moved: Good neighbours, now on Monday, 14 September 2026",
        "On Monday, 14 September 2026: Good neighbours",
        "Tomorrow at 10:00: Good neighbours",
        "Your personal link for today, 10:00: Good neighbours",
        "Sorry to have missed you: Good neighbours",
    ],
}


def test_a_whole_event_reads_in_order_in_german_and_in_english(
    bridge: Bridge,
    event: Event,
    world: World,
    mailbox: Mailbox,
    clock: Clock,
    work: Callable[[], None],
    tmp_path: Path,
) -> None:
    settings = {"zoom_host": event.zoom_host, "reminders": RULES, "follow_ups": tuple(Turnout)}
    hosting.change_event(bridge.db, event.id, a_draft(**settings), clock())
    registers(bridge, event, ANNA, work)
    registers(bridge, event, BEN, work)
    clock.set(event.starts_at - timedelta(days=3))
    work()
    clock.advance(hours=1)
    moved = {"starts_at": event.starts_at + timedelta(days=7), "ends_at": event.ends_at + timedelta(days=7)}
    hosting.change_event(bridge.db, event.id, a_draft(**settings, **moved), clock())
    work()
    event = current(bridge, event)
    for before in (timedelta(days=3), timedelta(days=1), timedelta(hours=1)):
        clock.set(event.starts_at - before)
        work()
    the_evening(bridge, event, world, clock, work)

    catcher = MailCatcher(tmp_path)
    for letter in mailbox.letters:
        catcher._keep(letter.envelope.sender, letter.envelope.recipient, letter.envelope.data)
    pages = create_mailbox(catcher).test_client()

    for person in (ANNA, BEN):
        story = f"r{look(bridge, event, person).id}"
        page = pages.get(f"/stories/{story}", headers={"Accept-Language": person.language}).text
        listed = re.findall(r'<li><a href="#letter-\d+" dir="auto">(.*?)</a>', page)
        assert listed == [letter.subject for letter in mailbox.to(person.email)]
        assert listed == SUBJECTS[person]


def registers(bridge: Bridge, event: Event, person: Attendee, work: Callable[[], None]) -> None:
    registering.register(bridge.db, event.slug, person, bridge.clock())
    work()
    registering.confirm(bridge.db, look(bridge, event, person).key, bridge.clock())
    work()


def the_evening(bridge: Bridge, event: Event, world: World, clock: Clock, work: Callable[[], None]) -> None:
    """Anna is there from beginning to end, Ben does not come; a day later Zoom's report is there."""
    (webinar,) = in_zoom(world)
    ids = {one.email: one.id for one in webinar.registrants.values()}
    clock.set(event.starts_at)
    world.start(webinar.id)
    world.join(webinar.id, ids[ANNA.email])
    work()
    clock.set(event.ends_at)
    world.end(webinar.id)
    work()
    for hours in (1, 2, 3, 25):
        clock.set(event.ends_at + timedelta(hours=hours))
        work()
