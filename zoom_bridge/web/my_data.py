"""What we keep of one registration, for the person it is about: to read, to take along, to change."""

from datetime import datetime

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.attendance import Stay
from zoom_bridge.domain.certificate import Certificate
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Message
from zoom_bridge.flows import registering
from zoom_bridge.store import certificates, decisions, overviews, sightings
from zoom_bridge.web.context import bridge, speech
from zoom_bridge.web.forms import complained
from zoom_bridge.web.keyholder import Place, about, find_place, keep_private, personal_page
from zoom_bridge.web.registration_form import DetailsForm, filled_in

bp = Blueprint("my_data", __name__)
keep_private(bp)


@bp.get("/z/<token>/data")
def show(token: str) -> ResponseReturnValue:
    place = find_place(token)
    with bridge().db.reading() as connection:
        certificate = certificates.find_holding(connection, place.registration.id)
    return render_template(
        "personal/data.html", saved="saved" in request.args, certificate=certificate, **about(place)
    )


@bp.get("/z/<token>/data.json")
def file(token: str) -> Response:
    place = find_place(token)
    registration = place.registration
    with bridge().db.reading() as connection:
        letters = overviews.letters_of(connection, registration.id)
        decided = decisions.list_for_person(connection, registration.id)
        issued = certificates.list_of(connection, registration.id)
        room = sightings.room(connection, registration.event_id)
    there = [one for one in room.attendances if one.registration_id == registration.id]
    visits = [visit for one in there for visit in one.visits]
    moments = {
        "registered_at": registration.created_at,
        "confirmed_at": registration.confirmed_at,
        "waiting_since": registration.waiting_since,
        "cancelled_at": registration.cancelled_at,
        "told_zoom_at": registration.synced_at,
        "first_clicked_at": registration.first_clicked_at,
        "unsubscribed_at": registration.unsubscribed_at,
        "deleted_at_the_latest": place.event.forget_at,
    }
    response = jsonify(
        event={"title": place.event.wording(speech().language).title, "starts_at": _iso(place.event.starts_at)},
        registration={
            "first_name": registration.first_name,
            "last_name": registration.last_name,
            "email": registration.email,
            "language": registration.language,
            "made_through": registration.source,
            "privacy_notice_version": registration.privacy_version,
            "known_to_zoom": registration.registrant_id is not None,
            "name_at_zoom": registration.zoom_name or registration.name,
            "email_at_zoom": registration.zoom_email or registration.email,
            "needs": registration.needs,
            "asks": registration.asks,
            **{name: _iso(moment) for name, moment in moments.items()},
        },
        answers=[{"question": answer.label, "answers": list(answer.texts)} for answer in registration.answers],
        letters=[_letter(letter) for letter in letters if letter.sent_at],
        visits=[{"came_at": _iso(visit.joined_at), "went_at": _iso(visit.left_at)} for visit in visits],
        seen_at_zoom=[_stay(stay) for one in there for stay in one.stays],
        certificates=[_certificate(one) for one in issued],
        # Somebody of the organisation said that this was them.
        decided=[{"name_at_zoom": one.name, "decided_at": _iso(one.decided_at)} for one in decided],
    )
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@bp.get("/z/<token>/edit")
def edit(token: str) -> ResponseReturnValue:
    place = find_place(token)
    if not place.may_change:
        return redirect(personal_page(place.registration), 303)
    kept = filled_in(place.registration, place.event.questions)
    return make_response(_form_page(place, _form(place.event, kept)))


@bp.post("/z/<token>/edit")
def change(token: str) -> ResponseReturnValue:
    place = find_place(token)
    form = _form(place.event, request.form)
    attendee = form.attendee()
    if attendee is None:
        return make_response(_form_page(place, form), 422)
    registering.change_details(bridge().db, place.registration.key, attendee)
    return redirect(url_for("my_data.show", token=token, saved="yes"), 303)


def _stay(stay: Stay) -> dict[str, str | None]:
    return {
        "name": stay.name,
        "recognised_by": stay.matched_by,
        "came_at": _iso(stay.visit.joined_at),
        "went_at": _iso(stay.visit.left_at),
    }


def _certificate(one: Certificate) -> dict[str, object]:
    return {"issued_at": _iso(one.issued_at), "minutes": one.minutes, "withdrawn_at": _iso(one.withdrawn_at)}


def _letter(letter: Message) -> dict[str, str | None]:
    told = {"kind": letter.kind, "sent_at": _iso(letter.sent_at)}
    # What a mail server said of their mailbox is about them, too.
    return told | ({"came_back_at": _iso(letter.bounced_at), "because": letter.bounce} if letter.bounce else {})


def _form(event: Event, fields: object) -> DetailsForm:
    return DetailsForm(speech(), event.questions, fields, participation=event.participation)


def _form_page(place: Place, form: DetailsForm) -> str:
    return render_template(
        "personal/edit.html",
        **about(place),
        form=form,
        **complained(form.complaints()),
    )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
