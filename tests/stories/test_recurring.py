"""An event that recurs: Olga makes four weekly dates, Anna takes two of them with one button, one of hers is called
off, and at the other she is seen."""

from collections.abc import Callable
from datetime import timedelta

from tests.cast import ANNA, BEN, OLGA_EMAIL
from tests.clock import Clock
from tests.mailbox import Mailbox
from tests.stories import acts
from tests.stories.traveller import Travel, part, press
from tests.visitor import Visitor
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


def test_recurring_with_per_date_registration(
    olga: Visitor, travel: Travel, mailbox: Mailbox, world: World, work: Callable[[], None], clock: Clock
) -> None:
    # Olga makes an event of four Mondays.
    acts.write_the_notices(olga)
    event_id = acts.event_id_of(acts.create_event(olga))
    form = olga.open(f"/organiser/events/{event_id}/dates")
    preview = form.submit("rhythm", button="preview", rhythm="weekly", number="4", registering="per_date")
    page = preview.submit("action", button="make")
    (series_path,) = {href for href in page.links() if href.startswith("/s/")}
    work()
    first, second, third, fourth = mondays = sorted(world.webinars.values(), key=lambda one: str(one.start_time))
    assert [webinar.type for webinar in mondays] == [5, 5, 5, 5]

    # Anna takes the second and the third. One letter asks, one button confirms, one letter tells.
    anna = travel("de")
    slugs = slugs_of(anna.open(series_path).links())
    chosen = [slugs["2026-09-14"], slugs["2026-09-21"]]
    acts_typed = {"first_name": ANNA.first_name, "last_name": ANNA.last_name, "email": ANNA.email}
    sent = anna.open(f"{series_path}/register").submit("email", **acts_typed, dates=chosen)
    assert sent.status == 200, sent.text
    work()
    assert everybody(mondays) == [[], [], [], []], "nobody is registered at Zoom before they have confirmed"
    personal = acts.confirm(anna, mailbox.last(ANNA.email).link("/confirm/"))
    work()
    asked, told = mailbox.to(ANNA.email)
    assert everybody(mondays) == [[], [ANNA.email], [ANNA.email], []]
    assert told.file.count("BEGIN:VEVENT") == 2
    links = [line.strip() for line in told.text.splitlines() if "/z/" in line and line.startswith("  ")]
    assert len(links) == len(set(links)) == 2
    assert links[0].endswith(personal.path.rpartition("/")[2])
    assert {letter.subject for letter in (asked, told)} == {
        f"Bitte bestätigen Sie Ihre Anmeldung: {acts.TITLE}",
        f"Ihre Termine: {acts.TITLE}",
    }

    # Ben takes one date on its own page, as ever.
    ben = travel("en")
    acts.register(ben, f"/e/{slugs['2026-09-21']}", BEN)
    work()
    acts.confirm(ben, mailbox.last(BEN.email).link("/confirm/"))
    work()
    assert everybody(mondays) == [[], [ANNA.email], sorted([ANNA.email, BEN.email]), []]

    # The second Monday is called off: a letter about that one alone, whose calendar entry is found again.
    (row,) = [href for href in page.links() if href.endswith(f"/events/{event_id + 1}")]
    press(olga.open(f"{row}/cancel"), "/cancel")
    work()
    off = mailbox.last(ANNA.email)
    assert "14.\xa0September" in off.subject or "14. September" in off.subject
    uid = next(line for line in unfolded(off.calendar) if line.startswith("UID:"))
    assert uid in unfolded(told.file)
    assert len(mailbox.to(BEN.email)) == 2, "it does not concern Ben"
    assert second.deleted_at is not None
    assert everybody([first, third, fourth]) == [[], sorted([ANNA.email, BEN.email]), []]

    # On the third she is there, with reminders of that date alone.
    for before in (timedelta(days=1), timedelta(hours=1), timedelta(0)):
        clock.set(third.start_time - before)
        work()
    assert len(mailbox.to(ANNA.email)) == 5, "the day before, and an hour before"
    world.start(third.id)
    (registrant,) = [one.id for one in third.registrants.values() if one.email == ANNA.email]
    stay = world.join(third.id, registrant)
    clock.advance(minutes=50)
    world.leave(third.id, stay)
    world.end(third.id)
    work()
    absent = olga_again(olga, mailbox, work).open(f"/organiser/events/{event_id + 2}/attendance?who=absent")
    assert ANNA.name not in str(part(absent, "list"))
    assert BEN.name in str(part(absent, "list"))


def slugs_of(links: list[str]) -> dict[str, str]:
    """Day → address of each date; the first has none of its own in it."""
    return {slug[-10:]: slug for slug in (href.rpartition("/")[2] for href in links if "/e/" in href)}


def everybody(webinars: list[Webinar]) -> list[list[str]]:
    return [sorted(one.email for one in webinar.with_status("approved")) for webinar in webinars]


def unfolded(calendar: str) -> list[str]:
    return calendar.replace("\r\n ", "").splitlines()


def olga_again(olga: Visitor, mailbox: Mailbox, work: Callable[[], None]) -> Visitor:
    """Days have gone by, so she signs in again."""
    olga.open("/sign-in").submit("email", email=OLGA_EMAIL)
    work()
    olga.open(mailbox.last(OLGA_EMAIL).link("/sign-in/")).submit("/sign-in/")
    return olga
