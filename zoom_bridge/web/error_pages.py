"""One table: what went wrong → status and page. A refusal is an answer with a reason and a next step; an accident
gets an id that stands in the log, and shows no trace."""

import logging
import secrets
import traceback
from dataclasses import dataclass

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from zoom_bridge.domain import refusals
from zoom_bridge.domain.failures import Failure
from zoom_bridge.store.database import DatabaseUnavailable
from zoom_bridge.web import branding, context
from zoom_bridge.web.guards import ForeignOrigin, FormExpired

log = logging.getLogger(__name__)


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for "to be translated later")
    return message


@dataclass(frozen=True)
class ErrorPage:
    """Texts are English message ids; the template says them in the reader's language."""

    status: int
    title: str
    sentence: str
    next_step: str = ""


REFUSALS: dict[type[refusals.Refusal], ErrorPage] = {
    refusals.NotFound: ErrorPage(
        404,
        N_("This page does not exist"),
        N_("The address leads to nothing here."),
        N_("Is the address complete? Long links in e‑mails sometimes break at the end of a line."),
    ),
    refusals.LinkExpired: ErrorPage(
        410,
        N_("This link is no longer valid"),
        N_("Such links are good once, and only for a while."),
        N_("Please ask for a new one. If this was your registration: simply register again, it takes a minute."),
    ),
    refusals.RegistrationNotOpen: ErrorPage(
        409,
        N_("Registration has not opened yet"),
        N_("It is too early to register for this event."),
        N_("The event's page says from when on you can register."),
    ),
    refusals.RegistrationClosed: ErrorPage(
        409,
        N_("Registration is closed"),
        N_("You can no longer register for this event."),
        N_("Whoever is registered gets in as planned."),
    ),
    refusals.EventFull: ErrorPage(
        409,
        N_("All places are taken"),
        N_("At present there is no place free at this event."),
        N_("Places do become free again. Please look in once more on one of the next days."),
    ),
    refusals.EventCancelled: ErrorPage(
        409,
        N_("This event is cancelled"),
        N_("It will not take place."),
        N_("Perhaps another event is of interest to you."),
    ),
    refusals.EventOver: ErrorPage(
        409,
        N_("This event is over"),
        N_("It has already taken place."),
        N_("Perhaps another event is of interest to you."),
    ),
    refusals.TooManyRequests: ErrorPage(
        429,
        N_("That was very often in a short time"),
        N_("To protect everybody from robots we limit how often a form can be sent."),
        N_("Please wait a while and try again."),
    ),
    refusals.ChangedMeanwhile: ErrorPage(
        409,
        N_("Somebody else was faster"),
        N_("This was changed after you had opened it. Nothing of yours has been saved."),
        N_("Please open it anew and make your change again."),
    ),
    refusals.NotPublishable: ErrorPage(
        409,
        N_("This event cannot be published yet"),
        N_("The imprint and the privacy notice have to be filled in first."),
        N_("Please write both, then publish."),
    ),
    refusals.WallTimeMissing: ErrorPage(
        409,
        N_("This time does not exist"),
        N_("In that night the clocks go forward, and the hour is left out."),
        N_("Please choose another time."),
    ),
    refusals.WallTimeDoubled: ErrorPage(
        409,
        N_("This time exists twice"),
        N_("In that night the clocks go back, and the hour passes twice."),
        N_("Please say which one you mean."),
    ),
    refusals.NotAllowed: ErrorPage(
        403,
        N_("You may not do this"),
        N_("You are signed in, but without the right to do this."),
        N_("Please ask the person who looks after this service."),
    ),
}

OTHERS: dict[int, ErrorPage] = {
    400: ErrorPage(
        400,
        N_("We could not read this request"),
        N_("What your browser sent made no sense to us."),
        N_("Please go back and try once more."),
    ),
    403: ErrorPage(
        403,
        N_("This was not sent from our page"),
        N_("For your safety we only accept forms that were filled in here."),
        N_("Please open the page anew and try once more."),
    ),
    404: REFUSALS[refusals.NotFound],
    405: ErrorPage(
        405,
        N_("This page cannot be opened directly"),
        N_("It belongs to a button on another page."),
        N_("Please go back and press the button."),
    ),
    413: ErrorPage(
        413,
        N_("That was too much at once"),
        N_("What you sent is larger than we accept."),
        N_("Please go back, and send less text or smaller pictures."),
    ),
    500: ErrorPage(
        500,
        N_("That did not work, and it was our fault"),
        N_("Something went wrong in our service. What we have confirmed to you still holds."),
        N_("Please try again in a few minutes. If it happens again, tell us the number below."),
    ),
    502: ErrorPage(
        502,
        N_("Zoom does not answer right now"),
        N_("We asked Zoom and got no answer that we could use."),
        N_("Please try again in a minute."),
    ),
    503: ErrorPage(
        503,
        N_("Please try again in a moment"),
        N_("Our service is very busy or is being restarted."),
        N_("Please wait a minute and load the page again."),
    ),
}

FORM_EXPIRED = ErrorPage(
    403,
    N_("Please press the button once more"),
    N_("The page had been open for too long, or your browser refuses our cookie. Nothing has happened yet."),
    N_("Please go back, load the page again and press the button."),
)


def configure(app: Flask) -> None:
    app.register_error_handler(refusals.Refusal, refused)
    app.register_error_handler(Failure, failed)
    app.register_error_handler(DatabaseUnavailable, unavailable)
    app.register_error_handler(SecurityError, wrong_host)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, broke)


def refused(refusal: refusals.Refusal) -> Response:
    kinds = [REFUSALS[kind] for kind in type(refusal).__mro__ if kind in REFUSALS]
    return show(kinds[0] if kinds else OTHERS[400])


def failed(failure: Failure) -> Response:
    return show(OTHERS[502], error_id=_logged(failure))


def unavailable(error: DatabaseUnavailable) -> Response:
    branding.leave_as_it_is()
    response = show(OTHERS[503], error_id=_logged(error))
    response.headers["Retry-After"] = "10"
    return response


def wrong_host(error: SecurityError) -> Response:  # noqa: ARG001
    """Asked by a name that is not ours. No page: it would be full of links under that name."""
    return Response("This service is not known by that name.\n", 400, mimetype="text/plain")


def http_error(error: HTTPException) -> Response:
    if isinstance(error, FormExpired):
        return show(FORM_EXPIRED)
    if isinstance(error, ForeignOrigin):
        return show(OTHERS[403])
    status = error.code or 500
    response = show(OTHERS.get(status) or OTHERS[400 if status < 500 else 500], status=status)
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def broke(error: Exception) -> Response:
    return show(OTHERS[500], error_id=_logged(error))


def show(page: ErrorPage, status: int | None = None, error_id: str = "") -> Response:
    text = render_template("errors/page.html", page=page, error_id=error_id, event=context.seen_event())
    return make_response(text, status or page.status)


def _logged(error: BaseException) -> str:
    """An id for the page and the log. The log gets the places, not the message: messages may hold addresses,
    tokens and whole bodies."""
    error_id = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    rule = request.url_rule.rule if request.url_rule else "no page"
    log.error("%s %s at %s %s\n%s", error_id, type(error).__qualname__, request.method, rule, frames)
    return error_id
