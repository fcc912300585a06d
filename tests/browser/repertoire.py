"""What is played in the playhouse: one event in each state, people wherever one can stand, letters that arrived and one
that could not. Afterwards it is one instant for all of them, so that any page can be looked at in any order.

`play` gives the names that the addresses in `every_page.py` are made of: `/e/{open.slug}`, `/z/{anna.token}`."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image

from tests.browser.playhouse import ZOOM_HOST, Playhouse
from tests.browser.stagecraft import (
    BARE,
    CALLER,
    DAY,
    DORA,
    EMIL,
    FATOU,
    HOUR,
    LONG,
    MINUTE,
    NOBODY_HOME,
    ORGANISERS,
    PETRA,
    RICH,
    TOO_OFTEN,
    Names,
    Stage,
)
from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, MALLORY, OLGA_EMAIL, OLGA_NAME
from tests.clock import NOW
from tests.visitor import Visitor
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import fold
from zoom_bridge.domain.bounce import Bounce
from zoom_bridge.domain.certificate import CertificateRule, hash_of, holder_of
from zoom_bridge.domain.circular import Group
from zoom_bridge.domain.decision import Appearance, Verdict
from zoom_bridge.domain.event import Recording
from zoom_bridge.domain.question import Question, QuestionKind
from zoom_bridge.domain.recurrence import Rhythm, Start, days
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.result import Result
from zoom_bridge.domain.series import Registering
from zoom_bridge.domain.takeaway import Counted, PollResult
from zoom_bridge.flows import (
    certifying,
    circulating,
    deciding,
    drafting,
    drifting,
    hosting,
    picturing,
    pooling,
    registering,
    restoring,
    serial,
    signposting,
    subscribing,
    welcoming,
)
from zoom_bridge.simulator.records import Poll
from zoom_bridge.simulator.world import World
from zoom_bridge.store import (
    budgets,
    certificates,
    dates,
    events,
    organisers,
    overviews,
    registrations,
    results,
    returns,
    short_links,
    sightings,
)
from zoom_bridge.web.uploads import LOGO, PORTRAIT, STILL, picture_of


def play(house: Playhouse) -> Names:
    stage = Stage(house)
    house.catcher.refuse(NOBODY_HOME.email)
    house.at(NOW - 70 * DAY)
    stage.write_the_notices()
    _long_ago(stage)
    house.at(NOW - 20 * DAY)
    _over(stage)
    house.at(NOW - 2 * DAY)
    _announced(stage)
    _spoiled(stage)
    _about_to_begin(stage)
    stage.settle()
    _came_back(stage)
    _changed_at_zoom(stage)
    _changes(stage)
    stage.settle()
    _running(stage)
    house.at(NOW)
    house.work()
    _just_now(stage)
    budgets.Ledger(house.bridge.db).hold("heavy", (NOW + DAY).replace(hour=0, minute=0), NOW)
    return stage.names


def _long_ago(stage: Stage) -> None:
    """Two months ago. Everybody is forgotten, the figures were kept."""
    starts_at = NOW - 64 * DAY
    past = stage.event("forgotten", starts_at)
    comes = [48, 112, 164, 178, 183, 182, 180, 181, 178, 176, 172, 170, 171, 168, 160, 152, 96, 14, 0]
    stays = [9, 4, 10, 18, 62, 83]
    figures = Result(
        registered=214, cancelled=12, waiting=3, there=186, came=182, absent=30, callers=2, short=21, by_phone=6,
        days=tuple(((starts_at - n * DAY).date(), 1 + n * n % 31) for n in range(25, 0, -1)),
        by_page=190, by_staff=20, at_zoom=4, mean_minutes=71, asked=14, answered=11, final=True,
        sources=tuple(
            Counted(choice=name, count=count)
            for name, count in (("Rundbrief", 88), ("Plakat in der Straßenbahn", 31), ("Nachbarschaftsverein", 3))
        ),
        minutes=(*((15 * place, number) for place, number in enumerate(stays, 1)), (None, 0)),
        curve=tuple((starts_at + 5 * place * MINUTE, number) for place, number in enumerate(comes)),
        peak_at=starts_at + 21 * MINUTE, peak=185,
        polls=(
            PollResult(
                question="Was sollen wir als Nächstes machen?", people=133,
                choices=(
                    Counted(choice="Ein Hoffest", count=90),
                    Counted(choice="Eine Tauschbörse, zu der alle etwas mitbringen, das sie nicht mehr brauchen", count=40),
                    Counted(choice="Nichts", count=3),
                ),
            ),
        ),
    )  # fmt: skip
    with stage.db.transaction() as connection:
        event = events.find(connection, past.id)
        assert event
        results.put(connection, event, figures)


def _over(stage: Stage) -> None:
    """A week ago; Zoom's report has been read. Some came whom nobody knows, and one has been decided about."""
    house, starts_at = stage.house, NOW - 7 * DAY
    over = stage.event(
        "over",
        starts_at,
        thanks_de="Danke für den Abend.",
        thanks_en="Thank you for coming.",
        recording_url="https://video.example.org/w/1",
        recording=Recording.CLOUD,
        participation=True,
        panelists=(PETRA,),
    )
    stage.names["petra_over"] = stage.panelist(over)
    stage.names["was_there"], *_ = stage.register(over, ANNA, BEN, CHIARA, MALLORY)
    stage.settle()
    house.at(starts_at - HOUR)
    house.work()
    house.world.start(over.webinar, at=house.at(starts_at))
    stays = stage.enter(over, (ANNA, BEN, MALLORY), starts_at)
    house.world.join(over.webinar, name="iPad", at=starts_at + 12 * MINUTE)
    house.world.join(over.webinar, name="C. Conti", at=starts_at + 13 * MINUTE)
    house.world.join(over.webinar, name="Technik", at=starts_at)
    house.world.join(over.webinar, device="phone", at=starts_at + 2 * MINUTE)
    at_zoom = stage.registrants(over)
    house.world.join(
        over.webinar, at_zoom[ANNA.email], name="Georg Albers", device="tablet", at=starts_at + 3 * MINUTE
    )
    _asked_and_polled(house.world, over.webinar, stays, starts_at)
    house.world.leave(over.webinar, stays[1], at=starts_at + 20 * MINUTE)
    house.world.end(over.webinar, at=house.at(starts_at + 92 * MINUTE))
    house.work()
    for number, stay in enumerate(stays):
        answers = {
            "Wie war es? (1 bis 5)": str(5 - number),
            "Was sollen wir ändern?": f"Nichts.\n{'lang' * 30 * number}",
        }
        house.world.answer_survey(over.webinar, stay, answers, at=starts_at + HOUR)
    for later in (HOUR, DAY, 2 * DAY):
        house.at(starts_at + later)
        house.work()


def _asked_and_polled(world: World, webinar: int, stays: list[Any], starts_at: datetime) -> None:
    """One question answered, one without a name, one by Mallory; and a poll in two halves."""
    at = starts_at + 15 * MINUTE
    asked = world.ask(webinar, stays[0], "Wird das aufgezeichnet?", at=at)
    world.answer(webinar, asked.id, "Ja, Sie finden es morgen auf der Seite.", at=at)
    world.ask(webinar, stays[1], "Und wer räumt auf?", at=at, anonymous=True)
    world.ask(webinar, stays[2], "<script>alert(1)</script>", at=at)
    choices = [
        "Ein Hoffest",
        "Eine Tauschbörse, zu der alle etwas mitbringen, das sie nicht mehr brauchen",
        "Nichts",
    ]
    questions = [{"name": "Was sollen wir als Nächstes machen?", "type": "single", "answers": choices}]
    asks = {"title": "Als Nächstes", "poll_type": 1, "anonymous": False, "questions": questions}
    world.webinars[webinar].polls["next"] = Poll(id="next", asks=asks)
    for stay, choice in zip(stays, (choices[0], choices[1], choices[1]), strict=True):
        world.answer_poll(webinar, "next", stay, [choice], at=at)


def _announced(stage: Stage) -> None:
    """All that can be said of an event that lies ahead."""
    in_a_week = NOW + 6 * DAY
    first = stage.event(
        "open", in_a_week, title_de="Gute Nachbarschaft", title_en="Good neighbours", **RICH | _pictured(stage)
    )
    names = stage.names
    names["anna"], names["mallory"], names["long"] = stage.register(first, ANNA, MALLORY, LONG)
    for name in ("Aushang in der Bücherei", "Rundschreiben <b>im Mai</b> an alle Nachbarschaftsvereine"):
        signposting.put_up(stage.db, first.id, name, stage.clock())
    with stage.db.reading() as connection:
        names["poster"], _ = short_links.list_for_event(connection, first.id)
    names["chiara"], names["fatou"] = stage.register(first, CHIARA, FATOU)
    (names["ben"],) = stage.register(first, BEN, confirm=False)
    (names["dora"],) = stage.register(first, DORA, confirm=False)
    registering.cancel(stage.db, names["chiara"].key, stage.clock())
    registering.cancel_by_organiser(stage.db, names["fatou"].id, stage.clock())
    registering.cancel(stage.db, names["dora"].key, stage.clock())
    stage.event("later", in_a_week, opens_at=NOW + DAY)
    stage.register(stage.event("few", in_a_week, capacity=4), ANNA, BEN)
    full = stage.event("full", in_a_week, capacity=2)
    (names["left_out"],) = stage.register(full, CHIARA, confirm=False)
    stage.register(full, ANNA, BEN)
    listed = stage.event("listed", in_a_week, capacity=1, waiting_list=True)
    _, names["next_in_line"] = stage.register(listed, ANNA, BEN)
    stage.event("closed", in_a_week, closes_at=NOW - HOUR)
    stage.event("draft", in_a_week, publish=False, **RICH)
    stage.event("film", in_a_week, trailer_url="https://youtu.be/dQw4w9WgXcQ", trailer_text_de="Ein Hof.")
    stage.event("bare", in_a_week, **BARE, title_de="Donaudampfschifffahrtsgesellschaftskapitänsversammlung")
    stage.register(stage.event("moved", in_a_week, panelists=(PETRA,)), ANNA, BEN)
    stage.register(stage.event("cancelled", in_a_week, panelists=(PETRA,)), ANNA, BEN)
    for name in ("open", "moved", "cancelled"):
        names[f"petra_{name}"] = stage.panelist(names[name])
    stage.register(stage.event("drifted", NOW + 9 * DAY), ANNA, BEN)
    for account in (ZOOM_HOST, "webinar-2@example.org", "reception@example.org"):
        pooling.add(stage.db, account, stage.clock())
    _series(stage, in_a_week)
    names["called_off"] = stage.person(names["cancelled"], ANNA)
    names["moving"] = stage.person(names["moved"], ANNA)


def _series(stage: Stage, starts_at: datetime) -> None:
    """Four Mondays to choose from, one of them full and one called off; Anna chose all, Ben has not confirmed."""
    first = stage.event("series", starts_at, **RICH)
    weeks = days(first.draft.starts_wall.date(), Rhythm.WEEKLY, dates=4)[1:]
    made = serial.make_series(
        stage.db, first.id, [Start(day) for day in weeks], Registering.PER_DATE, stage.clock()
    )
    with stage.db.reading() as connection:
        mondays = dates.list_of(connection, made.id)
    for person in (ANNA, BEN):
        slugs = [one.slug for one in mondays]
        subscribing.register_for_dates(stage.db, made.slug, slugs, person, stage.clock())
    stage.names["several"] = stage.person(first, ANNA)
    registering.confirm(stage.db, stage.names["several"].key, stage.clock())
    stage.names["several_unconfirmed"] = stage.person(first, BEN)
    full = replace(serial.draft_of(mondays[2]), capacity=1)
    hosting.change_event(stage.db, mondays[2].id, full, stage.clock())
    hosting.cancel_event(stage.db, mondays[3].id, stage.clock())
    stage.names["mondays"] = SimpleNamespace(id=made.id, path=f"/s/{made.slug}", full=mondays[2].slug)
    once = stage.event("once", starts_at)
    whole = serial.make_series(stage.db, once.id, [Start(weeks[0])], Registering.ONCE, stage.clock())
    stage.names["whole"] = SimpleNamespace(id=whole.id, path=f"/s/{whole.slug}")


def _spoiled(stage: Stage) -> None:
    """A webinar that somebody deleted at Zoom, and a letter that nobody takes."""
    spoiled = stage.event("spoiled", NOW + 6 * DAY)
    (stage.names["stuck"],) = stage.register(spoiled, NOBODY_HOME)
    (stage.names["returned"],) = stage.register(spoiled, ANNA)


def _came_back(stage: Stage) -> None:
    """The letter to somebody at the spoiled event, after it had left."""
    with stage.db.transaction() as connection:
        letter = overviews.letters_of(connection, stage.names["returned"].id)[-1]
        known = returns.find_letter(connection, str(letter.message_id))
        assert known is not None
        words = "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown"
        bounce = Bounce(str(letter.message_id), (ANNA.email,), final=True, status="5.1.1", words=words)
        returns.record(connection, known, bounce, stage.clock())


def _about_to_begin(stage: Stage) -> None:
    soon = stage.event("soon", NOW + 8 * MINUTE, panelists=(PETRA,))
    stage.names["petra_soon"] = stage.panelist(soon)
    stage.names["at_the_door"], *_ = stage.register(soon, ANNA, BEN)
    (stage.names["on_the_panel_too"],) = stage.register(soon, Attendee("Petra", "Podium", PETRA.email))
    caller = registering.add_caller(stage.db, soon.id, CALLER, stage.clock())
    assert caller
    stage.names["caller"] = SimpleNamespace(id=caller.id, token=stage.links.personal_token(caller.key))
    (stage.names["waiting"],) = stage.register(stage.event("near", NOW + 50 * MINUTE), ANNA)
    (stage.names["overtime"],) = stage.register(stage.event("late", NOW - 100 * MINUTE), ANNA)
    running = stage.event("running", NOW - 20 * MINUTE)
    stage.names["inside"], *_ = stage.register(running, ANNA, BEN, CHIARA, EMIL, LONG)


def _changed_at_zoom(stage: Stage) -> None:
    """Somebody was busy in Zoom's portal; one of the changes has been accepted."""
    drifted = stage.names["drifted"]
    changes = {
        "topic": "Umbenannt",
        "start_time": (drifted.starts_at + HOUR).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "password": "987654",
        "settings": {"registrants_email_notification": True, "auto_recording": "cloud", "audio": "voip"},
    }
    stage.house.world.update_webinar(drifted.webinar, changes)
    stage.settle()
    assert drifting.take(stage.db, drifted.id, "audio", "voip", stage.clock())


def _changes(stage: Stage) -> None:
    """A day later: one is moved, one is called off, somebody uses Zoom's own form, somebody deletes a webinar there."""
    house, names = stage.house, stage.names
    house.at(NOW - DAY)
    moved = names["moved"]
    draft = a_draft(
        title_de="Stück moved", title_en="Play moved", zoom_host=ZOOM_HOST,
        starts_at=moved.starts_at + DAY, ends_at=moved.starts_at + DAY + HOUR,
    )  # fmt: skip
    hosting.change_event(stage.db, moved.id, draft, stage.clock())
    hosting.cancel_event(stage.db, names["cancelled"].id, stage.clock())
    house.world.register(names["open"].webinar, EMIL.email, EMIL.first_name, EMIL.last_name)
    house.world.delete_webinar(names["spoiled"].webinar)
    stage.settle()
    names["emil"] = stage.person(names["open"], EMIL)


def _running(stage: Stage) -> None:
    """It began twenty minutes ago: three are there, one has left, a guest came in, one clicked and has not arrived."""
    house, names = stage.house, stage.names
    running = names["running"]
    starts_at = running.starts_at
    house.world.start(running.webinar, at=house.at(starts_at))
    stays = stage.enter(running, (ANNA, BEN, LONG), starts_at)
    house.world.join(running.webinar, name="iPad", at=starts_at + 5 * MINUTE)
    house.world.leave(running.webinar, stays[1], at=starts_at + 9 * MINUTE)
    registering.join(stage.db, stage.person(running, CHIARA).key, stage.clock())


def _just_now(stage: Stage) -> None:
    """What no job has seen yet."""
    house, names = stage.house, stage.names
    stage.register(names["near"], FATOU)
    restoring.restored(stage.db, stage.clock())
    (names["not_ready"],) = stage.register(names["soon"], EMIL)
    near = names["near"]
    hosting.change_event(stage.db, near.id, replace(near.draft, panelists=(PETRA,)), stage.clock())
    names["petra_near"] = stage.panelist(near)
    _too_often(stage)
    link = welcoming.invite(stage.db, stage.links, OLGA_EMAIL, OLGA_NAME, "de", stage.clock())
    names["sign_in"] = SimpleNamespace(token=link.rpartition("/")[2])
    _half_typed(stage)
    _team(stage)
    _written_to_groups(stage)
    _decided(stage)
    _certified(stage)
    letters = house.catcher.letters()
    names["letter"] = next(one for one in letters if one.calendar)
    names["zoom"] = SimpleNamespace(
        **_in_zoom_alone(house),
        page=house.world.webinars[names["open"].webinar].page,
        tk=_tk(house, names["soon"].webinar, ANNA),
        inside=_tk(house, names["running"].webinar, ANNA),
        outside=_tk(house, names["running"].webinar, BEN),
        gone=_tk(house, names["over"].webinar, ANNA),
        zak=house.world.new_zak(house.world.webinars[names["soon"].webinar].host_id),
    )


def _in_zoom_alone(house: Playhouse) -> dict[str, Any]:
    """Webinars that no event of ours has: one in which people vote, ask and ring, a recurring one that was recorded,
    and one that became a meeting."""
    world, now = house.world, house.world.now()
    door = {"approval_type": 0, "auto_recording": "cloud"}
    asking = world.create_webinar(ZOOM_HOST, {"topic": "Fragen und Umfragen", "settings": door})
    poll = world.create_poll(
        asking.id, {"title": "Wo?", "questions": [{"name": "Wo wohnen Sie?", "answers": ["Nord", "Süd"]}]}
    )
    world.start(asking.id)
    emil = world.join(asking.id, world.register(asking.id, EMIL.email, EMIL.first_name, EMIL.last_name).id)
    world.answer_poll(asking.id, poll.id, emil)
    question = world.ask(asking.id, emil, "Kommt der Bus auch am Sonntag?")
    world.answer(asking.id, question.id, "Ja.")
    world.ask(asking.id, emil, "Und der Zug?", anonymous=True)
    world.join(asking.id, device="phone")
    dates = {"type": 9, "recurrence": {"type": 2, "end_times": 3}}
    recorded = world.create_webinar(ZOOM_HOST, {"topic": "Jede Woche", "settings": door} | dates)
    sitting = world.start(recorded.id)
    world.end(recorded.id, at=now + HOUR)
    meeting = world.create_webinar(ZOOM_HOST, {"topic": "Umgewandelt"})
    world.convert_to_meeting(meeting.id)
    assert sitting.recording
    return {
        "asking": asking.id,
        "recorded": recorded.id,
        "meeting": meeting.id,
        "film": sitting.recording.id,
    }


def _team(stage: Stage) -> None:
    """Emil sits at the reception, and somebody with a long name writes."""
    for who, email, name, role in (
        ("receptionist", *ORGANISERS["reception"], Role.RECEPTION),
        ("colleague", "redaktion@example.org", LONG.name, Role.EDITOR),
    ):
        welcoming.invite(stage.db, stage.links, email, name, "de", stage.clock(), role)
        with stage.db.reading() as connection:
            stage.names[who] = organisers.find_by_email(connection, email)


def _decided(stage: Stage) -> None:
    """One of those in the room works here."""
    with stage.db.reading() as connection:
        olga = organisers.find_by_email(connection, OLGA_EMAIL)
    assert olga is not None
    who = [Appearance(0, "technik", "technik")]
    deciding.decide(stage.db, stage.names["over"].id, who, Verdict.STAFF, None, olga.id, stage.clock())


def _certified(stage: Stage) -> None:
    """Of two who were there throughout, one has a certificate and one had; one more has earned one by the newest rule. And
    one whose holder was forgotten."""
    over, now = stage.names["over"], stage.clock()
    with stage.db.reading() as connection:
        room = fold(sightings.list_for_event(connection, over.id))
    certifying.issue(stage.db, stage.links, over.id, room, now)
    with stage.db.reading() as connection:
        issued = certificates.last_of_each(connection, over.id)
        people = {id_: registrations.find(connection, id_) for id_ in issued}
    codes = {
        person.email: (issued[id_], stage.links.certificate_code(person.key, now))
        for id_, person in people.items()
        if person
    }
    paper, code = codes[ANNA.email]
    withdrawn, void = codes[MALLORY.email]
    certifying.withdraw(stage.db, over.id, withdrawn.id, now)
    rule = CertificateRule(event_id=over.id, share=20, signed_by="Olga Osterkamp, Referatsleiterin")
    certifying.write_rule(stage.db, rule)
    nameless = stage.links.certificate_code("forgotten", now)
    row = {
        "event_id": stage.names["forgotten"].id,
        "code_hash": hash_of(nameless),
        "holder": holder_of("Dora Dahl", nameless),
    }
    with stage.db.transaction() as connection:
        certificates.add(connection, [row | {"language": "de", "minutes": 88, "issued_at": now - 60 * DAY}])
    stage.names["paper"] = SimpleNamespace(id=paper.id, code=code, void=void, nameless=nameless)


def _written_to_groups(stage: Stage) -> None:
    """A draft, a message that is just leaving, and one that was stopped."""
    with stage.db.reading() as connection:
        olga = organisers.find_by_email(connection, OLGA_EMAIL)
    assert olga is not None
    words = {
        "de": ("Bitte mitbringen: {Titel}", "Guten Tag {Name},\n\nbringen Sie Fragen mit <b>und</b> Zeit."),
        "en": ("Please bring: {Title}", "Dear {Name},\n\nbring questions <b>and</b> time."),
    }
    for name, of, group in (
        ("draft", "open", Group.REGISTERED),
        ("leaving", "open", Group.REGISTERED),
        ("stopped", "over", Group.ABSENT),
    ):
        event_id, now = stage.names[of].id, stage.clock()
        circular_id = circulating.write_circular(stage.db, event_id, group, words, olga.id, now)
        stage.names[f"circular_{name}"] = SimpleNamespace(id=circular_id)
        if name != "draft":
            circulating.send_circular(stage.db, event_id, circular_id, now)
        if name == "stopped":
            circulating.stop_circular(stage.db, event_id, circular_id, now)


def _half_typed(stage: Stage) -> None:
    """Olga changed the draft and closed the window."""
    with stage.db.reading() as connection:
        olga = organisers.find_by_email(connection, OLGA_EMAIL)
    assert olga is not None
    fields = (("title_de", "Halb getippt"), ("starts_day", "bald"), ("programme_de", "Filme"))
    drafting.keep_unsaved(stage.db, olga.id, str(stage.names["draft"].id), fields, stage.clock())


def _pictured(stage: Stage) -> dict[str, Any]:
    """A logo, a portrait and a still, and questions of the organiser's own."""
    kept = [
        picture_of(_png(size, colour), shape, stage.clock())
        for size, colour, shape in (((900, 300), "teal", LOGO), ((600, 800), "sienna", PORTRAIT), ((1600, 900), "navy", STILL))
    ]  # fmt: skip
    picturing.keep(stage.db, kept)
    logo, portrait, still = (picture.digest for picture in kept)
    stage.names["logo"] = SimpleNamespace(digest=logo)
    return {
        "hosted_by_logo": logo,
        "trailer_picture": still,
        "partners": tuple(replace(partner, logo=logo) for partner in RICH["partners"]),
        "panelists": tuple(replace(panelist, portrait=portrait) for panelist in RICH["panelists"]),
        "questions": (
            Question("from", QuestionKind.TEXT, "Aus welchem Ort kommen Sie?", "Which place do you come from?"),
            Question("way", QuestionKind.ONE, "Wie nehmen Sie teil?", "How do you take part?", ("Allein", "In einer Gruppe"), ("Alone", "In a group"), required=True),
            Question("topics", QuestionKind.SEVERAL, "Was möchten Sie hören?", "", ("Filme", "Gespräch", "Zahlen")),
            Question("photos", QuestionKind.CONSENT, "Ich bin mit Aufnahmen einverstanden.", "I agree to being recorded."),
        ),
    }  # fmt: skip


def _png(size: tuple[int, int], colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def _too_often(stage: Stage) -> None:
    """Somebody asked for more sign-in links than there are within a quarter of an hour."""
    client = stage.house.apps["web"].test_client()
    page = Visitor(client, stage.house.address()).open("/sign-in")
    for _ in range(6):
        page.submit("email", email=TOO_OFTEN)


def _tk(house: Playhouse, webinar: int, person: Attendee) -> str:
    return next(one.tk for one in house.world.webinars[webinar].registrants.values() if one.email == person.email)


@dataclass
class Show:
    """The playhouse with everything played, and a second one that is as new: no event, no letter, nothing written."""

    house: Playhouse
    new: Playhouse
    names: Names

    def home(self, house: str) -> Playhouse:
        return self.new if house.startswith("new ") else self.house

    def address(self, house: str) -> str:
        return self.home(house).address(house.removeprefix("new "))

    def app(self, house: str) -> Any:
        return self.home(house).apps[house.removeprefix("new ")]

    def sign_in_link(self, who: str, house: str) -> str:
        """Good once."""
        bridge = self.home(house).bridge
        email, name = ORGANISERS[who]
        return welcoming.invite(bridge.db, bridge.links, email, name, "de", bridge.clock())


@contextmanager
def opened(folder: Path) -> Iterator[Show]:
    with Playhouse(folder / "played") as house, Playhouse(folder / "new") as new:
        yield Show(house, new, play(house))
