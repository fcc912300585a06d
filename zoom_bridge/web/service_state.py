"""The settings' page about what the service leans on: the mail server, Zoom, its own jobs; when each last worked, what is
wrong and what to do. Secrets are in the configuration file and are not shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, render_template
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.flows.mailing import POSTAGE
from zoom_bridge.flows.restoring import HELD
from zoom_bridge.store import allowances, budgets, contacts, notices, overviews, runs
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import JOBS, failure_in_words

bp = Blueprint("service_state", __name__)

#: Work this late means that nobody is working.
_LATE = timedelta(minutes=15)
#: When Zoom asks us to wait no longer than this, nobody notices.
_SHORT = timedelta(minutes=1)

_MAIL_JOBS = {"send_mail"}
_RETURN_JOBS = {"read_bounces"}
_CLOCK_JOBS = {"watch_clock"}
_ZOOM_JOBS = {
    "sync_webinars",
    "sync_registrants",
    "sync_panelists",
    "reconcile_attendance",
    "gather_takeaways",
    "look_at_webinars",
    "compare_registrants",
    "look_at_hosts",
}
_NAMED_JOBS = _MAIL_JOBS | _RETURN_JOBS | _CLOCK_JOBS | _ZOOM_JOBS
_WAITING = {
    "webinars": N_("Events wait to be brought to Zoom"),
    "registrations": N_("Registrations wait to be brought to Zoom"),
    "reminders": N_("Reminders wait to be prepared"),
    "messages": N_("E-mails wait to be sent"),
    "deliveries": N_("Reports from Zoom wait to be applied"),
    "looks": N_("Webinars wait to be looked at"),
    "hosts": N_("Zoom accounts wait to be looked at"),
    "reports": N_("Attendance reports wait to be fetched"),
    "takeaways": N_("Questions, polls and recordings wait to be fetched"),
}
_SECURITY = {
    "tls": N_("encrypted (TLS)"),
    "starttls": N_("encrypted (STARTTLS)"),
    "none": N_("not encrypted"),
}


@dataclass(frozen=True)
class Trouble:
    job: str
    name: str
    since: datetime
    error: str
    alarm: bool


@bp.get("/settings/state")
@backstage.needs(Role.OWNER)
def show() -> str:
    settings = bridge().settings
    with bridge().db.reading() as connection:
        rests_until = budgets.rests_until(connection, now() + _SHORT)
        last = runs.list_all(connection)
        overdue = overviews.oldest_overdue(connection, now())
        last_delivery_at = contacts.last_delivery_at(connection)
        waiting_error = contacts.waiting_letter_error(connection)
        held = next((run for run in last if run.job == HELD and run.alarm), None)
        last = [run for run in last if run.job != HELD]
        troubles = [_trouble(run, run.failed_since) for run in last if run.failed_since]
        return render_template(
            "organiser/service_state.html",
            zone=backstage.HOUSE_ZONE,
            mail=settings.mail,
            zoom=settings.zoom,
            security=say(_SECURITY[settings.mail.security]),
            webhook_address=bridge().links.page("/zoom/webhooks"),
            last_letter_at=contacts.last_letter_at(connection),
            last_call_at=contacts.last_call_at(connection),
            last_delivery_at=last_delivery_at,
            waiting_error=failure_in_words(waiting_error, speech()) if waiting_error else "",
            mail_troubles=[trouble for trouble in troubles if trouble.job in _MAIL_JOBS],
            return_troubles=[trouble for trouble in troubles if trouble.job in _RETURN_JOBS],
            returned_to=settings.mail.bounces or settings.mail.sender,
            imap=settings.imap,
            last_read_at=next((run.finished_at for run in last if run.job in _RETURN_JOBS), None),
            mail_rests=_mail_rests(connection),
            zoom_rests=_rests(rests_until) if rests_until else "",
            zoom_troubles=[trouble for trouble in troubles if trouble.job in _ZOOM_JOBS],
            clock_troubles=[trouble for trouble in troubles if trouble.job in _CLOCK_JOBS],
            other_troubles=[trouble for trouble in troubles if trouble.job not in _NAMED_JOBS],
            gaps=[*_decisions(held), *_gaps(connection, last, overdue, last_delivery_at)],
            jobs=[(run, _name(run.job)) for run in last],
            overdue=[(say(_WAITING[table]), since) for table, since in overdue.items() if table in _WAITING],
        )


def _trouble(run: runs.Run, since: datetime) -> Trouble:
    return Trouble(run.job, _name(run.job), since, failure_in_words(run.last_error, speech()), run.alarm)


def _mail_rests(connection: Connection) -> str:
    """When the mail server has taken as many letters within an hour as it does."""
    most = bridge().settings.mail.most_per_hour
    until = allowances.room(connection, POSTAGE, most, now()).until if most else None
    if until is None:
        return ""
    return say(
        "The mail server takes %(count)s e-mails an hour from us; it goes on at %(time)s.",
        count=speech().number(most),
        time=speech().time(until, backstage.HOUSE_ZONE),
    )


def _rests(until: datetime) -> str:
    """What Zoom calls a day ends at 00:00 UTC."""
    time = speech().time(until, backstage.HOUSE_ZONE)
    if until.date() > now().date():
        return say("Zoom takes no more today; it goes on at %(time)s.", time=time)
    return say("Zoom asks us to wait; it goes on at %(time)s.", time=time)


def _name(job: str) -> str:
    return say(JOBS[job]) if job in JOBS else job


def _decisions(held: runs.Run | None) -> list[tuple[str, str, str]]:
    if held is None:
        return []
    return [(failure_in_words(held.last_error, speech()), "organiser.held_desk.show", say("Decide about them"))]


def _gaps(
    connection: Connection,
    last: list[runs.Run],
    overdue: dict[str, datetime],
    last_delivery_at: datetime | None,
) -> list[tuple[str, str, str]]:
    """What keeps the service from real use: a sentence, and the page where it can be mended, if there is one."""
    gaps = []
    if _pretended():
        gaps.append(
            (
                say(
                    "This is a trial: Zoom is only pretended. For real use, name your Zoom account in the configuration file."
                ),
                "",
                "",
            )
        )
    if notices.missing(connection):
        sentence = say("Imprint and privacy notice have to be written before anything can be published.")
        gaps.append((sentence, "organiser.instance_settings.show", say("Write them")))
    if not last or any(now() - since > _LATE for since in overdue.values()):
        gaps.append(
            (
                say(
                    "The jobs do not run: nothing is sent and nothing is brought to Zoom. Please start “zoom-bridge work” beside the pages."
                ),
                "",
                "",
            )
        )
    if last_delivery_at is None:
        gaps.append(
            (
                say(
                    "Zoom has not reported anything yet. In the app at Zoom, under “Event subscriptions”, the address must be: %(address)s",
                    address=bridge().links.page("/zoom/webhooks"),
                ),
                "",
                "",
            )
        )
    return gaps


def _pretended() -> bool:
    host = urlsplit(bridge().settings.zoom.api_url).hostname or ""
    return host in guards.LOOPBACK
