"""Who is in which group of an event's people, for a circular. In none is who cannot or does not want to be written
to."""

from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.circular import BY_TURNOUT, Group, groups_of, may_be_written_to
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.turnout import turnouts
from zoom_bridge.store import registrations, sightings


def groups(connection: Connection, event: Event, now: datetime) -> dict[Group, list[Registration]]:
    """The groups that there are now, each by name."""
    everybody = registrations.list_for_event(connection, event.id)
    seated = [person for person in everybody if person.active]
    offered = groups_of(event, now)
    after = not set(offered).isdisjoint(BY_TURNOUT)
    came = turnouts(event, sightings.room(connection, event.id), seated) if after else {}
    members = {
        Group.REGISTERED: seated,
        Group.WAITING: [person for person in everybody if person.waiting],
        Group.NOT_CLICKED: [person for person in seated if person.first_clicked_at is None],
    } | {
        group: [person for person in seated if came.get(person.id) is turnout]
        for group, turnout in BY_TURNOUT.items()
    }
    return {group: [person for person in members[group] if may_be_written_to(person)] for group in offered}
