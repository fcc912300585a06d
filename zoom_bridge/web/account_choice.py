"""Which Zoom account an event gets, where there are several: the field of the event form, whether the account is free at
that time, and whether its licence has seats enough. The pool is edited in `host_desk.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.host import Host
from zoom_bridge.i18n import Speech
from zoom_bridge.store import hosts
from zoom_bridge.store.hosts import Taken
from zoom_bridge.web.context import bridge
from zoom_bridge.web.fields import Choice

if TYPE_CHECKING:
    from zoom_bridge.web.forms import EventForm

#: Values of the field beside the addresses.
FIRST_FREE, OTHER = "free", "other"
#: From here on a licence is nearly full.
_NEARLY = 0.9


@dataclass(frozen=True)
class Pool:
    """`taken` tells, for a time, which accounts are taken then, by what; `but` is the event that is being planned."""

    members: list[Host] = field(default_factory=list)
    taken: Callable[[datetime, datetime, int | None], Mapping[str, Taken]] = lambda *_: {}

    @property
    def offers_choice(self) -> bool:
        return len(self.members) > 1

    def has(self, email: str) -> bool:
        return self.offers_choice and email.lower() in {host.email for host in self.members}

    def usable(self) -> list[Host]:
        """Those without a licence are not chosen by us."""
        return [host for host in self.members if host.licensed is not False]


class Account(Choice):
    """One of the pool; nothing is to be chosen while nothing is offered."""

    def pre_validate(self, form: object) -> None:
        if self.offers:
            super().pre_validate(form)


def read_pool() -> Pool:
    def taken(starts_at: datetime, ends_at: datetime, but: int | None) -> Mapping[str, Taken]:
        with bridge().db.reading() as connection:
            return hosts.taken(connection, starts_at, ends_at, but)

    with bridge().db.reading() as connection:
        return Pool(hosts.list_all(connection), taken)


def furnish(form: "EventForm", pool: Pool) -> None:
    """Offer the pool's accounts. What is chosen there is the host; an address is typed only beside "another one"."""
    account, typed = form.zoom_account, form.zoom_host
    if not pool.offers_choice:
        return
    speech = form.speech
    account.offers = [
        (FIRST_FREE, speech.say("The first one that is free at that time")),
        *((host.email, host_in_words(host, speech)) for host in pool.members),
        (OTHER, speech.say("Another address")),
    ]
    if not account.data:
        known = (typed.data or "").lower()
        account.data = known if pool.has(known) else OTHER if known else FIRST_FREE
    if pool.has(account.data):
        typed.data = account.data
    elif account.data == FIRST_FREE:
        typed.data, typed.missing = "", ""


def hosted(form: "EventForm", pool: Pool, starts_at: datetime, ends_at: datetime, kept: Event | None) -> bool:
    """Settle which account it is. False, with a sentence beside the field, when it is taken at that time by another
    event, unless the organiser knows better."""
    typed = form.zoom_host
    taken = pool.taken(starts_at, ends_at, kept.id if kept else None)
    free = [host.email for host in pool.usable() if host.email not in taken]
    chosen = form.zoom_account if pool.offers_choice else typed
    if pool.offers_choice and form.zoom_account.data == FIRST_FREE:
        if not free:
            chosen.complain(form.speech.say("None of your Zoom accounts is free at that time. Please choose one."))
            return False
        typed.value = free[0]
        return True
    other = taken.get((typed.value or "").lower())
    as_before = kept is not None and (kept.zoom_host, kept.starts_at, kept.ends_at) == (
        typed.value,
        starts_at,
        ends_at,
    )
    if other is None or as_before or form.double_booked.data:
        return True
    sentence = overlap_in_words(typed.value, other, form.speech)
    if free:
        sentence += " " + form.speech.say("%(host)s is free then.", host=free[0])
    chosen.complain(sentence)
    form.overlapping = True
    return False


def host_in_words(host: Host, speech: Speech) -> str:
    """ "webinar-1@example.org, 500 places"."""
    if host.licensed is False:
        return speech.say("%(host)s, without a webinar licence", host=host.email)
    if host.capacity:
        return speech.say_n("%(host)s, %(n)s place", "%(host)s, %(n)s places", host.capacity, host=host.email)
    return host.email


def overlap_in_words(host: str, taken: Taken, speech: Speech) -> str:
    return speech.say(
        "%(host)s is taken by “%(title)s”, %(date)s, %(span)s; half an hour before and after each event is needed to set "
        "up and to clear away.",
        host=host,
        title=taken.title,
        date=speech.date(taken.starts_at, taken.timezone),
        span=speech.span(taken.starts_at, taken.ends_at, taken.timezone),
    )


def too_small(event: Event, registered: int, host: Host | None, speech: Speech) -> str:
    """What is wrong with the licence's size for this event; empty when nothing is."""
    if host is None or not host.capacity:
        return ""
    seats = speech.number(host.capacity)
    if registered >= _NEARLY * host.capacity:
        return speech.say(
            "%(registered)s people are registered, and the Zoom account lets in %(seats)s. Please have its licence "
            "enlarged, choose a larger account, or limit the number of places.",
            registered=speech.number(registered),
            seats=seats,
        )
    if event.capacity and event.capacity > host.capacity:
        return speech.say(
            "The event offers %(places)s places, but its Zoom account lets in %(seats)s people only. Please choose a larger "
            "account, have its licence enlarged, or offer fewer places.",
            places=speech.number(event.capacity),
            seats=seats,
        )
    return ""
