"""Certificates of one event: by which rule, who has earned one and who narrowly not, issue and send them, take one back,
download them. What stands on them is `paper/certificate_sheet.py`; strangers check them in `verifier.py`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.certificate import USUAL_SHARE, Candidate, Certificate, CertificateRule
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Registration
from zoom_bridge.flows import certifying
from zoom_bridge.flows.certifying import Roll
from zoom_bridge.paper import press
from zoom_bridge.paper.certificate_sheet import LONGEST_TEXT, ours
from zoom_bridge.store import certificates, registrations
from zoom_bridge.web import backstage, event_desk, guards
from zoom_bridge.web.archive import archived, as_pdf, fit
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, Count, Line, Passage
from zoom_bridge.web.forms import ShortForm, complained

bp = Blueprint("certificate_desk", __name__)

_ALL = f"/events/<{backstage.KEY}:event_id>/certificates"
_ONE = f"{_ALL}/<{backstage.KEY}:certificate_id>"
_PAGE = 50
#: So many who narrowly missed it are listed.
_NARROWLY = 100
#: So many people are read at a time for the archive of all.
_PORTION = 200


class RuleForm(ShortForm):
    share = Count(N_("How much of the time, in per cent"), most=100)
    signed_by = Line(N_("Signed by"))
    text_de = Passage(N_("Text in German"), longest=LONGEST_TEXT)
    text_en = Passage(N_("Text in English"), longest=LONGEST_TEXT)

    def rule(self, event_id: int) -> CertificateRule:
        return CertificateRule(
            event_id=event_id,
            share=self.share.value or USUAL_SHARE,
            signed_by=self.signed_by.value,
            text_de="" if self.text_de.value == ours("de") else self.text_de.value,
            text_en="" if self.text_en.value == ours("en") else self.text_en.value,
        )


@dataclass(frozen=True)
class _Shown:
    """What the page shows of an event's certificates. `issued`: how many hold; `reported`: Zoom's report says who was
    there, and not only what Zoom told while it ran."""

    event: Event
    roll: Roll
    letters: certificates.Letters
    issued: int
    reported: bool
    now: datetime

    @property
    def forgotten(self) -> bool:
        return self.event.forget_at <= self.now

    @property
    def over(self) -> bool:
        return self.now >= self.event.ends_at

    @property
    def listed(self) -> list[Candidate]:
        """Who has earned one, or has one. Before it is over nobody has earned anything."""
        return [one for one in self.roll.candidates if one.certificate or (one.earned and self.over)]

    @property
    def narrowly(self) -> list[Candidate]:
        missed = [one for one in self.roll.candidates if self.over and one.narrowly and not one.certificate]
        return sorted(missed, key=lambda one: -one.share)[:_NARROWLY]

    @property
    def to_do(self) -> int:
        return len(self.roll.to_issue) + len(self.roll.to_replace) + len(self.roll.to_withdraw)

    @property
    def may_issue(self) -> bool:
        settled = self.over and self.roll.settled
        return settled and press.available() and not (self.forgotten or self.event.cancelled_at)


@bp.get(_ALL)
@backstage.needs(Role.EDITOR)
def show(event_id: int) -> str:
    return _page(event_id)


def show_again(event_id: int) -> ResponseReturnValue:
    """The page with what was typed, when its token did not fit."""
    return _page(event_id, RuleForm(speech(), request.form))


@bp.post(_ALL)
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def write(event_id: int) -> ResponseReturnValue:
    """Keep the rule; or only show it, on the certificate of the one who asks."""
    form, action = RuleForm(speech(), request.form), request.form.get("action", "")
    if not form.validate():
        return _page(event_id, form), 422
    rule = form.rule(event_id)
    if action in ("preview-de", "preview-en") and press.available():
        return _specimen(event_id, rule, action.removeprefix("preview-"))
    certifying.write_rule(bridge().db, rule)
    flash(say("Saved."), "good")
    return _back(event_id)


@bp.get(f"{_ALL}/issue")
@backstage.needs(Role.EDITOR)
def ask_to_issue(event_id: int) -> ResponseReturnValue:
    shown = _read(event_id)
    if not (shown.may_issue and shown.to_do):
        return _back(event_id)
    roll = shown.roll
    written = [one for one in (*roll.to_issue, *roll.to_replace) if not one.person.by_phone_only]
    return render_template(
        "organiser/issuing.html", event=shown.event, roll=roll, to_do=shown.to_do, written=written
    )


@bp.post(f"{_ALL}/issue")
@backstage.needs(Role.EDITOR)
def issue(event_id: int) -> ResponseReturnValue:
    room = event_desk.room_of(event_id)
    n = certifying.issue(bridge().db, bridge().links, event_id, room, now())
    flash(_issued(n), "good")
    return _back(event_id)


@bp.post(f"{_ALL}/people/<{backstage.KEY}:registration_id>")
@backstage.needs(Role.EDITOR)
def issue_one(event_id: int, registration_id: int) -> ResponseReturnValue:
    """To somebody whose certificate was withdrawn."""
    room = event_desk.room_of(event_id)
    n = certifying.issue(bridge().db, bridge().links, event_id, room, now(), registration_id)
    flash(_issued(n), "good")
    return _back(event_id)


@bp.get(f"{_ONE}/withdraw")
@backstage.needs(Role.EDITOR)
def ask_to_withdraw(event_id: int, certificate_id: int) -> ResponseReturnValue:
    event, certificate, person = _one(event_id, certificate_id)
    if certificate.withdrawn_at:
        return _back(event_id)
    return render_template("organiser/withdrawing.html", event=event, certificate=certificate, person=person)


@bp.post(f"{_ONE}/withdraw")
@backstage.needs(Role.EDITOR)
def withdraw(event_id: int, certificate_id: int) -> ResponseReturnValue:
    certifying.withdraw(bridge().db, event_id, certificate_id, now())
    flash(say("The certificate is withdrawn. Whoever checks it is told so."), "good")
    return _back(event_id)


@bp.get(f"{_ONE}.pdf")
@backstage.needs(Role.EDITOR)
def file(event_id: int, certificate_id: int) -> ResponseReturnValue:
    event, certificate, person = _one(event_id, certificate_id)
    links = bridge().links
    if (
        certificate.withdrawn_at
        or not press.available()
        or not certifying.may_be_shown(links, event, person, certificate)
    ):
        return _back(event_id)
    with bridge().db.reading() as connection:
        printing = certifying.printing(connection, event)
    return as_pdf(printing.sheet(links, person, certificate), certificate.language)


@bp.get(f"{_ALL}.zip")
@backstage.needs(Role.EDITOR)
def archive(event_id: int) -> ResponseReturnValue:
    """All that hold, one file for each, made while they are fetched."""
    if not press.available():
        return _back(event_id)
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        issued = certificates.last_of_each(connection, event_id)
        printing = certifying.printing(connection, event)
    holding = {id_: one for id_, one in issued.items() if not one.withdrawn_at}
    answer = Response(archived(_files(printing, holding), now()), mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.zip"'
    return answer


def _files(printing: certifying.Printing, holding: dict[int, Certificate]) -> Iterator[tuple[str, bytes]]:
    db, links = bridge().db, bridge().links
    ids = list(holding)

    def each() -> Iterator[tuple[str, bytes]]:
        for start in range(0, len(ids), _PORTION):
            with db.reading() as connection:
                people = registrations.list_some(connection, ids[start : start + _PORTION])
            for person in people:
                certificate = holding[person.id]
                if certifying.may_be_shown(links, printing.event, person, certificate):
                    named = fit(f"{person.last_name}, {person.first_name}", f" ({certificate.id}).pdf")
                    yield named, printing.sheet(links, person, certificate)

    return each()


def _specimen(event_id: int, rule: CertificateRule, language: str) -> Response:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        printing = replace(certifying.printing(connection, event), rule=rule)
    return as_pdf(printing.specimen(bridge().links, backstage.me().name, language, now()), language)


def _read(event_id: int) -> _Shown:
    room = event_desk.room_of(event_id)
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        roll = certifying.call_roll(connection, bridge().links, event, room)
        letters = certificates.letters(connection, event_id)
        issued = certificates.count_holding(connection, event_id)
    return _Shown(event, roll, letters, issued, room.final, now())


def _page(event_id: int, form: RuleForm | None = None) -> str:
    shown = _read(event_id)
    form = form or RuleForm(speech(), _fields(shown.roll.rule))
    pages = max(1, -(-len(shown.listed) // _PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return render_template(
        "organiser/certificates.html",
        event=shown.event,
        wording=shown.event.wording(speech().language),
        shown=shown,
        roll=shown.roll,
        rows=shown.listed[(page - 1) * _PAGE : page * _PAGE],
        page=page,
        pages=pages,
        form=form,
        **complained(form.complaints()),
        texts=[(language, form[f"text_{language}"], ours(language)) for language in shown.event.languages],
        usual=USUAL_SHARE,
        longest=LONGEST_TEXT,
        printable=press.available(),
        missing=say(press.MISSING),
        verify=bridge().links.certificate(),
    )


def _fields(rule: CertificateRule) -> MultiDict[str, str]:
    return MultiDict(
        {
            "share": str(rule.share),
            "signed_by": rule.signed_by,
            "text_de": rule.text_de or ours("de"),
            "text_en": rule.text_en or ours("en"),
        }
    )


def _one(event_id: int, certificate_id: int) -> tuple[Event, Certificate, Registration]:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        certificate = certificates.find(connection, certificate_id)
        person = _holder(connection, certificate) if certificate and certificate.event_id == event_id else None
    if certificate is None or person is None:
        raise NotFound
    return event, certificate, person


def _holder(connection: Connection, certificate: Certificate) -> Registration | None:
    return registrations.find(connection, certificate.registration_id) if certificate.registration_id else None


def _issued(n: int) -> str:
    if not n:
        return say("The certificates say what is true again.")
    return speech().say_n(
        "%(n)s certificate is issued; the e‑mails are on their way.",
        "%(n)s certificates are issued; the e‑mails are on their way.",
        n,
    )


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.certificate_desk.show", event_id=event_id), 303)
