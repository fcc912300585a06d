"""The settings' page about the Zoom accounts that webinars can belong to: which there are, and what Zoom says of their
licences. Which one an event gets is chosen in its form (`account_choice.py`)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.flows import pooling
from zoom_bridge.store import hosts
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, MailAddress, SpokenForm, Texts
from zoom_bridge.web.forms import Complaint, complained
from zoom_bridge.web.in_words import failure_in_words

bp = Blueprint("host_desk", __name__)


class NewHost(SpokenForm):
    """One more account."""

    email = MailAddress(
        N_("E-mail address of the Zoom account"),
        missing=N_("Please enter the e-mail address of the Zoom account."),
    )


@bp.get("/settings/hosts")
@backstage.needs(Role.OWNER)
def show() -> ResponseReturnValue:
    return _page(_form())


def show_again() -> ResponseReturnValue:
    return _page(_form())


@bp.post("/settings/hosts")
@backstage.needs(Role.OWNER)
@guards.shown_again_by(show_again)
def add() -> ResponseReturnValue:
    form = _form()
    if not form.validate():
        return _page(form), 422
    if pooling.add(bridge().db, form.email.value, now()):
        flash(
            say("Added. Zoom is being asked about the licence; please load this page again in a moment."), "good"
        )
    else:
        flash(say("This account is in the list already."), "care")
    return _back()


@bp.post("/settings/hosts/look")
@backstage.needs(Role.OWNER)
def look() -> ResponseReturnValue:
    pooling.look_again(bridge().db, now())
    flash(say("Zoom is being asked. Please load this page again in a moment."), "good")
    return _back()


@bp.post(f"/settings/hosts/<{backstage.KEY}:host_id>/remove")
@backstage.needs(Role.OWNER)
def remove(host_id: int) -> ResponseReturnValue:
    pooling.remove(bridge().db, host_id)
    flash(say("Removed. Events that have this account keep it."), "good")
    return _back()


def _form() -> NewHost:
    return NewHost(request.form, meta={"texts": Texts(speech())})


def _page(form: NewHost) -> str:
    with bridge().db.reading() as connection:
        pool = hosts.list_all(connection)
    complaints = [
        Complaint(field.id, say(field.label.text), str(field.errors[0])) for field in form if field.errors
    ]
    return render_template(
        "organiser/hosts.html",
        pool=[(host, failure_in_words(host.last_error, speech()) if host.last_error else "") for host in pool],
        configured=(bridge().settings.zoom.host or "").lower(),
        zone=backstage.HOUSE_ZONE,
        form=form,
        **complained(complaints),
    )


def _back() -> ResponseReturnValue:
    return redirect(url_for("organiser.host_desk.show"), 303)
