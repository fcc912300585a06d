"""One evening, as it was: Anna goes and comes again, Ben changes from one device to another, Chiara looks in, somebody's
tablet stays. However it is told, this is what has to come out."""

from datetime import datetime, timedelta

from tests.cast import ANNA, BEN, CHIARA
from zoom_bridge.domain.attendance import Match, Room, Teller, fold
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World
from zoom_bridge.store import sightings
from zoom_bridge.store.database import Database

Visits = dict[str, list[tuple[int, int | None]]]

#: Who was there, from which minute to which.
VISITS: Visits = {
    ANNA.name: [(0, 30), (40, 90)],
    BEN.name: [(5, 60)],
    CHIARA.name: [(89, 90)],
    "iPad": [(12, 90)],
}


def hold(world: World, webinar: Webinar, starts_at: datetime) -> None:
    """In the pretend Zoom, told as of the evening's own times."""
    ids = {registrant.email: registrant.id for registrant in webinar.registrants.values()}

    def at(minute: int) -> datetime:
        return starts_at + timedelta(minutes=minute)

    world.start(webinar.id, at(0))
    anna = world.join(webinar.id, ids[ANNA.email], at(0))
    ben = world.join(webinar.id, ids[BEN.email], at(5))
    bens_phone = world.join(webinar.id, ids[BEN.email], at(10), device="second device")
    world.join(webinar.id, None, at(12), name="iPad")
    world.leave(webinar.id, ben, at(20))
    world.leave(webinar.id, anna, at(30))
    world.join(webinar.id, ids[ANNA.email], at(40))
    world.leave(webinar.id, bens_phone, at(60))
    world.join(webinar.id, ids[CHIARA.email], at(89))
    world.end(webinar.id, at(90))


def room(db: Database, event_id: int, teller: Teller | None = None) -> Room:
    """As it is known here, by what one or all have told."""
    with db.reading() as connection:
        found = sightings.list_for_event(connection, event_id)
    return fold(one for one in found if teller in (None, one.teller))


def visits(of: Room, starts_at: datetime) -> Visits:
    """The host is no attendee."""

    def minute(instant: datetime) -> int:
        return round((instant - starts_at).total_seconds() / 60)

    return {
        one.name: [(minute(v.joined_at), None if v.left_at is None else minute(v.left_at)) for v in one.visits]
        for one in of.attendances
        if one.matched_by is not Match.HOST
    }
