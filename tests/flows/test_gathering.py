"""After the end, what the webinar leaves behind at Zoom is fetched: questions, polls, the recording."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import attend, current, in_zoom, rows, run
from tests.flows.test_forgetting import tell
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.poll import Poll, PollKind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.takeaway import Takeaway, TakeawayKind
from zoom_bridge.flows import hosting
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.store import takeaways

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

POLL = Poll(key="p", question="Kaffee?", kind=PollKind.SEVERAL, choices=("Ja", "Nein; danke", "Tee"))


def begin(bridge: Bridge, event: Event, world: "World", clock: Clock, recording: str = "none") -> Webinar:
    """Anna and Ben are in the room."""
    draft = a_draft(zoom_host=event.zoom_host, recording=recording, polls=(POLL,), participation=True)
    hosting.change_event(bridge.db, event.id, draft, clock())
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    (webinar,) = in_zoom(world)
    clock.set(event.starts_at)
    world.start(webinar.id)
    ids = {one.email: one.id for one in webinar.registrants.values()}
    for person in (ANNA, BEN):
        world.join(webinar.id, ids[person.email])
    return webinar


def finish(bridge: Bridge, event: Event, world: "World", webinar: Webinar, clock: Clock) -> None:
    clock.set(event.ends_at)
    world.end(webinar.id)
    tell(bridge, world)


def kept(bridge: Bridge, event: Event, kind: TakeawayKind) -> Takeaway:
    with bridge.db.reading() as connection:
        (found,) = [one for one in takeaways.list_for_event(connection, event.id) if one.kind is kind]
    return found


def test_questions_come_with_their_answers_and_nobody_is_named_who_asked_without_a_name(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    asked = world.ask(webinar.id, ANNA.email, "Wann geht es los?")
    world.answer(webinar.id, asked.id, "Um zehn.")
    world.ask(webinar.id, BEN.email, "Warum?", anonymous=True)
    finish(bridge, event, world, webinar, clock)
    assert run(bridge, "gather_takeaways") == 0, "not before Zoom's reports can be there"
    clock.advance(minutes=5)

    run(bridge, "gather_takeaways")

    questions = {one.question: one for one in kept(bridge, event, TakeawayKind.QUESTIONS).questions}
    assert questions["Wann geht es los?"].answers == ("Um zehn.",)
    assert questions["Wann geht es los?"].name == "Anna Albers"
    assert (questions["Warum?"].name, questions["Warum?"].answers) == ("", ())
    assert BEN.email not in kept(bridge, event, TakeawayKind.QUESTIONS).data


def test_polls_come_as_counts_in_the_order_of_our_choices(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    from zoom_bridge.simulator.records import Poll as PretendPoll

    asks = {
        "title": "Kaffee?", "poll_type": 1, "anonymous": False,
        "questions": [{"name": "Kaffee?", "type": "multiple", "answers": list(POLL.choices)}],
    }  # fmt: skip
    webinar.polls["p1"] = PretendPoll(id="p1", asks=asks)
    world.answer_poll(webinar.id, "p1", ANNA.email, ["Tee;Ja"])
    world.answer_poll(webinar.id, "p1", BEN.email, ["Nein; danke"])
    finish(bridge, event, world, webinar, clock)
    clock.advance(minutes=5)

    run(bridge, "gather_takeaways")

    (poll,) = kept(bridge, event, TakeawayKind.POLLS).results
    assert poll.people == 2
    assert [(one.choice, one.count) for one in poll.choices] == [("Ja", 1), ("Nein; danke", 1), ("Tee", 1)]


def test_the_survey_is_counted_without_names_and_looked_at_for_a_week(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    finish(bridge, event, world, webinar, clock)
    more = "Mehr Zeit für Fragen; sonst gut."
    given = {"Wie war es? (1 bis 5)": "5", "Was hat gefallen?": "Ton;Bild", "Und sonst?": more}
    world.answer_survey(webinar.id, BEN.email, given)
    clock.advance(hours=1)
    run(bridge, "gather_takeaways")
    early = kept(bridge, event, TakeawayKind.SURVEY)
    world.answer_survey(webinar.id, ANNA.email, {"Wie war es? (1 bis 5)": "3", "Was hat gefallen?": "Ton"})
    looks = []

    while due_at := kept(bridge, event, TakeawayKind.SURVEY).due_at:
        looks.append(due_at - event.ends_at)
        clock.set(due_at)
        run(bridge, "gather_takeaways")

    scale, liked, words = kept(bridge, event, TakeawayKind.SURVEY).results
    assert early.results[0].people == 1
    assert looks == [timedelta(days=days) for days in (1, 3, 7)]
    assert [(one.choice, one.count) for one in scale.choices] == [("3", 1), ("5", 1)]
    assert [(one.choice, one.count) for one in liked.choices] == [("Ton", 2), ("Bild", 1)]
    assert (words.choices, words.said, words.people) == ((), (more,), 1)
    assert not {"Anna", "Ben", BEN.email} & set(kept(bridge, event, TakeawayKind.SURVEY).data.split('"'))


@pytest.mark.parametrize("says", ["empty", "missing", "disabled"])
def test_a_webinar_without_a_survey_has_no_answers_however_zoom_says_so(
    bridge: Bridge, event: Event, world: "World", clock: Clock, says: str
) -> None:
    world.unconfirmed.no_survey = says
    webinar = begin(bridge, event, world, clock)
    finish(bridge, event, world, webinar, clock)
    clock.advance(hours=1)

    run(bridge, "gather_takeaways")

    found = kept(bridge, event, TakeawayKind.SURVEY)
    assert (found.results, found.fetched_at, found.last_error) == ([], clock(), None)


def test_without_the_permission_for_surveys_all_else_is_fetched(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    world.faults.take_scope("report:read:webinar_survey")
    webinar = begin(bridge, event, world, clock)
    world.ask(webinar.id, ANNA.email, "Wann geht es los?")
    finish(bridge, event, world, webinar, clock)
    clock.advance(hours=1)

    run(bridge, "gather_takeaways")

    survey = kept(bridge, event, TakeawayKind.SURVEY)
    assert "report:read:webinar_survey" in (survey.last_error or "")
    assert survey.gave_up_at
    assert kept(bridge, event, TakeawayKind.QUESTIONS).questions
    assert kept(bridge, event, TakeawayKind.POLLS).fetched_at


def test_that_there_was_nothing_is_an_answer_and_is_asked_once_more(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    finish(bridge, event, world, webinar, clock)
    clock.advance(minutes=5)

    run(bridge, "gather_takeaways")
    first = kept(bridge, event, TakeawayKind.QUESTIONS)
    clock.advance(hours=1)
    run(bridge, "gather_takeaways")

    assert (first.questions, first.due_at) == ([], event.ends_at + timedelta(hours=1))
    assert kept(bridge, event, TakeawayKind.QUESTIONS).due_at is None
    assert not [row for row in rows(bridge, "takeaways") if row.kind == "recording"], "nothing was recorded"


def test_a_report_that_comes_late_or_still_grows_is_looked_at_until_it_stays_the_same(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    world.ask(webinar.id, ANNA.email, "Wann geht es los?")
    world.ask(webinar.id, BEN.email, "Warum?")
    finish(bridge, event, world, webinar, clock)
    (sitting,) = webinar.held
    sitting.asked, late = sitting.asked[:1], sitting.asked[1:]
    world.faults.fail(500, path="*/qa")
    clock.advance(hours=3)
    run(bridge, "gather_takeaways")
    assert kept(bridge, event, TakeawayKind.QUESTIONS).fetched_at is None
    looks = []

    while due_at := kept(bridge, event, TakeawayKind.QUESTIONS).due_at:
        clock.set(due_at)
        run(bridge, "gather_takeaways")
        looks.append(len(kept(bridge, event, TakeawayKind.QUESTIONS).questions))
        if len(looks) == 1:
            sitting.asked += late

    assert looks == [1, 2, 2]


def test_a_recording_is_fetched_when_zoom_says_that_it_is_ready(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock, recording="cloud")
    finish(bridge, event, world, webinar, clock)

    run(bridge, "gather_takeaways")

    found = kept(bridge, event, TakeawayKind.RECORDING)
    assert found.recording is not None
    assert found.recording.passcode
    assert {file.kind for file in found.recording.files} == {"MP4", "M4A"}
    assert "download" not in found.data
    assert "token" not in found.data
    hosting.show_recording(bridge.db, event.id, found.id, clock())
    assert current(bridge, event).recording_url == found.recording.link
    assert "pwd=" in found.recording.link


def test_the_news_of_a_recording_holds_a_key_and_is_not_kept(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock, recording="cloud")
    finish(bridge, event, world, webinar, clock)

    (news,) = [row for row in rows(bridge, "deliveries") if row.name == "recording.completed"]

    assert (news.outcome, news.body) == ("recording ready", b"")


def test_without_news_the_recording_is_asked_for_rarely_and_in_the_end_no_more(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    world.faults.lose_events("recording.completed")
    world.faults.slow_recordings(seconds=10 * 3600)
    webinar = begin(bridge, event, world, clock, recording="cloud")
    finish(bridge, event, world, webinar, clock)
    looks = []

    while (found := kept(bridge, event, TakeawayKind.RECORDING)).due_at:
        looks.append(found.due_at - event.ends_at)
        clock.set(max(clock(), found.due_at))
        run(bridge, "gather_takeaways")

    assert looks == [timedelta(hours=hours) for hours in (1, 7, 13)]
    assert found.recording is not None


def test_no_recording_for_two_days_is_no_recording(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    world.faults.slow_recordings(seconds=100 * 3600)
    webinar = begin(bridge, event, world, clock, recording="cloud")
    finish(bridge, event, world, webinar, clock)

    while (found := kept(bridge, event, TakeawayKind.RECORDING)).due_at:
        clock.set(max(clock(), found.due_at))
        run(bridge, "gather_takeaways")

    assert clock() <= event.ends_at + timedelta(hours=48)
    assert (found.recording, found.fetched_at) == (None, clock())


def test_a_practice_session_leaves_nothing_behind(
    bridge: Bridge, event: Event, world: "World", clock: Clock, work: Callable[[], None]
) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    world.start(webinar.id, practice=True)
    world.end(webinar.id)
    tell(bridge, world)

    assert not rows(bridge, "takeaways")


def test_another_events_recording_cannot_be_shown(bridge: Bridge, event: Event, clock: Clock) -> None:
    with pytest.raises(NotFound):
        hosting.show_recording(bridge.db, event.id, 4711, clock())


def test_of_an_evening_whose_people_are_forgotten_nothing_is_fetched_any_more(
    bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    world.ask(webinar.id, ANNA.email, "Wann geht es los?")
    finish(bridge, event, world, webinar, clock)
    clock.set(event.forget_at)

    run(bridge, "gather_takeaways", "look_at_webinars")

    assert {(row.data, row.due_at) for row in rows(bridge, "takeaways")} == {("", None)}
    assert {row.due_at for row in rows(bridge, "looks", kind="webinar")} == {None}
