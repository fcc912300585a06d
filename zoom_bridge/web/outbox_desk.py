"""An event's letters: what goes when to whom, and those that could not be sent. How a single letter reads is in
`letter_desk.py`, its own words are written in `letter_wording.py`."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import mailing
from zoom_bridge.store import circulars, letter_texts, outbox, overviews, returns
from zoom_bridge.web import backstage
from zoom_bridge.web.circular_in_words import with_circulars
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.in_words import LETTERS, failure_in_words
from zoom_bridge.web.letter_names import kind_name, letter_name
from zoom_bridge.web.mail_plan import read_plan

bp = Blueprint("outbox_desk", __name__)


@bp.get(f"/events/<{backstage.KEY}:event_id>/letters")
@backstage.needs(Role.EDITOR)
def show(event_id: int) -> str:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        plan = read_plan(connection, event, overviews.numbers(connection, event_id).registered, now(), speech())
        stuck = overviews.stuck_letters(connection, event_id)
        rules = {reminder.id: reminder.rule for reminder in plan.reminders}
        unreached = returns.count_unreached(connection, event_id)
        written = circulars.list_for_event(connection, event_id)
        progress = circulars.progress(connection, [circular.id for circular in written])
        own = {(text.kind, text.language) for text in letter_texts.list_for_event(connection, event_id)}
    return render_template(
        "organiser/letters.html",
        event=event,
        wording=event.wording(speech().language),
        steps=with_circulars(plan.steps(), written, progress, event, speech()),
        stuck=[
            (
                message,
                person,
                letter_name(message, rules, speech()),
                failure_in_words(message.last_error, speech()),
            )
            for message, person in stuck
        ],
        given_up=plan.glance().gave_up,
        unreached=unreached,
        letters=[
            (
                kind,
                kind_name(kind, event, speech()),
                plan.occasion(kind),
                [language for language in ("de", "en") if (kind, language) in own],
            )
            for kind in LETTERS
            if kind is not Kind.CIRCULAR
        ],
    )


@bp.post(f"/events/<{backstage.KEY}:event_id>/letters/<{backstage.KEY}:message_id>/try-again")
@backstage.needs(Role.EDITOR)
def try_again(event_id: int, message_id: int) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        backstage.get_event(connection, event_id)
        message = outbox.find(connection, message_id)
    if message is None or message.event_id != event_id:
        raise NotFound
    if message.gave_up_at is None:
        flash(say("This e-mail is no longer stuck."), "good")
    else:
        mailing.try_again(bridge().db, message_id, now())
        flash(say("The e-mail is tried once more."), "good")
    return redirect(url_for("organiser.outbox_desk.show", event_id=event_id), 303)
