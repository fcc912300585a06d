"""Whoever holds a personal link, and the place at an event that it opens. The pages themselves are in `personal.py`
and `my_data.py`."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, url_for

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Door, Registration, Standing, door
from zoom_bridge.domain.series import TakenDate, told_together
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.store import dates, events, registrations
from zoom_bridge.web import headers, lately_read
from zoom_bridge.web.banner import may_register
from zoom_bridge.web.context import bridge, now, prefer_language, remember_event, speech


@dataclass(frozen=True)
class Place:
    """One person's place at one event, as their pages see it."""

    token: str
    registration: Registration
    event: Event
    seats_taken: int

    @property
    def door(self) -> Door:
        return door(self.event, self.registration, now())

    @property
    def confirm_token(self) -> str:
        return bridge().links.confirm(self.registration.key).rpartition("/")[2]

    @property
    def may_return(self) -> bool:
        return self.registration.cancelled_by == "self" and may_register(self.event, self.seats_taken, now())

    @cached_property
    def others(self) -> list[TakenDate]:
        """The other dates of the series that this address is registered for."""
        if self.event.series_id is None:
            return []
        with bridge().db.reading() as connection:
            taken = dates.taken_by(connection, self.event.series_id, self.registration.email_key)
        return [one for one in taken if one.registration.id != self.registration.id]

    @property
    def others_ahead(self) -> list[TakenDate]:
        """Those of them that are still to come and not given back."""
        return [
            one
            for one in self.others
            if now() < one.event.ends_at and not one.event.cancelled_at and not one.registration.cancelled_at
        ]

    @property
    def to_confirm(self) -> list[TakenDate]:
        """All dates that the button in the please-confirm letter confirms, where they are several."""
        taken = [TakenDate(self.event, self.registration), *self.others]
        together = told_together(Kind.PLEASE_CONFIRM, self.registration, taken, now())
        return sorted(together, key=lambda one: one.event.starts_at)

    @property
    def may_change(self) -> bool:
        return self.registration.standing in {Standing.REGISTERED, Standing.WAITING_LIST, Standing.UNCONFIRMED}

    @property
    def full(self) -> bool:
        """Whoever wants a seat now has to wait for one."""
        return self.event.full(self.seats_taken)

    @cached_property
    def number_in_line(self) -> int:
        with bridge().db.reading() as connection:
            return registrations.number_in_line(connection, self.registration)


def keep_private(bp: Blueprint) -> None:
    """The addresses of these pages are keys: they go nowhere, and no copy stays behind."""

    @bp.after_request
    def complete(response: Response) -> Response:
        # The join button leads on to Zoom, and browsers hold redirects of a form to its policy as well. Zoom sends
        # people on between hosts of its own, so any https address is let through; a pretend Zoom by its own origin.
        join_url = g.get("join_url")
        origin = urlsplit(join_url) if join_url else None
        other = f" {origin.scheme}://{origin.netloc}" if origin and origin.scheme == "http" else ""
        return headers.personal(form_action=f"'self' https:{other}", media_src="'self'")(response)


def find_place(token: str) -> Place:
    return _find(token, bridge().links.key_of_personal(token))


def find_place_to_confirm(token: str) -> Place:
    return _find(token, bridge().links.key_of_confirm(token))


def find_place_to_unsubscribe(token: str) -> Place:
    return _find(token, bridge().links.key_of_unsubscribe(token))


def personal_page(registration: Registration) -> str:
    return url_for("personal.page", token=bridge().links.personal_token(registration.key))


def about(place: Place) -> dict[str, Any]:
    """What every page of one registration shows."""
    event = place.event
    return {
        "place": place,
        "registration": place.registration,
        "event": event,
        "wording": event.wording(speech().language),
        "series": lately_read.find_series(event.series_id),
        "personal_page": personal_page,
        "now": now(),
        "minutes_left": _minutes_until(event.starts_at),
        "today": wall_of(event.starts_at, event.timezone).date() == wall_of(now(), event.timezone).date(),
        "moved": event.moved_from is not None and not event.cancelled_at and now() < event.ends_at,
    }


def _find(token: str, key: str | None) -> Place:
    """The place behind a key. A wrong token costs the same look into the database as a good one."""
    with bridge().db.reading() as connection:
        registration = registrations.find_by_key(connection, key or "")
        event = events.find(connection, registration.event_id) if registration else None
        taken = registrations.seats_taken(connection, event.id) if event else 0
    if registration is None or event is None:
        raise NotFound
    prefer_language(registration.language)
    remember_event(event)
    g.join_url = registration.join_url
    return Place(token, registration, event, taken)


def _minutes_until(instant: datetime) -> int:
    """Whole minutes, rounded up: "1 minute" until the very end. Zero when it is past."""
    return max(0, -int((now() - instant).total_seconds() // 60))
