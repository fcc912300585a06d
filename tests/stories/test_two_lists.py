"""Two lists of the same people, ours and Zoom's: whoever comes, goes and comes back, here or there, is on both or on
neither."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import asked, at_zoom, attend, in_zoom, look
from tests.mailbox import Mailbox
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.config import Settings
from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.registration import Attendee, Standing
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations, sightings

Work = Callable[[], None]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a domain for people who take part under another name."""
    zoom = settings.zoom.model_copy(update={"alias_domain": "alias.example.org"})
    return settings.model_copy(update={"zoom": zoom})


def test_who_cancels_is_removed_at_zoom_and_who_comes_back_has_a_link_again(
    bridge: Bridge, event: Event, visit: Any, mailbox: Mailbox, world: World, work: Work, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    work()
    anna = visit()
    page = anna.open(mailbox.last(ANNA.email).link("/z/"))

    page = anna.open(f"{page.path}/cancel").submit("/cancel")
    work()
    assert in_zoom(world)[0].registrants == {}, "removed, not only denied"
    page.submit("/return")
    clock.advance(minutes=1)
    work()

    back = look(bridge, event, ANNA)
    assert at_zoom(world) == [ANNA.email]
    assert back.registrant_id in in_zoom(world)[0].registrants
    assert "Bei Zoom sind Sie angemeldet." in anna.open(page.path).text


def test_many_who_leave_at_once_are_one_call_and_are_let_in_again_with_their_old_place(
    bridge: Bridge, event: Event, world: World, work: Work, clock: Clock
) -> None:
    people = [an_attendee(email=f"guest{n}@example.org") for n in range(8)]
    attend(bridge, event, *people)
    work()
    places = {person.email: look(bridge, event, person).registrant_id for person in people}
    (network,) = bridge.zoom._session.adapters.values()
    network.asked.clear()

    for person in people:
        registering.cancel(bridge.db, look(bridge, event, person).key, clock())
    work()
    assert (at_zoom(world), len(at_zoom(world, "denied"))) == ([], 8)
    left_in = [call for call in asked(bridge) if not call.startswith("GET")]
    for person in people[:5]:
        registering.come_back(bridge.db, look(bridge, event, person).key, clock.advance(seconds=5))
    work()

    assert left_in == ["PUT status"]
    assert at_zoom(world) == [person.email for person in people[:5]]
    for person in people[:5]:
        kept = look(bridge, event, person)
        assert kept.registrant_id == places[person.email]
        assert kept.join_url


def test_who_was_denied_at_zoom_and_registers_here_is_let_in(
    bridge: Bridge, event: Event, world: World, work: Work, clock: Clock
) -> None:
    """Zoom takes no address anew that it has as denied; here nobody knew of them."""
    work()
    (webinar,) = in_zoom(world)
    registrant = world.register(webinar.id, ANNA.email, "Anna", "Albers")
    world.change_status(webinar.id, "deny", registrant.id)
    world.outgoing.clear()

    attend(bridge, event, ANNA, BEN)
    work()
    clock.advance(minutes=1)
    work()

    assert at_zoom(world) == [ANNA.email, BEN.email]
    assert look(bridge, event, ANNA).join_url
    assert look(bridge, event, BEN).join_url


@pytest.mark.parametrize("open_door", [True, False])
def test_who_finds_zooms_own_form_comes_in_at_once_through_an_open_door_and_otherwise_waits(
    bridge: Bridge,
    event: Event,
    olga: Visitor,
    mailbox: Mailbox,
    world: World,
    work: Work,
    clock: Clock,
    open_door: bool,
) -> None:
    form = olga.open(f"/organiser/events/{event.id}/edit")
    form.submit("title_de", button="save", open_door="y" if open_door else None)
    attend(bridge, event, BEN)
    work()
    (webinar,) = in_zoom(world)

    world.register(webinar.id, CHIARA.email, "Chiara", "Conti")
    work()

    people = olga.open(f"/organiser/events/{event.id}/people").text
    chiara = look(bridge, event, CHIARA)
    assert "über Zoom angemeldet" in people
    assert look(bridge, event, BEN).join_url, "ours come in through either door"
    if open_door:
        assert chiara.standing is Standing.REGISTERED
        assert mailbox.last(CHIARA.email).link("/z/")
    else:
        assert chiara.standing is Standing.WAITS_FOR_APPROVAL
        assert not mailbox.to(CHIARA.email)


def test_who_takes_part_under_another_name_is_known_to_zoom_by_that_name_alone(
    bridge: Bridge, event: Event, visit: Any, mailbox: Mailbox, world: World, work: Work, clock: Clock
) -> None:
    draft = a_draft(zoom_host=event.zoom_host, pseudonyms=True)
    hosting.change_event(bridge.db, event.id, draft, clock())
    anna = visit()

    form = anna.open(f"/e/{event.slug}/register")
    clock.advance(minutes=1)
    done = form.submit(
        "email", first_name="Anna", last_name="Albers", email=ANNA.email, zoom_name="Die mit dem Hut"
    )
    assert done.status == 200, done.text
    anna.open(work_and_read(work, mailbox, ANNA).link("/confirm/")).submit("/confirm/")
    work()

    (registrant,) = in_zoom(world)[0].registrants.values()
    kept = look(bridge, event, ANNA)
    assert (registrant.first_name, registrant.last_name) == ("Die mit dem Hut", "")
    assert registrant.email == kept.zoom_email
    assert registrant.email.endswith("@alias.example.org")
    assert "anna" not in registrant.email
    assert kept.join_url
    page = anna.open(mailbox.last(ANNA.email).link("/z/") + "/data")
    assert "der Name Die mit dem Hut" in page.text

    # The list, the webhooks and the room mean her by her alias.
    hosting.sync_again(bridge.db, event.id, clock.advance(hours=1))
    work()
    assert look(bridge, event, ANNA).absent_at is None
    assert len(in_zoom(world)[0].registrants) == 1
    clock.set(event.starts_at)
    webinar = in_zoom(world)[0]
    world.start(webinar.id)
    world.join(webinar.id, email=registrant.email, name="Die mit dem Hut")
    work()
    assert "Anna Albers" in who_is_there(bridge, event)
    assert "Die mit dem Hut" not in who_is_there(bridge, event)


def test_who_is_on_the_panel_and_registers_is_shown_their_own_way_in(
    bridge: Bridge, event: Event, visit: Any, mailbox: Mailbox, world: World, work: Work, clock: Clock
) -> None:
    draft = a_draft(zoom_host=event.zoom_host, panelists=(Panelist("Chiara Conti", email=CHIARA.email),))
    hosting.change_event(bridge.db, event.id, draft, clock())
    attend(bridge, event, CHIARA)
    work()
    clock.set(event.starts_at)

    page = visit().open(bridge.links.personal(look(bridge, event, CHIARA).key))

    assert at_zoom(world) == []
    assert "Sie haben einen eigenen Zugang" in page.text
    assert "Wir melden Sie gerade" not in page.text
    (panel,) = set(page.links("Zu Ihrer Seite für das Podium"))
    assert visit().open(panel).status == 200


def work_and_read(work: Work, mailbox: Mailbox, person: Attendee) -> Any:
    work()
    return mailbox.last(person.email)


def who_is_there(bridge: Bridge, event: Event) -> list[str]:
    with bridge.db.reading() as connection:
        known = {person.id: person.name for person in registrations.list_for_event(connection, event.id)}
        return [
            known.get(one.registration_id or 0, one.name)
            for one in sightings.room(connection, event.id).attendances
        ]
