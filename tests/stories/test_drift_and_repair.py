"""Somebody works in Zoom's portal as if there were no organisers; and two events want the same Zoom account."""

from collections.abc import Callable
from datetime import timedelta

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import attend, current, drifts, in_zoom, letters, rows, said
from tests.mailbox import Mailbox
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import pooling
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.world import World

Work = Callable[[], None]


def test_a_colleague_moves_the_webinar_and_switches_zooms_mails_on(
    bridge: Bridge, event: Event, olga: Visitor, world: World, work: Work, clock: Clock, mailbox: Mailbox
) -> None:
    """Zoom's webhooks are lost that day; our own look finds it. Olga takes the time and puts the mails back."""
    overview = f"/organiser/events/{event.id}"
    anna, ben = attend(bridge, event, ANNA, BEN)
    work()
    world.faults.webhooks(Webhooks.DROPPED)
    (webinar,) = in_zoom(world)
    world.update_webinar(
        webinar.id,
        {"start_time": "2026-09-07T15:00:00Z", "settings": {"registrants_email_notification": True}},
    )

    # Before anybody has noticed, Olga corrects a word: neither change is undone by that.
    olga.open(f"{overview}/edit").submit("title_de", button="save", subtitle_de="Was wir lernen können")
    work()
    told = olga.open(overview)
    assert webinar.start_time == event.starts_at + timedelta(hours=7)
    assert webinar.settings["registrants_email_notification"] is True
    assert "Was wir lernen können" in webinar.agenda
    assert "Beginn: bei Zoom 07.09.2026, 17.00 Uhr, hier 07.09.2026, 10.00 Uhr." in told.text
    assert letters(bridge, anna)[-1][0] == "confirmation", "nobody was written to"

    asked = olga.open(told.links("Zooms Stand übernehmen")[0])
    asked.submit("/drift/start_time/take")
    olga.open(overview).submit("/drift/registrants_email_notification/back")
    work()

    assert current(bridge, event).starts_wall.hour == 17
    assert webinar.start_time == event.starts_at + timedelta(hours=7)
    assert webinar.settings["registrants_email_notification"] is False
    assert drifts(bridge, event) == {}
    for person in (anna, ben):
        assert [kind for kind, fate in letters(bridge, person)].count("moved") == 1
    assert all("17.00" in said(letter) or "17:00" in said(letter) for letter in mailbox.letters[-2:])
    assert "Bei Zoom geändert" not in olga.open(overview).text
    assert "Nichts. Alles ist, wie es sein soll." in olga.open("/organiser/").text

    # For the rest of the week all is quiet.
    for _ in range(8):
        clock.advance(hours=6)
        work()
    assert drifts(bridge, event) == {}


def test_two_events_want_the_same_account(
    bridge: Bridge, event: Event, olga: Visitor, world: World, work: Work, clock: Clock
) -> None:
    """The second one begins half an hour after the first one's end: too early to set up. It gets the other account,
    later the first one after all, when both have room."""
    for email in ("webinar-1@example.org", "webinar-2@example.org"):
        pooling.add(bridge.db, email, clock())
    work()

    form = olga.open("/organiser/events/new")
    plan = {"title_de": "Nachgespräch", "starts_day": "2026-09-07", "starts_clock": "12:00", "ends_clock": "13:00"}
    refused = form.submit("title_de", button="save", **plan, zoom_account="webinar-1@example.org")
    assert refused.status == 422
    assert "webinar-1@example.org ist belegt durch „Gute Nachbarschaft“" in refused.text
    assert "webinar-2@example.org ist dann frei." in refused.text

    saved = refused.submit("title_de", button="save", zoom_account="free")
    work()
    hosts = {world.users[webinar.host_id].email for webinar in in_zoom(world)}
    assert hosts == {"webinar-1@example.org", "webinar-2@example.org"}

    edit = saved.links("Bearbeiten")[0]
    moved = olga.open(edit).submit(
        "title_de", button="save", starts_clock="14:00", ends_clock="15:00", zoom_account="webinar-1@example.org"
    )
    work()
    assert moved.status == 200
    assert [world.users[webinar.host_id].email for webinar in in_zoom(world)] == ["webinar-1@example.org"] * 2
    assert [row.zoom_host for row in rows(bridge, "events")] == ["webinar-1@example.org"] * 2
