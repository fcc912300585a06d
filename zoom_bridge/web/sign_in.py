"""The organisers' door: a mailed link becomes a session. There are no passwords to guess.

The answer is the same for known and unknown addresses. Opening the link changes nothing, because mail scanners open
every link: the button on its page signs in."""

from datetime import timedelta

from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Organiser
from zoom_bridge.flows import welcoming
from zoom_bridge.store import organisers
from zoom_bridge.web import guards, headers
from zoom_bridge.web.context import bridge, now, say
from zoom_bridge.web.fields import cleaned_line
from zoom_bridge.web.forms import Complaint
from zoom_bridge.web.registration_form import LONGEST_ADDRESS, slip_in

bp = Blueprint("sign_in", __name__)
bp.after_request(headers.personal())

_PER_ADDRESS = (5, timedelta(minutes=15))
_PER_NETWORK = (30, timedelta(minutes=15))


def find_organiser() -> Organiser | None:
    """Who is signed in, if anybody."""
    token = session.get("token")
    if not isinstance(token, str):
        return None
    with bridge().db.reading() as connection:
        return organisers.find_by_session(connection, welcoming.token_hash(token), now())


def signed_in() -> Organiser:
    """Who is signed in; everybody else is led to the sign-in page, and after it to where they wanted to go."""
    organiser = find_organiser()
    if organiser is None:
        if request.method == "GET":
            session["next"] = request.full_path.rstrip("?")
        abort(redirect(url_for("sign_in.ask"), 303))
    return organiser


@bp.get("/sign-in")
def ask() -> ResponseReturnValue:
    if find_organiser():
        return redirect(url_for("organiser.events"), 303)
    return _form("")


def ask_again() -> ResponseReturnValue:
    return _form(cleaned_line(request.form.get("email", "")))


@bp.post("/sign-in")
@guards.shown_again_by(ask_again)
def send_link() -> ResponseReturnValue:
    email = cleaned_line(request.form.get("email", ""))
    if not email:
        return _form(email, say("Please enter your e‑mail address.")), 422
    slip = slip_in(email)
    if slip or len(email) > LONGEST_ADDRESS:
        return _form(
            email,
            say(slip or "Please check this address. It looks like this: %(example)s.", example="olga@example.org"),
        ), 422
    allowances = (
        guards.allowance("sign in", *_PER_ADDRESS, subject=email.casefold()),
        *guards.of_network("sign in", *_PER_NETWORK),
    )
    welcoming.ask_to_sign_in(bridge().db, email, now(), allowances)
    return redirect(url_for("sign_in.asked"), 303)


@bp.get("/sign-in/sent")
def asked() -> ResponseReturnValue:
    return render_template("sign_in/asked.html")


@bp.get("/sign-in/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """The page says whether the link is still good; only its button uses it up."""
    good = bridge().links.key_of_sign_in(token, now()) is not None
    return make_response(render_template("sign_in/link.html", token=token, good=good), 200 if good else 410)


@bp.post("/sign-in/<token>")
@guards.shown_again_by(open_link)
def sign_in(token: str) -> ResponseReturnValue:
    session_token = welcoming.redeem(bridge().db, bridge().links, token, now())
    wanted = session.get("next")
    # A new session: whatever somebody may have planted in the old one is gone, its form token too.
    session.clear()
    session["token"] = session_token
    return redirect(_own_path(wanted) or url_for("organiser.events"), 303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    token = session.get("token")
    session.clear()
    if isinstance(token, str):
        welcoming.sign_out(bridge().db, token)
    return redirect(url_for("public.coming"), 303)


def _form(email: str, error: str = "") -> str:
    complaints = [Complaint("email", say("E‑mail address"), error)] if error else []
    return render_template("sign_in/ask.html", email=email, error=error, complaints=complaints)


def _own_path(path: object) -> str | None:
    """Only a path of the organiser's pages: no other host, however it is spelled."""
    own = isinstance(path, str) and path.startswith("/organiser/") and "\\" not in path and path.isprintable()
    return str(path) if own else None
