"""Zoom does not answer, the mail server refuses, the event is moved at the worst moment, webhooks come twice, late and
in any order: people notice nothing, work waits and says so, and in the end everything has happened once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from jobs.timetable import TIMETABLE
from tests.cast import ANNA, AUDIENCE, BEN, CHIARA, OLGA_EMAIL, OLGA_NAME
from tests.clock import Clock
from tests.mailbox import Letter, Mailbox
from tests.stories import acts, evening
from tests.stories.traveller import Travel, part
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Teller
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import registering, welcoming
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.world import World
from zoom_bridge.store import overviews, registrations, tables, webinars
from zoom_bridge.store.overviews import Numbers

Work = Callable[[], None]


# Zoom answers nothing


@pytest.mark.parametrize("cut", [False, True], ids=["503", "no answer at all"])
def test_while_zoom_answers_nothing_people_register_and_everything_is_made_up_for_once(
    bridge: Bridge,
    event: Event,
    olga: Visitor,
    travel: Travel,
    mailbox: Mailbox,
    world: World,
    work: Work,
    clock: Clock,
    cut: bool,
) -> None:
    world.faults.down(cut=cut)
    overview = acts.create_event(olga, title_de="Zweite Veranstaltung", double_booked="y")
    assert overview.status == 200
    ben = travel("en")

    for _ in range(30):
        clock.advance(minutes=2)
        work()
    acts.register(ben, f"/e/{event.slug}", BEN)
    work()
    personal_page = acts.confirm(ben, mailbox.last(BEN.email).link("/confirm/"))
    work()

    assert "Your place is reserved." in personal_page.text
    assert "Zoom is just learning of you" in personal_page.text
    assert mailbox.last(BEN.email).link("/z/"), "the confirmation does not wait for Zoom"
    assert not world.webinars
    assert numbers(bridge, event).waiting == 1
    assert "1 waits" in words(olga, f"/organiser/events/{event.id}", "sync")
    assert "Next attempt" in words(olga, overview.path, "sync")

    world.faults.clear()
    for _ in range(6):
        clock.advance(minutes=1)
        work()

    assert sorted(webinar.topic for webinar in world.webinars.values()) == [acts.TITLE, "Zweite Veranstaltung"]
    webinar = webinar_of(bridge, world, event)
    assert [registrant.email for registrant in webinar.registrants.values()] == [BEN.email]
    assert world.quotas.spent_today("registration", str(webinar.id), BEN.email) == 1
    assert numbers(bridge, event).waiting == 0
    assert "waits" not in words(olga, f"/organiser/events/{event.id}", "sync")
    assert "Zoom knows of you." in ben.open(personal_page.path).text
    assert len(mailbox.to(BEN.email)) == 2, "please confirm, and the confirmation"


# The mail server refuses


@pytest.fixture
def posting(bridge: Bridge, catcher: MailCatcher) -> Iterator[Bridge]:
    """The house with a mail server of flesh and blood."""
    post = PostOffice("127.0.0.1", catcher.port, "none", clock=bridge.clock)
    yield replace(bridge, post=post)
    post.close()


def test_while_the_mail_server_refuses_letters_wait_and_then_all_leave_once(
    posting: Bridge, event: Event, olga: Visitor, catcher: MailCatcher, clock: Clock
) -> None:
    work_at(posting)
    catcher.down()

    for person in AUDIENCE:
        registering.register(posting.db, event.slug, person, clock())
        registering.confirm(posting.db, key_of(posting, event, person), clock())
    for _ in range(30):
        clock.advance(minutes=2)
        work_at(posting)

    assert catcher.count() == 0
    assert waiting_letters(posting, event) >= len(AUDIENCE)
    assert "3 are waiting." in words(olga, f"/organiser/events/{event.id}/letters", "plan")
    assert "not working" in words(olga, "/organiser/settings/state", "mail")
    assert max_attempts(posting, event) == 0, "a letter is not to blame for the server's absence"

    catcher.up()
    for _ in range(5):
        clock.advance(minutes=1)
        work_at(posting)

    assert sorted(letter.recipient for letter in catcher.letters()) == sorted(p.email for p in AUDIENCE)
    assert waiting_letters(posting, event) == 0
    assert "are waiting" not in words(olga, f"/organiser/events/{event.id}/letters", "plan")


def test_one_refused_mailbox_keeps_nobody_else_waiting(
    posting: Bridge, event: Event, olga: Visitor, catcher: MailCatcher, clock: Clock
) -> None:
    work_at(posting)
    catcher.refuse(BEN.email)

    for person in AUDIENCE:
        registering.register(posting.db, event.slug, person, clock())
        registering.confirm(posting.db, key_of(posting, event, person), clock())
    work_at(posting)

    assert {letter.recipient for letter in catcher.letters()} == {ANNA.email, CHIARA.email}
    page = olga.open(f"/organiser/events/{event.id}/letters")
    assert BEN.name in str(part(page, "stuck"))

    catcher.accept(BEN.email)
    page.submit("/try-again")
    work_at(posting)

    assert [letter.recipient for letter in catcher.letters()].count(BEN.email) == 1


# The event is moved


def test_an_event_moved_while_its_reminders_are_on_their_way_sends_only_what_is_true(
    bridge: Bridge, event: Event, olga: Visitor, mailbox: Mailbox, world: World, work: Work, clock: Clock
) -> None:
    for person in (ANNA, BEN):
        registering.register(bridge.db, event.slug, person, clock())
        registering.confirm(bridge.db, key_of(bridge, event, person), clock())
    work()
    confirmed = {person: calendar_of(mailbox.last(person.email)) for person in (ANNA, BEN)}
    mailbox.empty()

    # The reminder of the day before is written, but cannot leave; meanwhile Olga moves the event, and again.
    clock.set(event.starts_at - timedelta(days=1))
    mailbox.down()
    work()
    assert waiting_letters(bridge, event) == 2
    olga = sign_in_again(bridge, olga)
    for day in ("10.09.2026", "11.09.2026"):
        asked = olga.open(f"/organiser/events/{event.id}/edit").submit("title_de", button="save", starts_day=day)
        assert asked.submit("sure", button="save").status == 200
        work()
    mailbox.fair()
    clock.advance(minutes=5)
    work()

    starts_at = event.starts_at + timedelta(days=4)
    for person in (ANNA, BEN):
        (moved,) = mailbox.to(person.email)
        entry = calendar_of(moved)
        assert entry["UID"] == confirmed[person]["UID"]
        assert entry["SEQUENCE"] > confirmed[person]["SEQUENCE"]
        assert entry.decoded("DTSTART") == starts_at
    assert kinds_sent(bridge, event) == {Kind.CONFIRMATION: 2, Kind.MOVED: 2}
    assert webinar_of(bridge, world, event).start_time == starts_at

    # Nothing leaves at the old times. The new ones are kept, each once.
    clock.set(event.starts_at - timedelta(hours=1))
    work()
    assert len(mailbox.letters) == 2
    clock.set(starts_at - timedelta(days=1))
    work()
    clock.set(starts_at - timedelta(hours=1))
    work()
    assert kinds_sent(bridge, event) == {
        Kind.CONFIRMATION: 2,
        Kind.MOVED: 2,
        Kind.DAY_BEFORE: 2,
        Kind.JOIN_LINK: 2,
    }
    assert len(mailbox.letters) == 6


# Webhooks come as they like

MOODS = {
    "undisturbed": (),
    "doubled": (Webhooks.DOUBLED,),
    "shuffled": (Webhooks.SHUFFLED,),
    "late": (Webhooks.LATE,),
    "held": (Webhooks.HELD,),
    "all of it": (Webhooks.DOUBLED, Webhooks.SHUFFLED, Webhooks.LATE, Webhooks.HELD),
}


@pytest.mark.parametrize(
    ("db", "moods"),
    [*(("sqlite", moods) for moods in MOODS.values()), ("postgresql", MOODS["all of it"])],
    ids=[*MOODS, "all of it on PostgreSQL"],
    indirect=["db"],
)
def test_attendance_is_the_same_however_the_webhooks_arrive(
    bridge: Bridge,
    event: Event,
    world: World,
    sender: WebhookSender,
    work: Work,
    clock: Clock,
    moods: tuple[Webhooks, ...],
) -> None:
    work()
    for person in AUDIENCE:
        registering.register(bridge.db, event.slug, person, clock())
        registering.confirm(bridge.db, key_of(bridge, event, person), clock())
    work()
    world.faults.webhooks(*moods)

    clock.set(event.ends_at)
    evening.hold(world, webinar_of(bridge, world, event), event.starts_at)
    work()
    world.faults.webhooks(*(set(moods) - {Webhooks.HELD}))
    clock.advance(minutes=2)
    for _ in range(3):
        sender.deliver_due()
        work()

    told = evening.room(bridge.db, event.id, Teller.WEBHOOK)
    assert evening.visits(told, event.starts_at) == evening.VISITS
    assert not told.running

    clock.advance(hours=2)
    work()
    told = evening.room(bridge.db, event.id)
    assert evening.visits(told, event.starts_at) == evening.VISITS
    assert told.final


# What the stories look at


def work_at(bridge: Bridge) -> None:
    """Every job, until nothing more gets done. No webhooks come."""
    while sum(job.run(bridge, threading.Event()) for job in TIMETABLE):
        pass


def words(visitor: Visitor, path: str, id_: str) -> str:
    """A section of a page in English, in which our sentences are written; translations are tested elsewhere."""
    found = part(visitor.open(path, query_string={"lang": "en"}), id_)
    assert found is not None, f"{path} has no section {id_!r}"
    return found


def sign_in_again(bridge: Bridge, olga: Visitor) -> Visitor:
    link = welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
    olga.open(link).submit("/sign-in/")
    return olga


def key_of(bridge: Bridge, event: Event, person: Attendee) -> str:
    with bridge.db.reading() as connection:
        found = registrations.find_by_email(connection, event.id, person.email)
    assert found
    return found.key


def numbers(bridge: Bridge, event: Event) -> Numbers:
    with bridge.db.reading() as connection:
        return overviews.numbers(connection, event.id)


def waiting_letters(bridge: Bridge, event: Event) -> int:
    with bridge.db.reading() as connection:
        return sum(line.waiting for line in overviews.letters(connection, event.id))


def kinds_sent(bridge: Bridge, event: Event) -> dict[str, int]:
    with bridge.db.reading() as connection:
        return {line.kind: line.sent for line in overviews.letters(connection, event.id) if line.sent}


def max_attempts(bridge: Bridge, event: Event) -> int:
    with bridge.db.reading() as connection:
        query = select(func.max(tables.messages.c.attempts)).where(tables.messages.c.event_id == event.id)
        return int(connection.execute(query).scalar_one())


def webinar_of(bridge: Bridge, world: World, event: Event) -> Webinar:
    with bridge.db.reading() as connection:
        twin = webinars.find_by_event(connection, event.id)
    assert twin
    return world.webinars[int(str(twin.zoom_id))]


def calendar_of(letter: Letter) -> "Calendar":
    """The one entry in a letter."""
    message = message_from_bytes(letter.envelope.data, policy=policy.default)
    (calendar,) = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    (entry,) = Calendar.from_ical(calendar.get_payload(decode=True)).walk("VEVENT")
    return entry
