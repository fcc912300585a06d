"""Whoever was shown a certificate and wants to know whether it is genuine. Without a session, and without anything else
of anybody: the code on the paper is all there is to ask for.

The page of a code tells whether the certificate holds, and what stands on it. The name is told as long as we hold it;
once the person is forgotten, the visitor types the name from the paper and is told whether it is that one. A code has
140 bit, so nobody finds one by trying; what is typed is limited all the same, and names are, too."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.certificate import Certificate, hash_of, read, written
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import certifying
from zoom_bridge.store import certificates, events, registrations
from zoom_bridge.web import guards, headers
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import cleaned_line
from zoom_bridge.web.forms import Complaint, complained

bp = Blueprint("verifier", __name__)

_PER_NETWORK = (60, timedelta(minutes=10))
#: Names typed for one certificate: who has the paper needs one.
_NAMES = (20, timedelta(hours=1))
_LONGEST = 200


@dataclass(frozen=True)
class _Checked:
    """What the page tells. name: None when we do not hold it; is_it: whether it was made out to the name typed."""

    certificate: Certificate
    event: Event
    issuer: str
    name: str | None = None
    is_it: bool | None = None


@bp.after_request
def keep_private(response: Response) -> Response:
    """The address is the code: it goes nowhere, and no copy stays behind."""
    return headers.personal()(response)


@bp.get("/certificate")
def ask() -> str:
    return render_template("public/check.html", typed="", **complained([]))


@bp.post("/certificate")
def check() -> ResponseReturnValue:
    typed = cleaned_line(request.form.get("code", ""))[:_LONGEST]
    code = read(typed)
    if not code:
        return _wrong(typed, say("Please type the code that stands on the certificate."), 422)
    found, _ = certifying.look_up(bridge().db, code, guards.of_network("certificate", *_PER_NETWORK), now())
    if found is None:
        return _wrong(
            typed, say("There is no certificate with this code. Please compare it letter by letter."), 404
        )
    return redirect(url_for("verifier.show", code=written(code)), 303)


@bp.get("/certificate/<code>")
def show(code: str) -> ResponseReturnValue:
    """The address in the QR code."""
    code = read(code)
    with bridge().db.reading() as connection:
        found = certificates.find_by_hash(connection, hash_of(code))
    if found is None:
        return _wrong(
            written(code)[:_LONGEST],
            say("There is no certificate with this code. Please compare it letter by letter."),
            404,
        )
    return make_response(_page(_checked(found, code), code))


@bp.post("/certificate/<code>")
def compare(code: str) -> ResponseReturnValue:
    """Whether it was made out to this name."""
    code, name = read(code), cleaned_line(request.form.get("name", ""))[:_LONGEST]
    found, is_it = certifying.look_up(bridge().db, code, _allowances(code), now(), name)
    if found is None:
        raise NotFound
    checked = _checked(found, code)
    if not name:
        complaint = Complaint(
            "name", say("Name on the certificate"), say("Please type the name that stands on the certificate.")
        )
        return make_response(_page(checked, code, complaints=[complaint]), 422)
    told = _Checked(checked.certificate, checked.event, checked.issuer, checked.name, is_it)
    return make_response(_page(told, code, name))


def _checked(found: Certificate, code: str) -> _Checked:
    with bridge().db.reading() as connection:
        event = events.find(connection, found.event_id)
        person = registrations.find(connection, found.registration_id) if found.registration_id else None
        issuer = certifying.issuer(connection, event).name if event else ""
    if event is None:
        raise NotFound
    # Who is called otherwise by now: the paper bears the older name, which we no longer know.
    name = person.name if person and found.held_by(person.name, code) else None
    return _Checked(found, event, issuer, name)


def _page(checked: _Checked, code: str, typed: str = "", complaints: list[Complaint] | None = None) -> str:
    return render_template(
        "public/checked.html",
        checked=checked,
        certificate=checked.certificate,
        event=checked.event,
        wording=checked.event.wording(speech().language),
        code=written(code),
        typed=typed,
        **complained(complaints or []),
    )


def _wrong(typed: str, sentence: str, status: int) -> Response:
    complaints = [Complaint("code", say("Check code"), sentence)]
    return make_response(render_template("public/check.html", typed=typed, **complained(complaints)), status)


def _allowances(code: str) -> tuple[Allowance, ...]:
    return (
        guards.allowance("certificate name", *_NAMES, code),
        *guards.of_network("certificate", *_PER_NETWORK),
    )
