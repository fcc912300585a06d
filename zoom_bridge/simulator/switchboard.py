"""Pages about the pretend Zoom as a whole: its moods, its webhooks, its users, its clock, and the points on which nobody
knows what the real one does."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from zoom_bridge.simulator import tongue
from zoom_bridge.simulator.faults import Faults, Next, RetryAfter, Webhooks
from zoom_bridge.simulator.records import Delivery
from zoom_bridge.simulator.world import World

# What a licence can hold, as Zoom sells them; 0 is none.
CAPACITIES = (0, 100, 500, 1000, 3000, 5000, 10_000)
LONGEST_TURN = timedelta(days=366)
# The webhooks of an evening, of which the next can be lost or held back; and what can be done to one on its way.
_OF_AN_EVENING = (
    "webinar.started",
    "webinar.participant_joined",
    "webinar.participant_bind",
    "webinar.participant_left",
    "webinar.ended",
)
_ONE = ("hold", "let-go", "lose")

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
    "same_time": (
        "Nächste Anfrage: 429, gerade geschieht schon etwas damit",
        "Next request: 429, something is being done to it already",
        lambda f: f.at_the_same_time(),
    ),
    "stale": (
        "Listen hinken eine Minute hinterher",
        "Lists lag a minute behind",
        lambda f: f.stale_lists(60),
    ),
    "thin": (
        "Der nächste Teilnahmebericht ist noch unvollständig",
        "The next participant report is not complete yet",
        lambda f: f.thin_report(),
    ),
    "late_report": (
        "Der Teilnahmebericht kommt erst 10 Minuten nach dem Ende",
        "The participant report comes 10 minutes after the end",
        lambda f: f.late_report(600),
    ),
    "slow_recordings": (
        "Die nächste Aufzeichnung ist erst in 10 Minuten fertig",
        "The next recording takes 10 minutes to be ready",
        lambda f: f.slow_recordings(600),
    ),
    "secret": (
        "Das Client-Secret gilt nicht mehr",
        "The client secret is no longer good",
        lambda f: f.wrong_secret(),
    ),
    "clock": (
        "Antworten und Webhooks gehen 10 Minuten vor",
        "Answers and webhooks are 10 minutes fast",
        lambda f: f.wrong_clock(timedelta(minutes=10)),
    ),
    "licence": ("Die Webinar-Lizenz fehlt", "The webinar licence is missing", lambda f: f.no_licence()),
    "full": ("Jedes Webinar ist voll", "Every webinar is full", lambda f: f.full()),
}


def add_pages(blueprint: Blueprint, world: World) -> None:
    board = Switchboard(world)
    for name, show, change in (
        ("moods", board.moods, board.change_moods),
        ("deliveries", board.deliveries, board.change_deliveries),
        ("account", board.account, board.change_account),
        ("clock", board.clock, board.turn_clock),
        ("unconfirmed", board.unconfirmed, board.settle),
    ):
        blueprint.add_url_rule(f"/control/{name}", name, show)
        blueprint.add_url_rule(f"/control/{name}/<does>", f"change_{name}", change, methods=["POST"])


class Switchboard:
    def __init__(self, world: World) -> None:
        self._world = world

    # Moods

    def moods(self) -> str:
        faults = self._world.faults
        return render_template(
            "moods.html",
            offers=MOODS,
            holding=faults.holding(),
            webhooks=Webhooks,
            moods=faults.moods,
            clock_off=faults.clock_off,
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
                wishes=Next,
                expecting=world.faults.expecting,
                names=_OF_AN_EVENING,
                about=_about,
                disabled=world.subscription_disabled,
                remark=_remark,
            )

    def change_deliveries(self, does: str) -> AnyResponse:
        world = self._world
        with world.lock:
            if does in _ONE:
                self._change_one(does)
            elif does in list(Next):
                event = request.form.get("event", "")
                world.faults.next_webhook(Next(does), event if event in _OF_AN_EVENING else "")
            elif does == "validate":
                world.validation_due_at = world.now()
            elif does == "enable":
                world.subscription_disabled, world.validations_failed = False, 0
                world.validation_due_at = world.now()
            elif does == "now":
                world.faults.webhooks(*(world.faults.moods - {Webhooks.HELD}))
                for delivery in world.outgoing:
                    delivery.due_at, delivery.held = min(delivery.due_at, world.now()), None
            else:
                abort(404)
        return redirect(url_for("controls.deliveries"), 303)

    def _change_one(self, does: str) -> None:
        """A delivery that is on its way may have gone by now: then nothing happens."""
        world, wanted = self._world, request.form.get("delivery", "")
        for delivery in [one for one in world.outgoing if one.id == wanted]:
            world.changed = True
            if does == "hold":
                delivery.held = True
            elif does == "let-go":
                delivery.due_at, delivery.held = min(delivery.due_at, world.now()), False
            else:
                world.outgoing.remove(delivery)
                world.note(delivery, None, 0, "dropped")

    # Users

    def account(self) -> str:
        with self._world.lock:
            users = [user for user in self._world.users.values() if not user.removed]
            return render_template("account.html", users=users, capacities=CAPACITIES)

    def change_account(self, does: str) -> AnyResponse:
        user = self._world.find_user(request.form.get("user", "")) or abort(404)
        if does == "licence":
            capacity = request.form.get("capacity", -1, type=int)
            if capacity not in CAPACITIES:
                abort(400)
            self._world.set_licence(user.id, capacity)
        elif does == "remove":
            self._world.remove_user(user.id)
        else:
            abort(404)
        return redirect(url_for("controls.account"), 303)

    # Its clock

    def clock(self) -> str:
        world = self._world
        with world.lock:
            waiting = sorted(world.outgoing, key=lambda delivery: delivery.due_at)
            return render_template("clock.html", now=world.now(), ahead=world.ahead, waiting=waiting)

    def turn_clock(self, does: str) -> AnyResponse:
        by = timedelta(minutes=request.form.get("minutes", 0, type=int))
        if does != "forward" or not timedelta(0) < by <= LONGEST_TURN:
            abort(400)
        self._world.turn_forward(by)
        return redirect(url_for("controls.clock"), 303)

    # What nobody knows

    def unconfirmed(self) -> str:
        points = fields(self._world.unconfirmed)
        return render_template("unconfirmed.html", points=points, now=self._world.unconfirmed)

    def settle(self, does: str) -> AnyResponse:
        try:
            self._world.unconfirmed.set(does, request.form.get("value", ""))
        except ValueError:
            abort(404)
        return redirect(url_for("controls.unconfirmed", _anchor=does), 303)


def _about(delivery: Delivery) -> str:
    """Whom it speaks of."""
    person = json.loads(delivery.body)["payload"]["object"]
    named = person.get("participant") or person.get("registrant") or {}
    return str(named.get("user_name") or f"{named.get('first_name', '')} {named.get('last_name', '')}".strip())


def _remark(remark: str) -> str:
    """The sender's few words, in the reader's language."""
    german = {
        "given up": "aufgegeben",
        "dropped": "verloren",
        "no address": "keine Adresse",
        "validated": "bestätigt",
        "not validated": "nicht bestätigt",
        "disabled": "Abonnement abgeschaltet",
        "owner mailed": "Zoom schreibt dem Besitzer der App: die Adresse antwortet nicht richtig",
        "subscription disabled": "Abonnement abgeschaltet, bis es jemand wieder einschaltet",
    }
    return tongue.t(german.get(remark, remark.replace("again at", "wieder um")), remark)
