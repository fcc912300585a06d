"""An event's short links: one for each place where it is announced, with its QR code, and how many it brought."""

from dataclasses import dataclass
from io import BytesIO

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.short_link import LONGEST_NAME, ShortLink
from zoom_bridge.flows import signposting
from zoom_bridge.store import short_links
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, Line, SpokenForm, Texts
from zoom_bridge.web.forms import Complaint, complained

bp = Blueprint("link_desk", __name__)

_LINKS = f"/events/<{backstage.KEY}:event_id>/links"
_LINK = f"{_LINKS}/<{backstage.KEY}:link_id>"


class NewLink(SpokenForm):
    name = Line(
        N_("Where the link is put up"),
        longest=LONGEST_NAME,
        missing=N_("Please say where the link is put up, so that you can tell it from others."),
    )


@dataclass(frozen=True)
class Shown:
    """A link, its address, and the same as a drawing."""

    link: ShortLink
    address: str
    drawing: Markup


@bp.get(_LINKS)
@backstage.needs(Role.EDITOR)
def show(event_id: int) -> ResponseReturnValue:
    return _page(event_id, _form())


def show_again(event_id: int) -> ResponseReturnValue:
    return _page(event_id, _form())


@bp.post(_LINKS)
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def add(event_id: int) -> ResponseReturnValue:
    form = _form()
    if not form.validate():
        return _page(event_id, form), 422
    signposting.put_up(bridge().db, event_id, form.name.value, now())
    flash(say("The link is ready: %(name)s.", name=form.name.value), "good")
    return _back(event_id)


@bp.get(f"{_LINK}/code.svg")
@backstage.needs(Role.EDITOR)
def code(event_id: int, link_id: int) -> Response:
    """For posters: drawn in lines, so it stays sharp at any size; its dots are one millimetre wide."""
    with bridge().db.reading() as connection:
        link = _find(connection, event_id, link_id)
    drawing = BytesIO()
    _drawn(bridge().links.short(link.key)).save(drawing, kind="svg", unit="mm", light="#fff")
    response = Response(drawing.getvalue(), mimetype="image/svg+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="qr-{link.key}.svg"'
    return response


@bp.get(f"{_LINK}/delete")
@backstage.needs(Role.EDITOR)
def ask_to_delete(event_id: int, link_id: int) -> str:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        link = _find(connection, event_id, link_id)
    return render_template(
        "organiser/deleting_link.html",
        event=event,
        wording=event.wording(speech().language),
        link=link,
        address=bridge().links.short(link.key),
    )


@bp.post(f"{_LINK}/delete")
@backstage.needs(Role.EDITOR)
def delete(event_id: int, link_id: int) -> ResponseReturnValue:
    signposting.take_down(bridge().db, event_id, link_id)
    flash(say("The link is deleted."), "good")
    return _back(event_id)


def _find(connection: Connection, event_id: int, link_id: int) -> ShortLink:
    for link in short_links.list_for_event(connection, event_id):
        if link.id == link_id:
            return link
    raise NotFound


def _form() -> NewLink:
    return NewLink(request.form, meta={"texts": Texts(speech())})


def _page(event_id: int, form: NewLink) -> str:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        found = short_links.list_for_event(connection, event_id)
    complaints = [
        Complaint(field.id, say(field.label.text), str(field.errors[0])) for field in form if field.errors
    ]
    return render_template(
        "organiser/links.html",
        event=event,
        wording=event.wording(speech().language),
        links=[_shown(link) for link in found],
        form=form,
        longest=LONGEST_NAME,
        **complained(complaints),
    )


def _shown(link: ShortLink) -> Shown:
    address = bridge().links.short(link.key)
    drawing = _drawn(address).svg_inline(scale=4, light="#fff")
    return Shown(link, address, Markup(drawing))  # noqa: S704 (nobody's words are in it)


def _drawn(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.link_desk.show", event_id=event_id), 303)
