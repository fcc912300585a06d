"""What can be done with the pretend Zoom, by the host, the audience, somebody in Zoom's portal and the account's admin.
Its memory is in `memory.py`; the rules live in `schedule.py`, `guest_list.py`, `rooms.py`, `audience.py`, `portal.py`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from zoom_bridge.simulator import audience, guest_list, portal, rooms, schedule
from zoom_bridge.simulator.memory import Memory
from zoom_bridge.simulator.records import Asked, Json, Poll, Registrant, SimulatorSettings, Sitting, Stay, Webinar

__all__ = ["SimulatorSettings", "World"]


class World(Memory):
    def __init__(
        self,
        settings: SimulatorSettings,
        clock: Callable[[], datetime] | None = None,
        path: Path | None = None,
    ) -> None:
        super().__init__(settings, clock or _real_time, path)

    @classmethod
    def load(cls, path: Path, settings: SimulatorSettings, clock: Callable[[], datetime] | None = None) -> "World":
        return cls(settings, clock, path)

    # Webinars

    def create_webinar(
        self, host: str, body: Json, at: datetime | None = None, source: str = "open_api"
    ) -> Webinar:
        with self.lock:
            return schedule.create(self, host, body, at, source)

    def update_webinar(self, webinar_id: int, body: Json, at: datetime | None = None) -> None:
        with self.lock:
            schedule.update(self, webinar_id, body, at)

    def delete_webinar(self, webinar_id: int, at: datetime | None = None) -> None:
        with self.lock:
            schedule.delete(self, webinar_id, at)

    # Registrants

    def register(
        self,
        webinar_id: int,
        email: str,
        first_name: str,
        last_name: str = "",
        at: datetime | None = None,
        *,
        approve: bool = False,
    ) -> Registrant:
        """As if somebody filled in Zoom's own form; none of the API's limits apply."""
        person = {"email": email, "first_name": first_name, "last_name": last_name}
        return self.fill_in(webinar_id, person, at, approve=approve)

    def fill_in(
        self, webinar_id: int, person: Json, at: datetime | None = None, *, approve: bool = False
    ) -> Registrant:
        """The same with all the answers, in the API's words."""
        with self.lock:
            return guest_list.add(self, webinar_id, person, at, approve=approve)

    def change_status(self, webinar_id: int, action: str, registrant_id: str, at: datetime | None = None) -> None:
        """action: approve, deny or cancel, as somebody in Zoom's portal."""
        with self.lock:
            guest_list.change_status(self, webinar_id, action, [{"id": registrant_id}], at)

    def remove_registrant(self, webinar_id: int, registrant_id: str, at: datetime | None = None) -> None:
        with self.lock:
            guest_list.remove(self, webinar_id, registrant_id, at)

    # Sittings

    def start(self, webinar_id: int, at: datetime | None = None, *, practice: bool = False) -> Sitting:
        with self.lock:
            return rooms.start(self, webinar_id, at, practice=practice)

    def join(
        self,
        webinar_id: int,
        who: str | None = None,
        at: datetime | None = None,
        *,
        device: str = "computer",
        name: str = "",
        email: str = "",
        customer_key: str = "",
    ) -> Stay:
        with self.lock:
            return rooms.join(
                self, webinar_id, who, at, device=device, name=name, email=email, customer_key=customer_key
            )

    def bind(self, webinar_id: int, call: Stay | str, whose: Stay | str, at: datetime | None = None) -> None:
        """A telephone call turns out to be somebody's who is in the room."""
        with self.lock:
            rooms.bind(self, webinar_id, call, whose, at)

    def leave(self, webinar_id: int, participant: Stay | str, at: datetime | None = None) -> None:
        with self.lock:
            rooms.leave(self, webinar_id, participant, at)

    def end(self, webinar_id: int, at: datetime | None = None) -> None:
        with self.lock:
            rooms.end(self, webinar_id, at)

    def create_poll(self, webinar_id: int, body: Json) -> Poll:
        with self.lock:
            return audience.create_poll(self, webinar_id, body)

    def open_poll(self, webinar_id: int, poll_id: str) -> None:
        with self.lock:
            audience.open_poll(self, webinar_id, poll_id)

    def answer_poll(
        self,
        webinar_id: int,
        poll_id: str,
        who: Stay | str,
        answers: Sequence[str] = (),
        at: datetime | None = None,
    ) -> None:
        with self.lock:
            audience.answer_poll(self, webinar_id, poll_id, who, answers, at)

    def ask(
        self,
        webinar_id: int,
        who: Stay | str,
        question: str,
        at: datetime | None = None,
        *,
        anonymous: bool = False,
    ) -> Asked:
        with self.lock:
            return audience.ask(self, webinar_id, who, question, at, anonymous=anonymous)

    def answer(self, webinar_id: int, question_id: str, text: str, at: datetime | None = None) -> None:
        with self.lock:
            audience.answer(self, webinar_id, question_id, text, at)

    def answer_survey(
        self, webinar_id: int, who: Stay | str, answers: Mapping[str, str], at: datetime | None = None
    ) -> None:
        with self.lock:
            audience.answer_survey(self, webinar_id, who, answers, at)

    # The portal and the account's admin

    def convert_to_meeting(self, webinar_id: int, at: datetime | None = None) -> None:
        """From then on the API knows no such webinar."""
        with self.lock:
            portal.convert_to_meeting(self, webinar_id, at)

    def switch_mails_on(self, webinar_id: int) -> None:
        """Zoom's own mails, which others had switched off."""
        with self.lock:
            portal.switch_mails_on(self, webinar_id)

    def set_licence(self, user: str, capacity: int) -> None:
        """capacity: how many attendees the user's webinars may have; 0 takes the licence away."""
        with self.lock:
            portal.set_licence(self, user, capacity)

    def remove_user(self, user: str) -> None:
        """Out of the account: 1001 from then on. Their webinars are deleted."""
        with self.lock:
            portal.remove_user(self, user)

    def cancel_by_mail(self, webinar_id: int, registrant_id: str, at: datetime | None = None) -> None:
        """Somebody uses the link in Zoom's mail: they are gone, and can register again."""
        with self.lock:
            guest_list.remove(self, webinar_id, registrant_id, at)


def _real_time() -> datetime:
    return datetime.now(UTC)
