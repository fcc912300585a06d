"""Whoever wants no letters but those that belong to their registration, behind a link that stands in every other letter.

There is a button for people (GET changes nothing, because mail scanners open every link) and RFC 8058's one click for
their mail program, which sends its POST from wherever it is, without cookie, token or origin of ours: the key in the
address is all there is to check."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.flows import unsubscribing
from zoom_bridge.web import guards
from zoom_bridge.web.context import bridge, now
from zoom_bridge.web.keyholder import about, find_place_to_unsubscribe, keep_private

bp = Blueprint("unsubscriber", __name__)
keep_private(bp)


@bp.get("/unsubscribe/<token>")
def page(token: str) -> ResponseReturnValue:
    return render_template("personal/unsubscribe.html", **about(find_place_to_unsubscribe(token)))


@bp.post("/unsubscribe/<token>")
@guards.exempt
def unsubscribe(token: str) -> ResponseReturnValue:
    unsubscribing.unsubscribe(bridge().db, find_place_to_unsubscribe(token).registration.key, now())
    if request.form.get("List-Unsubscribe") == "One-Click":
        # Mail programs follow no redirect.
        return page(token)
    return redirect(url_for("unsubscriber.page", token=token), 303)


@bp.post("/unsubscribe/<token>/undo")
def undo(token: str) -> ResponseReturnValue:
    unsubscribing.subscribe_again(bridge().db, find_place_to_unsubscribe(token).registration.key)
    return redirect(url_for("unsubscriber.page", token=token), 303)
