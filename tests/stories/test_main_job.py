"""The main job, from an empty service to a full room, through the pages: Olga writes an event, three people register,
one cancels and comes back, two come, one of them twice, Mallory lies, and Zoom's report has the last word."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask

from tests.cast import ANNA, AUDIENCE, BEN, CHIARA, OLGA_EMAIL
from tests.clock import Clock
from tests.conftest import BASE_URL, ZOOM_URL
from tests.mailbox import Mailbox
from tests.stories import acts
from tests.stories.traveller import Travel, Traveller, part, press, rows
from tests.visitor import Page, Visitor
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World
from zoom_bridge.zoom.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

#: Monday, 7 September 2026, 10.00 to 11.30 in Berlin.
STARTS_AT = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
ENDS_AT = datetime(2026, 9, 7, 9, 30, tzinfo=UTC)


def test_from_the_form_to_the_list_of_those_who_were_there(
    app: Flask,
    olga: Visitor,
    travel: Travel,
    host: Traveller,
    mailbox: Mailbox,
    world: World,
    work: Callable[[], None],
    clock: Clock,
) -> None:
    # Olga writes an event; before she has said who she is, nothing can be published.
    overview = acts.create_event(olga)
    event_id = acts.event_id_of(overview)
    public_path = acts.public_path_of(overview)
    assert travel().open(public_path).status == 404, "a draft is seen by nobody"
    acts.write_the_notices(olga)
    press(olga.open(f"/organiser/events/{event_id}"), "/publish")
    work()
    assert travel().open(public_path).status == 200

    # Saving made one webinar, which lets people register and writes to nobody.
    (webinar,) = world.webinars.values()
    assert (webinar.type, webinar.topic, webinar.start_time) == (5, acts.TITLE, STARTS_AT)
    assert webinar.duration == 90
    assert webinar.asks_to_register
    assert not letters_from_zoom(webinar)

    # Three people register, and confirm with the button that their letter leads to.
    browsers = {person: travel(person.language) for person in AUDIENCE}
    personal = {}
    for person, browser in browsers.items():
        clock.advance(minutes=20)
        acts.register(browser, public_path, person)
        work()
        assert person.email not in emails_at(webinar), "nobody is registered at Zoom before they have confirmed"
        acts.confirm(browser, mailbox.last(person.email).link("/confirm/"))
        work()
        personal[person] = mailbox.last(person.email).link("/z/")
    assert emails_at(webinar) == {person.email for person in AUDIENCE}
    assert "3" in str(part(olga.open(f"/organiser/events/{event_id}"), "sync"))

    # Chiara cancels, which reaches Zoom, and comes back.
    acts.cancel(browsers[CHIARA], personal[CHIARA])
    work()
    assert emails_at(webinar) == {ANNA.email, BEN.email}
    assert "METHOD:CANCEL" in mailbox.last(CHIARA.email).calendar
    acts.come_back(browsers[CHIARA], personal[CHIARA])
    work()
    assert emails_at(webinar) == {person.email for person in AUDIENCE}

    # The day before at the same hour, and an hour before, everybody has one letter more.
    sent = {person: len(mailbox.to(person.email)) for person in AUDIENCE}
    for more, before in enumerate((timedelta(days=1), timedelta(hours=1)), start=1):
        clock.set(STARTS_AT - before - timedelta(seconds=1))
        work()
        assert {p: len(mailbox.to(p.email)) - sent[p] for p in AUDIENCE} == dict.fromkeys(AUDIENCE, more - 1)
        clock.advance(seconds=1)
        work()
        assert {p: len(mailbox.to(p.email)) - sent[p] for p in AUDIENCE} == dict.fromkeys(AUDIENCE, more)
    for person in AUDIENCE:
        assert mailbox.last(person.email).link("/z/") == personal[person], "the link never changes"
    assert not [letter for letter in mailbox.letters if ZOOM_URL in letter.text + letter.html + letter.calendar]

    # Ten minutes early Anna presses the join button and waits in Zoom's own waiting room.
    clock.set(STARTS_AT - timedelta(minutes=10))
    waiting = acts.join(browsers[ANNA], personal[ANNA])
    assert waiting.path.startswith(f"{ZOOM_URL}/w/{webinar.id}?")
    assert ANNA.name in waiting.text

    # The webinar starts; Anna and Ben come, Anna goes and comes again.
    (control,) = acts.webinar_pages(host)
    clock.set(STARTS_AT)
    press(host.open(control), "/start")
    room = acts.enter(waiting)
    clock.advance(minutes=5)
    acts.enter(acts.join(browsers[BEN], personal[BEN]))
    clock.set(STARTS_AT + timedelta(minutes=30))
    press(room, "/leave")
    clock.advance(minutes=10)
    acts.enter(room)
    clock.advance(minutes=5)
    work()

    # Days have gone by, so Olga signs in again, with a link from a letter. She sees who is in the room now.
    olga.open("/sign-in").submit("email", email=OLGA_EMAIL)
    work()
    olga.open(mailbox.last(OLGA_EMAIL).link("/sign-in/")).submit("/sign-in/")
    attendance = f"/organiser/events/{event_id}/attendance"
    assert minutes_of(olga.open(f"{attendance}?who=inside")) == {ANNA.name: "35", BEN.name: "40"}

    # Mallory tells that she was there, too.
    assert forge(app, webinar, clock) == 401
    work()
    assert "Mallory" not in olga.open(attendance).text

    # Ben goes early, and Zoom's word of it gets lost. So at the end, he seems to have stayed.
    clock.set(STARTS_AT + timedelta(minutes=70))
    world.faults.webhooks(Webhooks.DROPPED)
    press(host.open(control), "/leaves", participant=stay_of(webinar, BEN.email))
    world.faults.webhooks()
    clock.set(ENDS_AT)
    press(host.open(control), "/end")
    work()
    after = olga.open(attendance)
    assert not rows(olga.open(f"{attendance}?who=inside"), "list"), "nobody is in the room any more"
    assert minutes_of(after) == {ANNA.name: "80", BEN.name: "85", CHIARA.name: ""}
    assert CHIARA.name in str(part(olga.open(f"{attendance}?who=absent"), "list"))

    # The report corrects that.
    clock.advance(hours=2)
    work()
    assert minutes_of(olga.open(attendance)) == {ANNA.name: "80", BEN.name: "65", CHIARA.name: ""}

    # The list can be taken home, and no link that opens anything is in it.
    head, *people = acts.attendance_csv(olga, event_id)
    known = {line[2]: line for line in people if line[2]}
    assert len(head) == len(known[ANNA.email])
    assert known[ANNA.email][:2] == ["Anna", "Albers"]
    assert known[ANNA.email][5:9] == ["80", "88", "2026-09-07 10:00:00", "2026-09-07 11:30:00"]
    assert known[BEN.email][5:9] == ["65", "72", "2026-09-07 10:05:00", "2026-09-07 11:10:00"]
    assert known[CHIARA.email][5:9] == ["0", "0", "", ""]
    keys = [link.partition("/z/")[2] for link in personal.values()]
    assert not [cell for line in people for cell in line if ZOOM_URL in cell or any(key in cell for key in keys)]


def letters_from_zoom(webinar: Webinar) -> list[str]:
    """The settings by which Zoom would write to people by itself."""
    mails = {
        name: value for name, value in webinar.settings.items() if "email" in name and name != "email_language"
    }
    assert len(mails) > 3, f"these settings are not the ones that were meant: {mails}"
    on = {name: value.get("enable") if isinstance(value, dict) else value for name, value in mails.items()}
    return [name for name, value in on.items() if value is True and "in_attendee_report" not in name]


def emails_at(webinar: Webinar) -> set[str]:
    return {registrant.email for registrant in webinar.with_status("approved")}


def stay_of(webinar: Webinar, email: str) -> str:
    assert webinar.running
    (user_id,) = [stay.user_id for stay in webinar.running.present if stay.email == email]
    return user_id


def minutes_of(page: Page) -> dict[str, str]:
    """Who of the cast is on the list, and for how long they were there, as the page says it."""
    listed = [row for row in rows(page, "list") if row]
    return {
        person.name: row[2].partition(" ")[0]
        for row in listed
        for person in AUDIENCE
        if row[0].startswith(person.name)
    }


def forge(app: Flask, webinar: Webinar, clock: Clock) -> int:
    """A delivery in Zoom's shape, signed by somebody who does not know the secret."""
    participant = {"user_id": "16790000", "user_name": "Mallory", "join_time": "2026-09-07T08:00:00Z"}
    thing = {"id": str(webinar.id), "uuid": webinar.uuid, "participant": participant}
    body = json.dumps(
        {"event": "webinar.participant_joined", "event_ts": 1, "payload": {"object": thing}}
    ).encode()
    timestamp = str(int(clock().timestamp()))
    headers = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign("a guess", timestamp, body)}
    with app.test_client() as mallory:
        return mallory.post("/zoom/webhooks", base_url=BASE_URL, data=body, headers=headers).status_code
