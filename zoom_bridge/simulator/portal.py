"""What somebody does in Zoom's portal, past everybody who only speaks its API."""

from datetime import datetime
from typing import TYPE_CHECKING

from zoom_bridge.simulator import announcements, schedule

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

_MAILS_ON = {
    "registrants_confirmation_email": True,
    "registrants_email_notification": True,
    "panelists_invitation_email_notification": True,
    "attendees_and_panelists_reminder_email_notification": {"enable": True, "type": 1},
    "follow_up_attendees_email_notification": {"enable": True, "type": 1},
    "follow_up_absentees_email_notification": {"enable": True, "type": 1},
}


def convert_to_meeting(world: "World", webinar_id: int, at: datetime | None = None) -> None:
    webinar = world.webinar(webinar_id)
    webinar.is_meeting = True
    webinar.deleted_at = at or world.now()
    thing = announcements.converted(webinar)
    world.announce("webinar.converted_to_meeting", webinar, thing, at, operator=world.users[webinar.host_id])


def switch_mails_on(world: "World", webinar_id: int) -> None:
    schedule.update(world, webinar_id, {"settings": _MAILS_ON})


def set_licence(world: "World", user: str, capacity: int) -> None:
    found = world.user(user)
    found.licensed, found.capacity = capacity > 0, capacity
    world.changed = True


def remove_user(world: "World", user: str) -> None:
    """Records keep whose they were; only looking the user up fails from now on."""
    found = world.user(user)
    for webinar in list(world.webinars.values()):
        if webinar.host_id == found.id and not webinar.deleted_at:
            schedule.erase(world, webinar)
    found.removed = True
    world.changed = True
