"""Letters that are held after a backup was put back: an owner says, kind by kind, whether they leave or not."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import restoring
from zoom_bridge.store import held_letters, runs
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, say, say_n
from zoom_bridge.web.in_words import LETTERS

bp = Blueprint("held_desk", __name__)


@bp.get("/settings/held")
@backstage.needs(Role.OWNER)
def show() -> str:
    with bridge().db.reading() as connection:
        held = held_letters.count(connection)
        run = runs.find(connection, restoring.RESTORED)
    return render_template(
        "organiser/held.html",
        zone=backstage.HOUSE_ZONE,
        held=[(kind, say(LETTERS.get(kind, kind)), held[kind]) for kind in Kind if kind in held],
        restored_at=run.finished_at if run else None,
    )


@bp.post("/settings/held")
@backstage.needs(Role.OWNER)
def decide() -> ResponseReturnValue:
    asked, decision = request.form.get("kind", ""), request.form.get("decision")
    if asked in set(Kind) and decision in ("send", "skip"):
        _decide(Kind(asked), leave=decision == "send")
    return redirect(url_for("organiser.held_desk.show"), 303)


def _decide(kind: Kind, *, leave: bool) -> None:
    if leave:
        n = restoring.send_held(bridge().db, kind, now())
        flash(say_n("%(n)s e-mail leaves now.", "%(n)s e-mails leave now.", n), "good")
    else:
        n = restoring.skip_held(bridge().db, kind, now())
        flash(say_n("%(n)s e-mail is not sent.", "%(n)s e-mails are not sent.", n), "good")
