"""Where Zoom's links lead: a registrant's join URL, Zoom's own registration form, and the host's start URL."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from zoom_bridge.simulator import form_rules, tongue, validation
from zoom_bridge.simulator.objections import Objection
from zoom_bridge.simulator.records import APPROVED, Json, Stay, Webinar
from zoom_bridge.simulator.world import World

Page = str | Response | tuple[str, int]


def pages(world: World) -> Blueprint:
    blueprint = Blueprint("waiting_room", __name__)
    tongue.dress(blueprint)
    room = Room(world)
    blueprint.add_url_rule("/w/<int:number>", "room", room.show)
    blueprint.add_url_rule("/w/<int:number>/join", "join", room.join, methods=["POST"])
    blueprint.add_url_rule("/w/<int:number>/leave", "leave", room.leave, methods=["POST"])
    blueprint.add_url_rule("/webinar/register/<page>", "form", room.show_form)
    blueprint.add_url_rule("/webinar/register/<page>", "register", room.register, methods=["POST"])
    blueprint.add_url_rule("/s/<int:number>", "host", room.show_host)
    blueprint.add_url_rule("/s/<int:number>", "host_does", room.host_does, methods=["POST"])
    return blueprint


class Room:
    def __init__(self, world: World) -> None:
        self._world = world

    def show(self, number: int) -> Page:
        tk = request.args.get("tk", "")
        with self._world.lock:
            webinar = self._webinar(number)
            name = _name_behind(webinar, tk)
            if name is None and webinar.asks_to_register:
                return redirect(url_for("waiting_room.form", page=webinar.page))
            stay = _stay(webinar, tk, request.args.get("stay", ""))
            return render_template(
                "waiting_room.html",
                webinar=webinar,
                name=name,
                tk=tk,
                stay=stay,
                over=webinar.over(self._world.now()),
                waiting=webinar.running is None or (webinar.running.practice and not _is_panelist(webinar, tk)),
            )

    def join(self, number: int) -> Page:
        tk = request.form.get("tk", "")
        name = request.form.get("name", "").strip()[: validation.NAME]
        with self._world.lock:
            webinar = self._webinar(number)
            stay = _stay(webinar, tk, "")
            if stay is None and webinar.running and (tk or not webinar.asks_to_register):
                stay = self._world.join(number, tk or None, name=name)
        if tk:
            return redirect(url_for("waiting_room.room", number=number, tk=tk), 303)
        return redirect(url_for("waiting_room.room", number=number, stay=stay.user_id if stay else ""), 303)

    def leave(self, number: int) -> Page:
        tk = request.form.get("tk", "")
        with self._world.lock:
            if stay := _stay(self._webinar(number), tk, request.form.get("stay", "")):
                self._world.leave(number, stay)
        return redirect(url_for("waiting_room.room", number=number, tk=tk), 303)

    def show_form(self, page: str) -> Page:
        with self._world.lock:
            return self._form(self._webinar_of_page(page))

    def register(self, page: str) -> Page:
        with self._world.lock:
            webinar = self._webinar_of_page(page)
            given = _given(webinar)
            try:
                validation.check_person(given)
                form_rules.check_required(webinar.questions, given)
                registrant = self._world.fill_in(webinar.id, given)
            except Objection as objection:
                return self._form(webinar, given=given, objection=objection), 400
            link = self._world.join_url(webinar, registrant) if registrant.status == APPROVED else ""
            return self._form(webinar, registrant=registrant, link=link)

    def show_host(self, number: int) -> Page:
        zak = request.args.get("zak", "")
        with self._world.lock:
            webinar = self._webinar(number)
            known = self._world.knows_zak(zak, webinar.host_id)
            page = render_template("host_start.html", webinar=webinar, zak=zak if known else "")
        return page if known else (page, 401)

    def host_does(self, number: int) -> Page:
        zak, does = request.form.get("zak", ""), request.form.get("does", "")
        with self._world.lock:
            webinar = self._webinar(number)
            if not self._world.knows_zak(zak, webinar.host_id):
                abort(401)
            if does in ("start", "practice"):
                self._world.start(number, practice=does == "practice")
            elif does == "end":
                self._world.end(number)
        return redirect(url_for("waiting_room.host", number=number, zak=zak), 303)

    def _webinar(self, number: int) -> Webinar:
        try:
            return self._world.webinar(number)
        except Objection:
            abort(404)

    def _webinar_of_page(self, page: str) -> Webinar:
        webinars = [webinar for webinar in self._world.webinars.values() if webinar.page == page]
        if not webinars or webinars[0].deleted_at or not webinars[0].asks_to_register:
            abort(404)
        return webinars[0]

    def _form(self, webinar: Webinar, **values: Any) -> str:
        return render_template("zoom_registration.html", webinar=webinar, **values)


def _given(webinar: Webinar) -> Json:
    """What was typed into Zoom's form, with the answers to what it asks of this webinar's people."""
    further = [asked["field_name"] for asked in webinar.questions.get("questions", [])]
    given: Json = {
        name: request.form.get(name, "").strip() for name in ("email", "first_name", "last_name", *further)
    }
    own = webinar.questions.get("custom_questions", [])
    if own:
        given["custom_questions"] = [
            {"title": asked["title"], "value": request.form.get(f"own-{number}", "").strip()}
            for number, asked in enumerate(own)
        ]
    return given


def _name_behind(webinar: Webinar, tk: str) -> str | None:
    for registrant in webinar.with_status(APPROVED):
        if tk and registrant.tk == tk:
            return registrant.name
    return next((panelist.name for panelist in webinar.panelists.values() if tk and panelist.tk == tk), None)


def _is_panelist(webinar: Webinar, tk: str) -> bool:
    return any(tk and panelist.tk == tk for panelist in webinar.panelists.values())


def _stay(webinar: Webinar, tk: str, user_id: str) -> Stay | None:
    """The reader's own stay in the room: known by the tk of the link, or for guests by its number."""
    if webinar.running is None:
        return None
    emails = [person.email for person in webinar.registrants.values() if person.tk == tk]
    emails += [person.email for person in webinar.panelists.values() if person.tk == tk]
    for stay in webinar.running.present:
        if stay.device == "computer" and (stay.email in emails if tk else user_id and stay.user_id == user_id):
            return stay
    return None
