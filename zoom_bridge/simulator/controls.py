"""Pages to play host and everybody else: start a webinar, let people join and leave, ask and vote, end it; change it in
Zoom's portal. Open to whoever reaches them, because the pretend Zoom listens on loopback only."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from zoom_bridge.simulator import switchboard, tongue, validation
from zoom_bridge.simulator.objections import Objection
from zoom_bridge.simulator.records import DENIED, Json, Webinar
from zoom_bridge.simulator.world import World

_LONGEST_TEXT = 1000
_LONGEST_KEY = 35


def pages(world: World) -> Blueprint:
    blueprint = Blueprint("controls", __name__, static_folder="static")
    tongue.dress(blueprint)
    desk = Controls(world)
    blueprint.add_url_rule("/", "overview", desk.overview)
    blueprint.add_url_rule("/control/webinars/<int:number>", "webinar", desk.webinar)
    blueprint.add_url_rule("/control/webinars/<int:number>/<does>", "does", desk.does, methods=["POST"])
    switchboard.add_pages(blueprint, world)
    return blueprint


def refused(objection: Objection) -> Response:
    """What Zoom's rules forbid in the pages, too."""
    return make_response(render_template("refused.html", objection=objection, **_words()), objection.status)


class Controls:
    def __init__(self, world: World) -> None:
        self._world = world

    # Webinars

    def overview(self) -> str:
        with self._world.lock:
            webinars = sorted(
                self._world.webinars.values(), key=lambda w: (w.start_time or w.created_at, w.id), reverse=True
            )
            return render_template(
                "overview.html", webinars=webinars, state=self._state, users=self._world.users, world=self._world
            )

    def webinar(self, number: int) -> str:
        with self._world.lock:
            webinar = self._webinar(number)
            start = webinar.start_time or self._world.now()
            return render_template(
                "webinar.html",
                webinar=webinar,
                state=self._state(webinar),
                world=self._world,
                present=_present_by_registrant(webinar),
                wall=start.astimezone(ZoneInfo(webinar.timezone)).strftime("%Y-%m-%dT%H:%M"),
                denied=DENIED,
                votes=lambda poll: sum(v.poll_id == poll for s in webinar.sittings for v in s.votes),
            )

    def does(self, number: int, does: str) -> AnyResponse:
        """One of the buttons of the webinar's page."""
        acts: dict[str, Callable[[Webinar], object]] = {
            "start": lambda w: self._world.start(w.id),
            "practice": lambda w: self._world.start(w.id, practice=True),
            "end": lambda w: self._world.end(w.id),
            "joins": lambda w: self._world.join(w.id, _field("registrant")),
            "joins-again": lambda w: self._world.join(w.id, _field("registrant"), device="second device"),
            "joins-as": self._joins_as,
            "leaves": lambda w: self._world.leave(w.id, _field("participant")),
            "guest": self._guest_joins,
            "phone": lambda w: self._world.join(w.id, device="phone"),
            "binds": lambda w: self._world.bind(w.id, _field("call"), _field("participant")),
            "registers": self._registers,
            "approve": lambda w: self._world.change_status(w.id, "approve", _field("registrant")),
            "deny": lambda w: self._world.change_status(w.id, "deny", _field("registrant")),
            "cancel": lambda w: self._world.change_status(w.id, "cancel", _field("registrant")),
            "remove": lambda w: self._world.remove_registrant(w.id, _field("registrant")),
            "cancel-by-mail": lambda w: self._world.cancel_by_mail(w.id, _field("registrant")),
            "open-poll": lambda w: self._world.open_poll(w.id, _field("poll")),
            "vote": self._votes,
            "ask": lambda w: self._world.ask(
                w.id,
                _field("participant"),
                _field("question")[:_LONGEST_TEXT],
                anonymous="anonymous" in request.form,
            ),
            "answer": lambda w: self._world.answer(w.id, _field("question"), _field("text")[:_LONGEST_TEXT]),
            "survey": self._answers_survey,
            "change": self._changes,
            "mails-on": lambda w: self._world.switch_mails_on(w.id),
            "convert": lambda w: self._world.convert_to_meeting(w.id),
            "delete": lambda w: self._world.delete_webinar(w.id),
        }
        with self._world.lock:
            webinar = self._webinar(number)
            if does not in acts:
                abort(404)
            acts[does](webinar)
        return redirect(url_for("controls.webinar", number=number), 303)

    def _joins_as(self, webinar: Webinar) -> None:
        """By somebody's own link, under another name: they renamed themselves, or passed the link on."""
        device = "second device" if "second" in request.form else "computer"
        self._world.join(webinar.id, _field("who"), device=device, name=_field("name")[: validation.NAME])

    def _guest_joins(self, webinar: Webinar) -> None:
        self._world.join(
            webinar.id,
            name=_field("name")[: validation.NAME],
            email=_field("email")[: validation.EMAIL],
            customer_key=_field("key")[:_LONGEST_KEY],
        )

    def _registers(self, webinar: Webinar) -> None:
        email, first_name, last_name = _field("email"), _field("first_name"), _field("last_name")
        validation.check_person({"email": email, "first_name": first_name, "last_name": last_name})
        self._world.register(webinar.id, email, first_name, last_name)

    def _votes(self, webinar: Webinar) -> None:
        """Everybody in the room answers, each something else."""
        poll = webinar.polls.get(_field("poll")) or abort(404)
        for number, stay in enumerate(webinar.running.present[1:] if webinar.running else []):
            offered = [question.get("answers") or ["-"] for question in poll.asks["questions"]]
            answers = [choices[number % len(choices)] for choices in offered]
            self._world.answer_poll(webinar.id, poll.id, stay, answers)

    def _answers_survey(self, webinar: Webinar) -> None:
        """Everybody who was there answers, each something else."""
        stays = {stay.email or stay.name: stay for stay in webinar.held[-1].stays[1:]} if webinar.held else {}
        for number, stay in enumerate(stays.values()):
            answers = {
                "Wie hat es Ihnen gefallen? (1 bis 5)": str(5 - number % 3),
                "Wie haben Sie davon erfahren?": ("Aushang", "Newsletter", "Aushang;Bekannte")[number % 3],
            }
            if number % 2 == 0:
                answers["Was möchten Sie uns noch sagen?"] = f"Gern wieder, am liebsten um {17 + number % 4} Uhr."
            self._world.answer_survey(webinar.id, stay, answers)

    def _changes(self, webinar: Webinar) -> None:
        body: Json = {"topic": _field("topic"), "duration": request.form.get("duration", 0, type=int)}
        if "password" in request.form:
            body["password"] = _field("password")
        settings: Json = {}
        if "approval_type" in request.form:
            settings["approval_type"] = request.form.get("approval_type", type=int)
        if "auto_recording" in request.form:
            settings["auto_recording"] = _field("auto_recording")
        body["settings"] = settings
        try:
            wall = datetime.fromisoformat(_field("start")).replace(tzinfo=None)
        except ValueError:
            raise Objection(400, 300, "Validation Failed.", [("start_time", "Invalid field.")]) from None
        body["start_time"] = wall.strftime("%Y-%m-%dT%H:%M:%S")
        body["timezone"] = webinar.timezone
        self._world.update_webinar(webinar.id, body)

    def _webinar(self, number: int) -> Webinar:
        return self._world.webinars.get(number) or abort(404)

    def _state(self, webinar: Webinar) -> str:
        if webinar.is_meeting:
            return tongue.t("jetzt ein Meeting", "now a meeting")
        if webinar.deleted_at:
            return tongue.t("gelöscht", "deleted")
        if webinar.running:
            return tongue.t("Probe", "practice") if webinar.running.practice else tongue.t("läuft", "running")
        if webinar.over(self._world.now()):
            return tongue.t("vorbei", "over")
        return tongue.t("geplant", "planned")


def _field(name: str) -> str:
    return request.form.get(name, "").strip()


def _present_by_registrant(webinar: Webinar) -> dict[str, list[str]]:
    """Registrant id → the stays that last."""
    present: dict[str, list[str]] = {}
    for stay in webinar.running.present if webinar.running else []:
        present.setdefault(stay.registrant_id, []).append(stay.user_id)
    return present


def _words() -> dict[str, Callable[..., str]]:
    return {"t": tongue.t, "when": tongue.when, "language": tongue.language}
