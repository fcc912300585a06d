"""What somebody decided of who was in the room holds for everything that is told of it, and letters follow it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import Clock
from tests.flows.deeds import attend, letters, look, rows, run
from tests.flows.evenings import begin, deliver, room
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.decision import Appearance, Verdict
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.flows import deciding, hosting, welcoming
from zoom_bridge.simulator.world import World
from zoom_bridge.store import decisions, tables

#: Ben in the room, by no link of his.
KITCHEN = Appearance(0, "küche ipad", "küche ipad")


@pytest.fixture
def olga_id(bridge: Bridge, clock: Clock) -> int:
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga", "de", clock())
    with bridge.db.reading() as connection:
        return connection.execute(select(tables.organisers.c.id)).scalar_one()


@pytest.fixture
def event(bridge: Bridge, event: Event) -> Event:
    """One with all four letters afterwards."""
    draft = a_draft(zoom_host=event.zoom_host, follow_ups=tuple(Turnout))
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


@pytest.fixture
def evening(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    """Anna comes by her link, and Georg by it as well; somebody at "Küche iPad", and Chiara does not come. All of it is
    told by webhooks."""
    attend(bridge, event, ANNA, BEN, CHIARA)
    webinar, ids = begin(bridge, event, world, clock)
    world.join(webinar.id, ids[ANNA.email])
    world.join(webinar.id, ids[ANNA.email], name="Georg Albers")
    world.join(webinar.id, name="Küche iPad")
    clock.set(event.ends_at)
    world.end(webinar.id)
    deliver(bridge, world)


def decide(
    bridge: Bridge,
    event: Event,
    olga_id: int,
    appearance: Appearance,
    verdict: Verdict,
    person: Attendee | None = None,
) -> None:
    number = look(bridge, event, person).id if person else None
    deciding.decide(bridge.db, event.id, [appearance], verdict, number, olga_id, bridge.clock())


def undo_all(bridge: Bridge, event: Event) -> None:
    for row in rows(bridge, "decisions"):
        assert deciding.undo(bridge.db, event.id, row.id, bridge.clock())


def there(bridge: Bridge, event: Event) -> dict[str, int | None]:
    return {one.name: one.registration_id for one in room(bridge, event).attendees}


def georg(bridge: Bridge, event: Event) -> Appearance:
    return Appearance(look(bridge, event, ANNA).id, "", "georg albers")


def report(bridge: Bridge, clock: Clock) -> None:
    for _ in range(2):
        clock.advance(minutes=30)
        run(bridge, "reconcile_attendance")


def written(bridge: Bridge, event: Event, person: Attendee) -> list[tuple[str, str]]:
    return [one for one in letters(bridge, look(bridge, event, person)) if one[0].startswith("follow_up")]


def test_a_decision_holds_for_what_the_report_tells_later(
    bridge: Bridge, event: Event, evening: None, clock: Clock, olga_id: int
) -> None:
    decide(bridge, event, olga_id, KITCHEN, Verdict.PERSON, BEN)
    decide(bridge, event, olga_id, georg(bridge, event), Verdict.GUEST)
    before = there(bridge, event)

    report(bridge, clock)

    anna, ben = look(bridge, event, ANNA).id, look(bridge, event, BEN).id
    assert room(bridge, event).final
    assert there(bridge, event) == before == {ANNA.name: anna, "Küche iPad": ben, "Georg Albers": None}


def test_taking_a_decision_back_leaves_nothing_of_it(
    bridge: Bridge, event: Event, evening: None, olga_id: int
) -> None:
    before = there(bridge, event)
    decide(bridge, event, olga_id, KITCHEN, Verdict.STAFF)
    decide(bridge, event, olga_id, georg(bridge, event), Verdict.GUEST)
    decided = there(bridge, event)

    undo_all(bridge, event)

    assert set(decided) == {ANNA.name, "Georg Albers"}
    assert there(bridge, event) == before
    assert deciding.undo(bridge.db, event.id, 999_999, bridge.clock()) is None


def test_deciding_twice_keeps_the_newest_and_who_said_so(
    bridge: Bridge, event: Event, evening: None, clock: Clock, olga_id: int
) -> None:
    decide(bridge, event, olga_id, KITCHEN, Verdict.GUEST)
    clock.advance(minutes=1)
    decide(bridge, event, olga_id, KITCHEN, Verdict.PERSON, CHIARA)

    with bridge.db.reading() as connection:
        (kept,) = decisions.list_for_event(connection, event.id)
        assert decisions.find(connection, event.id, KITCHEN) == kept
    assert (kept.verdict, kept.registration_id) == (Verdict.PERSON, look(bridge, event, CHIARA).id)
    assert (kept.decided_by, kept.decided_at) == (olga_id, clock())


def test_only_somebody_of_this_event_can_be_named(
    bridge: Bridge, event: Event, evening: None, olga_id: int, clock: Clock
) -> None:
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere", zoom_host=event.zoom_host), clock())

    with pytest.raises(NotFound):
        deciding.decide(
            bridge.db, other.id, [KITCHEN], Verdict.PERSON, look(bridge, event, BEN).id, olga_id, clock()
        )


def test_letters_that_have_not_left_follow_a_decision(
    bridge: Bridge, event: Event, evening: None, clock: Clock, olga_id: int
) -> None:
    report(bridge, clock)
    run(bridge, "queue_reminders")
    assert written(bridge, event, BEN) == [("follow_up_absent", "waits")]

    decide(bridge, event, olga_id, KITCHEN, Verdict.PERSON, BEN)
    follows = written(bridge, event, BEN)
    undo_all(bridge, event)

    assert follows == [("follow_up_attended", "waits")]
    assert written(bridge, event, BEN) == [("follow_up_absent", "waits")]
    assert written(bridge, event, ANNA) == [("follow_up_attended", "waits")]


def test_a_letter_that_has_left_is_not_followed_by_another(
    bridge: Bridge, event: Event, evening: None, clock: Clock, olga_id: int
) -> None:
    report(bridge, clock)
    run(bridge, "queue_reminders", "send_mail")

    decide(bridge, event, olga_id, KITCHEN, Verdict.PERSON, BEN)
    run(bridge, "queue_reminders", "send_mail")

    assert written(bridge, event, BEN) == [("follow_up_absent", "sent")]


def test_after_forgetting_as_many_were_there_as_was_decided(
    bridge: Bridge, event: Event, evening: None, clock: Clock, olga_id: int
) -> None:
    decide(bridge, event, olga_id, KITCHEN, Verdict.PERSON, ANNA)
    decide(bridge, event, olga_id, georg(bridge, event), Verdict.GUEST)
    before = sorted(one.visits for one in room(bridge, event).attendees)
    clock.set(event.forget_at + timedelta(days=1))

    run(bridge, "forget")

    assert sorted(one.visits for one in room(bridge, event).attendees) == before
    assert len(before) == 2
    assert rows(bridge, "decisions") == []
    assert "Georg" not in str(rows(bridge, "sightings"))
    assert "Küche" not in str(rows(bridge, "sightings"))
