"""What an organiser has typed and not saved: kept every few seconds (`static/autosave.js`), offered when the form is
opened again. The form itself is in `event_form.py`."""

import re
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import drafting
from zoom_bridge.store import unsaved_forms
from zoom_bridge.store.unsaved_forms import UnsavedForm
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, say, speech

bp = Blueprint("autosave", __name__)

#: What belongs to the form's buttons and not to the event.
OF_BUTTONS = frozenset({"csrf_token", "action", "change", "sure"})


@bp.post("/unsaved/<about>")
@backstage.needs(Role.EDITOR)
def keep(about: str) -> ResponseReturnValue:
    """Answers with the sentence that the script shows."""
    fields = typed(request.form)
    drafting.keep_unsaved(bridge().db, backstage.me().id, _known(about), fields, now())
    time = speech().time(now(), backstage.HOUSE_ZONE)
    return Response(say("Draft kept at %(time)s", time=time), mimetype="text/plain")


@bp.post("/unsaved/<about>/discard")
@backstage.needs(Role.EDITOR)
def discard(about: str) -> ResponseReturnValue:
    clear(_known(about))
    if about == drafting.NEW:
        query: dict[str, Any] = {"from": number_of(request.form.get("from", ""))}
        return redirect(url_for("organiser.event_form.new", **query), 303)
    return redirect(url_for("organiser.event_form.edit", event_id=int(about)), 303)


def typed(fields: "MultiDict[str, str]") -> tuple[tuple[str, str], ...]:
    """The fields of a form, in their order, without those of its buttons."""
    return tuple((name, text) for name, text in fields.items(multi=True) if name not in OF_BUTTONS)


def find(about: str) -> UnsavedForm | None:
    with bridge().db.reading() as connection:
        return unsaved_forms.find(connection, backstage.me().id, about)


def clear(about: str) -> None:
    drafting.discard(bridge().db, backstage.me().id, about)


def about_event(event_id: int | None) -> str:
    return str(event_id) if event_id is not None else drafting.NEW


def number_of(text: str) -> int | None:
    """A number as we write it into forms and addresses; None for everything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _known(about: str) -> str:
    if about != drafting.NEW:
        event_id = number_of(about)
        if event_id is None or str(event_id) != about:
            raise NotFound
        backstage.read_event(event_id)
    return about
