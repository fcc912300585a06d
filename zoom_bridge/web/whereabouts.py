"""Where somebody is on the day, in a sentence: what the reception needs to know of whoever rings."""

from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.registration import Registration, Standing, ZoomStanding
from zoom_bridge.i18n import Speech


def whereabouts(person: Registration, zone: str, room: Room, speech: Speech) -> str:
    there = next((one for one in room.attendances if one.registration_id == person.id), None)
    if there and there.present and room.running:
        return speech.say("Is in the room, since %(time)s.", time=speech.time(there.visits[-1].joined_at, zone))
    if there:
        left = there.left_at or room.ended_at or there.first_joined_at
        return speech.say("Was in the room and left at %(time)s.", time=speech.time(left, zone))
    if person.standing is not Standing.REGISTERED:
        return _without_a_place(person, speech)
    if person.first_clicked_at:
        return speech.say(
            "Opened the join link at %(time)s and has not arrived.",
            time=speech.time(person.first_clicked_at, zone),
        )
    if person.by_phone_only:
        return speech.say("Comes by telephone: has no e‑mail address and no join link.")
    if person.zoom_standing is ZoomStanding.STUCK:
        return speech.say("Zoom does not take this registration. Until that is settled, dialling in helps.")
    if person.zoom_standing is ZoomStanding.WAITS:
        return speech.say("Zoom does not know of them yet. Until then, dialling in helps.")
    return speech.say("Has not opened the join link yet.")


def _without_a_place(person: Registration, speech: Speech) -> str:
    if person.standing is Standing.UNCONFIRMED:
        return speech.say(
            "Has not confirmed the registration yet: the letter with the button is in their mailbox."
        )
    if person.standing is Standing.WAITING_LIST:
        return speech.say("Is on the waiting list and has no place yet.")
    if person.standing is Standing.WAITS_FOR_APPROVAL:
        return speech.say("Registered in Zoom's own form and waits for your approval.")
    return speech.say("Has no place: the registration is cancelled.")
