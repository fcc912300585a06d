"""The doctor: looks at everything the service leans on, from the database to the webhook's address, and says of each
what is the matter and what to do. It changes nothing, except that one delivery about nothing is kept and emptied.

What concerns Zoom's own answers is in `consulting.py`, what concerns our letters in `vouching.py`."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from threading import Thread
from urllib.parse import urlsplit

from zoom_bridge.domain.finding import N_, Finding
from zoom_bridge.flows import consulting, vouching
from zoom_bridge.flows.consulting import Wishes
from zoom_bridge.flows.sparing import HOST_CHANGES
from zoom_bridge.flows.vouching import Sending
from zoom_bridge.store import budgets, contacts, events, hosts, migrations, runs
from zoom_bridge.store.database import Database, DatabaseUnavailable
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.doorbell import Doorbell, Silence, Unanswered
from zoom_bridge.zoom.overheard import Overheard

log = logging.getLogger(__name__)

#: All of it is over by then, whoever does not answer.
SECONDS = 28.0
_FOR_THE_DATABASE = 8.0
#: Jobs say that they ran at least this often.
_LATEST_RUN = timedelta(minutes=5)
#: Zoom asks for a second's rest now and then; that is nothing to worry about.
_SHORT_REST = timedelta(minutes=5)


@dataclass(frozen=True)
class Patient:
    """What is looked at. `pretended`: Zoom is only pretended, on this machine, and may reach what is only here."""

    db: Database
    zoom: ZoomClient
    overheard: Overheard
    doorbell: Doorbell
    sending: Sending
    hosts: Sequence[str]
    pretended: bool
    clock: Callable[[], datetime]


def examine(patient: Patient, seconds: float = SECONDS) -> list[Finding]:
    """The database first, because it knows the hosts; then Zoom, the webhook and everything about letters side by side."""
    until = time.monotonic() + seconds
    wishes = [Wishes(patient.hosts)]
    database = _Look("database", _database(patient, wishes))
    database.join(min(until, time.monotonic() + _FOR_THE_DATABASE))
    looks = [
        _Look("zoom", consulting.consult(patient.zoom, patient.overheard, wishes[-1])),
        _Look("webhook", _webhook(patient)),
        _Look("mail", vouching.look_at_server(patient.sending)),
        _Look("mailbox", vouching.look_at_box(patient.sending)),
        _Look("names", vouching.vouch(patient.sending)),
    ]
    for look in looks:
        look.join(until)
    return [finding for look in (database, *looks) for finding in look.found()]


class _Look:
    """One part of it, in a thread of its own: whoever does not answer is not waited for."""

    def __init__(self, name: str, findings: Iterator[Finding]) -> None:
        self._name = name
        self._findings = findings
        self._found: list[Finding] = []
        self._thread = Thread(target=self._look, name=name, daemon=True)
        self._thread.start()

    def join(self, until: float) -> None:
        self._thread.join(max(0.0, until - time.monotonic()))

    def found(self) -> list[Finding]:
        late = Finding(
            id=f"{self._name}.time",
            good=False,
            says=N_("This took too long, and the rest of it was not asked: %(what)s."),
            do=N_("Try again; if it stays so, see whether this machine can reach it."),
            values={"what": self._name},
        )
        return [*self._found, late] if self._thread.is_alive() else list(self._found)

    def _look(self) -> None:
        try:
            for finding in self._findings:
                self._found.append(finding)
        except Exception:
            log.exception("the doctor stumbled over %s", self._name)
            self._found.append(
                Finding(
                    id=f"{self._name}.mistake",
                    good=False,
                    says=N_("The check itself failed: %(what)s."),
                    do=N_("The lines above say why."),
                    values={"what": self._name},
                )
            )


def _database(patient: Patient, wishes: list[Wishes]) -> Iterator[Finding]:
    try:
        current, newest = patient.db.schema_revision(), migrations.newest_revision()
    except DatabaseUnavailable as error:
        yield Finding(
            id="database",
            good=False,
            says=N_("The database does not answer: %(why)s"),
            do=N_("See that it runs and that [database] url names it, with user and password."),
            values={"why": " ".join(str(error).split())[:300]},
        )
        return
    yield Finding(id="database", good=True, says=N_("The database answers."))
    if current != newest:
        yield Finding(
            id="schema",
            good=False,
            says=N_("The database is at revision %(current)s; this version needs %(newest)s.")
            if current
            else N_("The database is empty."),
            do=N_("Bring it up to date with “zoom-bridge db upgrade”, then start serve and work anew."),
            values={"current": current or "", "newest": newest},
        )
        return
    yield Finding(id="schema", good=True, says=N_("Its schema is up to date."))
    now = patient.clock()
    with patient.db.reading() as connection:
        pool = [host.email for host in hosts.list_all(connection)]
        wishes.append(Wishes.of(events.list_coming(connection, now), [*patient.hosts, *pool]))
        changes = budgets.spent(connection, list(map(budgets.of_host, wishes[-1].hosts)), now)
        rests_until = budgets.rests_until(connection, now)
        last = max((run.finished_at for run in runs.list_all(connection)), default=None)
        heard_at = contacts.last_delivery_at(connection)
    working = last is not None and now - last <= _LATEST_RUN
    yield Finding(
        id="jobs",
        good=working,
        says=N_("The jobs run.") if working else N_("The jobs do not run: nothing is sent or brought to Zoom."),
        do="" if working else N_("Start “zoom-bridge work” beside the pages, or “zoom-bridge run” for both."),
    )
    yield Finding(
        id="webhook.heard",
        good=True if heard_at else None,
        says=N_("Zoom has reported something to us: last on %(at)s.")
        if heard_at
        else N_("Zoom has not reported anything yet, so nobody knows whether it signs with our webhook_secret."),
        values={"at": heard_at} if heard_at else {},
    )
    for host in wishes[-1].hosts:
        yield _changes_left(host, HOST_CHANGES - changes.get(budgets.of_host(host), 0))
    if rests_until and rests_until > now + _SHORT_REST:
        yield Finding(
            id="limits.rest",
            good=False,
            says=N_("One of Zoom's limits is reached: such work waits until %(at)s."),
            do=N_("You need not do anything; if it happens often, see zoom.plan and who else uses the account."),
            values={"at": rests_until},
        )


def _changes_left(host: str, left: int) -> Finding:
    return Finding(
        id=f"limits.changes.{host}",
        good=left > 0,
        says=N_(
            "%(host)s: %(left)s of the %(limit)s webinars that may be made or changed in a day are left today."
        )
        if left > 0
        else N_("%(host)s: no more webinars can be made or changed today."),
        do="" if left > 0 else N_("It begins anew at 00:00 UTC; until then the work waits by itself."),
        values={"host": host, "left": left, "limit": HOST_CHANGES},
    )


def _webhook(patient: Patient) -> Iterator[Finding]:
    """Rings three times: signed, forged, and with Zoom's question whether the address is ours."""
    bell = patient.doorbell
    where = {"url": bell.url}
    if only_here(bell.url) and not patient.pretended:
        yield Finding(
            id="webhook.address",
            good=False,
            says=N_("Zoom cannot reach %(url)s: this address is only good on this machine."),
            do=N_("Let web.base_url be the https address that the public has, and name it to Zoom."),
            values=where,
        )
    else:
        yield Finding(
            id="webhook.address", good=True, says=N_("The address for webhooks is %(url)s."), values=where
        )
    try:
        yield _delivered(bell.deliver(), where)
        yield _forged(bell.deliver_forged())
        yield _validated(*bell.validate())
    except Unanswered as unanswered:
        says, do = _SILENCES[unanswered.silence]
        why = where | {"why": unanswered.detail, "name": urlsplit(bell.url).hostname or ""}
        yield Finding(id="webhook.delivery", good=False, says=says, do=do, values=why)


_SILENCES = {
    Silence.NAME: (
        N_("Nobody knows the name %(name)s (DNS)."),
        N_("Correct web.base_url, or have the name entered in the DNS."),
    ),
    Silence.REFUSED: (
        N_("Nobody listens at %(url)s."),
        N_("Start “zoom-bridge serve”, and see that proxy and firewall let Zoom through."),
    ),
    Silence.SLOW: (
        N_("No answer came from %(url)s within three seconds, as long as Zoom waits."),
        N_("See whether a firewall swallows the request, and whether the pages are under too much load."),
    ),
    Silence.CERTIFICATE: (
        N_("The certificate of %(name)s is not valid: %(why)s."),
        N_("Install a certificate of a public authority, with all certificates in between; Zoom takes no other."),
    ),
    Silence.BROKEN: (
        N_("No connection to %(url)s comes about, or it breaks off."),
        N_("See the firewall, and the log of the proxy that stands before the pages."),
    ),
}


def _delivered(status: int, where: dict[str, str]) -> Finding:
    values = where | {"status": status}
    if 200 <= status < 300:
        return Finding(
            id="webhook.delivery", good=True, says=N_("A signed delivery through this address arrives.")
        )
    if status == 401:
        says = N_("A signed delivery is refused: the pages that run know another webhook_secret.")
        do = N_(
            "Start the pages anew with this configuration; zoom.webhook_secret must be the app's “Secret Token”."
        )
    elif status == 503:
        says = N_("A delivery arrives, but cannot be kept (503).")
        do = N_("See that the database of the pages answers.")
    else:
        says = N_("Somebody else answers at %(url)s (%(status)s).")
        do = N_("The proxy must pass this address on to the pages as it is, without redirects and sign-in.")
    return Finding(id="webhook.delivery", good=False, says=says, do=do, values=values)


def _forged(status: int) -> Finding:
    good = status == 401
    return Finding(
        id="webhook.forgery",
        good=good,
        says=N_("A delivery with a wrong signature is refused.")
        if good
        else N_("A delivery with a wrong signature is not refused (%(status)s)."),
        do="" if good else N_("Somebody answers before the pages do: the proxy must pass the request on."),
        values={"status": status},
    )


def _validated(status: int, proven: bool) -> Finding:
    good = status in (200, 204) and proven
    return Finding(
        id="webhook.validation",
        good=good,
        says=N_("Zoom's question whether the address is ours is answered rightly.")
        if good
        else N_("Zoom's question whether the address is ours is not answered rightly (%(status)s)."),
        do="" if good else N_("Start the pages anew with this configuration; zoom.webhook_secret must be the app's “Secret Token”."),
        values={"status": status},
    )  # fmt: skip


def only_here(url: str) -> bool:
    """Whether this address is good on this machine and nowhere else."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
