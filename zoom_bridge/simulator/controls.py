"""Pages to play host and everybody else: start a webinar, let people join and leave, end it; look at the webhooks;
make the weather. Open to whoever reaches them, because the pretend Zoom listens on loopback only."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from zoom_bridge.simulator import tongue, validation
from zoom_bridge.simulator.faults import Faults, RetryAfter, Webhooks
from zoom_bridge.simulator.objections import Objection
from zoom_bridge.simulator.records import DENIED, Json, Webinar
from zoom_bridge.simulator.world import World

# What the moods page offers: name → German, English, and what the button does.
MOODS: dict[str, tuple[str, str, Callable[[Faults], object]]] = {
    "down": ("Zoom antwortet mit 503", "Zoom answers 503", lambda f: f.down()),
    "cut": ("Zoom antwortet gar nicht", "Zoom does not answer at all", lambda f: f.down(cut=True)),
    "slow": ("Jede Antwort dauert 5 Sekunden", "Every answer takes 5 seconds", lambda f: f.slow(5)),
    "too_many": (
        "Die nächsten 5 Anfragen: 429, in 30 Sekunden wieder",
        "The next 5 requests: 429, again in 30 seconds",
        lambda f: f.too_many(RetryAfter.SECONDS, 30, path="/v2*", times=5),
    ),
    "daily": (
        "Nächste Anfrage: Tagesgrenze erreicht",
        "Next request: daily limit reached",
        lambda f: f.too_many(RetryAfter.DAILY, path="/v2*"),
    ),
    "lose_create": (
        "Nächstes Anlegen: getan, aber die Antwort geht verloren",
        "Next create: done, but the answer is lost",
        lambda f: f.lose_answer("POST", "/webinars"),
    ),
    "lose_batch": (
        "Nächste Sammelanmeldung: getan, aber die Antwort geht verloren",
        "Next batch of registrants: done, but the answer is lost",
        lambda f: f.lose_answer("POST", "/batch_registrants"),
    ),
    "page": (
        "Nächste Antwort: 502 als HTML-Seite",
        "Next answer: 502 as an HTML page",
        lambda f: f.answer_with_a_page(502, path="/v2*"),
    ),
    "revoke": ("Alle Zugriffstoken ungültig machen", "Revoke all access tokens", lambda f: f.revoke_tokens()),
    "licence": ("Die Webinar-Lizenz fehlt", "The webinar licence is missing", lambda f: f.no_licence()),
    "full": ("Jedes Webinar ist voll", "Every webinar is full", lambda f: f.full()),
}


def pages(world: World) -> Blueprint:
    blueprint = Blueprint("controls", __name__, static_folder="static")
    tongue.dress(blueprint)
    desk = Controls(world)
    blueprint.add_url_rule("/", "overview", desk.overview)
    blueprint.add_url_rule("/control/webinars/<int:number>", "webinar", desk.webinar)
    blueprint.add_url_rule("/control/webinars/<int:number>/<does>", "does", desk.does, methods=["POST"])
    blueprint.add_url_rule("/control/moods", "moods", desk.moods)
    blueprint.add_url_rule("/control/moods/<does>", "change_moods", desk.change_moods, methods=["POST"])
    blueprint.add_url_rule("/control/deliveries", "deliveries", desk.deliveries)
    blueprint.add_url_rule(
        "/control/deliveries/<does>", "change_deliveries", desk.change_deliveries, methods=["POST"]
    )
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
            )

    def does(self, number: int, does: str) -> AnyResponse:
        """One of the buttons of the webinar's page."""
        acts: dict[str, Callable[[Webinar], object]] = {
            "start": lambda w: self._world.start(w.id),
            "practice": lambda w: self._world.start(w.id, practice=True),
            "end": lambda w: self._world.end(w.id),
            "joins": lambda w: self._world.join(w.id, _field("registrant")),
            "joins-again": lambda w: self._world.join(w.id, _field("registrant"), device="second device"),
            "leaves": lambda w: self._world.leave(w.id, _field("participant")),
            "guest": lambda w: self._world.join(w.id, name=_field("name")[: validation.NAME]),
            "phone": lambda w: self._world.join(w.id, device="phone"),
            "registers": self._registers,
            "approve": lambda w: self._world.change_status(w.id, "approve", _field("registrant")),
            "deny": lambda w: self._world.change_status(w.id, "deny", _field("registrant")),
            "cancel": lambda w: self._world.change_status(w.id, "cancel", _field("registrant")),
            "remove": lambda w: self._world.remove_registrant(w.id, _field("registrant")),
            "change": self._changes,
            "delete": lambda w: self._world.delete_webinar(w.id),
        }
        with self._world.lock:
            webinar = self._webinar(number)
            if does not in acts:
                abort(404)
            acts[does](webinar)
        return redirect(url_for("controls.webinar", number=number), 303)

    def _registers(self, webinar: Webinar) -> None:
        email, first_name, last_name = _field("email"), _field("first_name"), _field("last_name")
        validation.check_person({"email": email, "first_name": first_name, "last_name": last_name})
        self._world.register(webinar.id, email, first_name, last_name)

    def _changes(self, webinar: Webinar) -> None:
        body: Json = {"topic": _field("topic"), "duration": request.form.get("duration", 0, type=int)}
        try:
            wall = datetime.fromisoformat(_field("start")).replace(tzinfo=None)
        except ValueError:
            raise Objection(400, 300, "Validation Failed.", [("start_time", "Invalid field.")]) from None
        body["start_time"] = wall.strftime("%Y-%m-%dT%H:%M:%S")
        body["timezone"] = webinar.timezone
        self._world.update_webinar(webinar.id, body)

    # Moods

    def moods(self) -> str:
        faults = self._world.faults
        return render_template(
            "moods.html", offers=MOODS, holding=faults.holding(), webhooks=Webhooks, moods=faults.moods
        )

    def change_moods(self, does: str) -> AnyResponse:
        faults = self._world.faults
        if does == "clear":
            faults.clear()
        elif does == "webhooks":
            faults.webhooks(*(mood for mood in Webhooks if mood in request.form.getlist("mood")))
        elif does in MOODS:
            MOODS[does][2](faults)
        else:
            abort(404)
        return redirect(url_for("controls.moods"), 303)

    # Deliveries

    def deliveries(self) -> str:
        world = self._world
        with world.lock:
            return render_template(
                "deliveries.html",
                notes=list(reversed(world.log))[:200],
                waiting=sorted(world.outgoing, key=lambda delivery: delivery.due_at),
                url=world.settings.webhook_url,
                held=Webhooks.HELD in world.faults.moods,
                remark=_remark,
            )

    def change_deliveries(self, does: str) -> AnyResponse:
        world = self._world
        with world.lock:
            if does == "validate":
                world.validation_due_at = world.now()
            elif does == "now":
                world.faults.webhooks(*(world.faults.moods - {Webhooks.HELD}))
                for delivery in world.outgoing:
                    delivery.due_at = min(delivery.due_at, world.now())
            else:
                abort(404)
        return redirect(url_for("controls.deliveries"), 303)

    def _webinar(self, number: int) -> Webinar:
        return self._world.webinars.get(number) or abort(404)

    def _state(self, webinar: Webinar) -> str:
        if webinar.deleted_at:
            return tongue.t("gelöscht", "deleted")
        if webinar.running:
            return tongue.t("Probe", "practice") if webinar.running.practice else tongue.t("läuft", "running")
        if webinar.over(self._world.now()):
            return tongue.t("vorbei", "over")
        return tongue.t("geplant", "planned")


def _field(name: str) -> str:
    return request.form.get(name, "").strip()


def _remark(remark: str) -> str:
    """The sender's few words, in the reader's language."""
    german = {
        "given up": "aufgegeben",
        "dropped": "verloren",
        "no address": "keine Adresse",
        "validated": "bestätigt",
        "not validated": "nicht bestätigt",
    }
    return tongue.t(german.get(remark, remark.replace("again at", "wieder um")), remark)


def _present_by_registrant(webinar: Webinar) -> dict[str, list[str]]:
    """Registrant id → the stays that last."""
    present: dict[str, list[str]] = {}
    for stay in webinar.running.present if webinar.running else []:
        present.setdefault(stay.registrant_id, []).append(stay.user_id)
    return present


def _words() -> dict[str, Callable[..., str]]:
    return {"t": tongue.t, "when": tongue.when, "language": tongue.language}
