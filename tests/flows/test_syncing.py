"""One webinar for each event, whatever happens on the way: lost answers, killed workers, edits in between."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.builders import a_draft
from tests.cast import ANNA
from tests.clock import NOW, Clock
from tests.flows.deeds import (
    announce,
    asked,
    at_zoom,
    attend,
    current,
    drifts,
    during,
    in_zoom,
    kill_during,
    look,
    rows,
    run,
    twin,
)
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.webinar import DialIn, WebinarStanding
from zoom_bridge.flows import hosting, syncing
from zoom_bridge.simulator.faults import Fault
from zoom_bridge.simulator.world import World
from zoom_bridge.store import claims

CREATE = ("POST", "/webinars")
CREATING, UPDATING, READING = "POST .*/webinars", "PATCH .*/webinars/[0-9]+", "GET .*/webinars/[0-9]+"


def change(bridge: Bridge, event: Event, **changes: object) -> Event:
    draft = a_draft(**{"zoom_host": event.zoom_host} | changes)
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def sync_until_quiet(bridge: Bridge, clock: Clock, hours: float = 1) -> None:
    """Lets the job run whenever the row is due."""
    end = clock() + timedelta(hours=hours)
    while (due_at := rows(bridge, "webinars")[0].due_at) and due_at <= end:
        clock.set(max(due_at, clock()))
        run(bridge, "sync_webinars")


def lose_the_answer(world: World) -> Fault:
    return world.faults.lose_answer(*CREATE)


def break_the_answer(world: World) -> Fault:
    return world.faults.break_json(*CREATE)


def truncate_the_answer(world: World) -> Fault:
    return world.faults.truncate(*CREATE)


def lose_the_request(world: World) -> Fault:
    return world.faults.lose_request(*CREATE)


def fail(world: World) -> Fault:
    return world.faults.fail(500, *CREATE)


def answer_with_a_gateway_page(world: World) -> Fault:
    return world.faults.answer_with_a_page(502, *CREATE)


@pytest.mark.parametrize(
    "mishap",
    [
        lose_the_answer,
        break_the_answer,
        truncate_the_answer,
        lose_the_request,
        fail,
        answer_with_a_gateway_page,
    ],
)
def test_exactly_one_webinar_whatever_happens_to_the_answer(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: Callable[[World], Fault]
) -> None:
    mishap(world)

    sync_until_quiet(bridge, clock)

    assert len(world.webinars) == 1
    assert twin(bridge, event).standing(event.revision, cancelled=False) is WebinarStanding.IN_LINE


def test_after_a_lost_request_it_looks_twice_a_minute_apart_before_it_asks_again(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.lose_request(*CREATE)
    run(bridge, "sync_webinars")
    looked = []

    while len(asked(bridge)) < 4:
        clock.set(rows(bridge, "webinars")[0].due_at)
        run(bridge, "sync_webinars")
        looked.append(clock())

    assert asked(bridge)[:4] == ["POST webinars", "GET webinars", "GET webinars", "POST webinars"]
    assert looked[1] - looked[0] >= timedelta(seconds=60)


def test_a_list_that_is_behind_makes_no_twin(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    world.faults.lose_answer(*CREATE)
    world.faults.stale_lists(seconds=55)

    sync_until_quiet(bridge, clock)

    assert len(world.webinars) == 1
    assert asked(bridge).count("POST webinars") == 1
    assert twin(bridge, event).asked_zoom_at is None


def test_a_list_that_cannot_be_read_decides_nothing(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.lose_answer(*CREATE)
    run(bridge, "sync_webinars")
    world.faults.fail(500, "GET", "/webinars", times=5)

    sync_until_quiet(bridge, clock)

    assert len(world.webinars) == 1


def test_a_worker_killed_between_the_intent_and_the_call_makes_one_webinar(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    _kill(bridge, CREATING, before=True)

    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    assert len(world.webinars) == 1


def test_a_worker_killed_between_the_call_and_writing_it_down_makes_one_webinar(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    _kill(bridge, CREATING, before=False)
    (webinar,) = in_zoom(world)

    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    assert in_zoom(world) == [webinar]
    assert twin(bridge, event).zoom_id == str(webinar.id)


@pytest.mark.parametrize("call", [UPDATING, READING])
@pytest.mark.parametrize("before", [True, False])
def test_a_worker_killed_while_it_tells_zoom_tells_it_again(
    bridge: Bridge, event: Event, world: World, clock: Clock, call: str, before: bool
) -> None:
    _kill(bridge, call, before=before)

    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    assert len(world.webinars) == 1
    assert twin(bridge, event).synced_revision == event.revision


def test_the_host_changes_while_nobody_knows_whether_the_webinar_was_made(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.lose_answer(*CREATE)
    run(bridge, "sync_webinars")

    change(bridge, event, zoom_host="webinar-2@example.org")
    sync_until_quiet(bridge, clock)

    (webinar,) = in_zoom(world)
    assert world.users[webinar.host_id].email == "webinar-2@example.org"


def test_the_event_is_cancelled_while_nobody_knows_whether_the_webinar_was_made(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.lose_answer(*CREATE)
    world.faults.stale_lists(seconds=50)
    run(bridge, "sync_webinars")

    hosting.cancel_event(bridge.db, event.id, clock())
    sync_until_quiet(bridge, clock)

    assert len(world.webinars) == 1
    assert in_zoom(world) == []
    assert twin(bridge, event).standing(current(bridge, event).revision, cancelled=True) is WebinarStanding.REMOVED


def test_deleting_what_is_gone_already_counts_as_done(bridge: Bridge, event: Event, world: World) -> None:
    run(bridge, "sync_webinars")
    world.delete_webinar(in_zoom(world)[0].id)

    hosting.cancel_event(bridge.db, event.id, NOW)
    run(bridge, "sync_webinars")

    assert twin(bridge, event).due_at is None
    assert twin(bridge, event).gave_up_at is None


def test_a_host_without_a_licence_is_not_tried_again_and_zooms_sentence_is_kept(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.no_licence()

    run(bridge, "sync_webinars")
    clock.advance(days=1)
    run(bridge, "sync_webinars")

    kept = twin(bridge, event)
    assert asked(bridge) == ["POST webinars"]
    assert kept.gave_up_at == NOW
    assert "no webinar licence" in (kept.last_error or "")
    assert "Webinar plan is missing" in (kept.last_error or "")
    assert kept.asked_zoom_at is None
    assert kept.standing(event.revision, cancelled=False) is WebinarStanding.STUCK


def test_after_the_licence_came_the_button_or_an_edit_tries_again(
    bridge: Bridge, event: Event, world: World
) -> None:
    for press in (
        lambda: hosting.sync_again(bridge.db, event.id, NOW),
        lambda: change(bridge, event, zoom_host="webinar-2@example.org"),
    ):
        change(bridge, event, zoom_host="reception@example.org")
        run(bridge, "sync_webinars")
        assert twin(bridge, event).gave_up_at is not None

        press()

        assert twin(bridge, event).gave_up_at is None
        assert twin(bridge, event).due_at == NOW


def test_an_edit_while_zoom_refuses_is_tried_as_it_is_now(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Olga puts in the right host in the very moment in which Zoom refuses the wrong one for good."""
    change(bridge, event, zoom_host="reception@example.org")

    def meanwhile() -> None:
        clock.advance(seconds=1)
        change(bridge, event, zoom_host="webinar-1@example.org")

    during(bridge, CREATING, meanwhile)
    run(bridge, "sync_webinars")
    sync_until_quiet(bridge, clock)

    assert len(in_zoom(world)) == 1
    assert twin(bridge, event).gave_up_at is None


def test_ten_edits_in_a_minute_are_one_update(bridge: Bridge, event: Event, world: World) -> None:
    run(bridge, "sync_webinars")
    before = len(asked(bridge))

    for n in range(10):
        change(bridge, event, title_de=f"Titel {n}")
    run(bridge, "sync_webinars")

    number = in_zoom(world)[0].id
    assert asked(bridge)[before:] == [f"GET {number}", f"PATCH {number}", f"GET {number}"]
    assert in_zoom(world)[0].topic == "Titel 9"


@pytest.mark.parametrize("call", [CREATING, UPDATING, READING])
def test_an_edit_during_the_call_is_not_lost(
    bridge: Bridge, event: Event, world: World, clock: Clock, call: str
) -> None:
    def meanwhile() -> None:
        clock.advance(seconds=1)
        change(bridge, event, title_de="Noch schöner")

    during(bridge, call, meanwhile)
    run(bridge, "sync_webinars")
    sync_until_quiet(bridge, clock)

    (webinar,) = in_zoom(world)
    assert webinar.topic == "Noch schöner"
    assert twin(bridge, event).synced_revision == current(bridge, event).revision


@pytest.mark.parametrize("call", [CREATING, UPDATING])
def test_a_cancellation_during_the_call_takes_the_webinar_away(
    bridge: Bridge, event: Event, world: World, clock: Clock, call: str
) -> None:
    during(bridge, call, lambda: hosting.cancel_event(bridge.db, event.id, clock()))

    run(bridge, "sync_webinars")
    sync_until_quiet(bridge, clock)

    assert in_zoom(world) == []


def test_a_webinar_that_is_gone_is_noticed_once_and_not_tried_for_ever(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    world.delete_webinar(in_zoom(world)[0].id)

    change(bridge, event, title_de="Neu")
    sync_until_quiet(bridge, clock, hours=24)
    calls = len(asked(bridge))
    clock.advance(days=1)
    run(bridge, "sync_webinars")

    assert twin(bridge, event).standing(2, cancelled=False) is WebinarStanding.GONE
    assert twin(bridge, event).due_at is None
    assert len(asked(bridge)) == calls
    assert in_zoom(world) == [], "another one is made only on demand"


def test_a_new_webinar_wanted_while_the_old_one_is_being_asked_for_is_made(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    world.delete_webinar(in_zoom(world)[0].id)
    hosting.sync_again(bridge.db, event.id, clock())
    run(bridge, "sync_webinars")
    hosting.sync_again(bridge.db, event.id, clock())

    def meanwhile() -> None:
        hosting.recreate_webinar(bridge.db, event.id, clock())

    during(bridge, READING, meanwhile)
    run(bridge, "sync_webinars")
    sync_until_quiet(bridge, clock)

    assert len(in_zoom(world)) == 1
    assert twin(bridge, event).standing(event.revision, cancelled=False) is WebinarStanding.IN_LINE


def test_news_that_the_webinar_was_deleted_is_not_overwritten_by_an_older_answer(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    hosting.sync_again(bridge.db, event.id, clock())

    def meanwhile() -> None:
        announce(bridge, "webinar.deleted", str(twin(bridge, event).zoom_id), clock())
        run(bridge, "apply_webhooks")

    during(bridge, READING, meanwhile)
    run(bridge, "sync_webinars")

    assert twin(bridge, event).gone_at == clock()


def test_who_waited_for_the_webinar_is_brought_there_as_soon_as_it_exists(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.down()
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    clock.advance(seconds=30)
    run(bridge, "sync_registrants")
    assert look(bridge, event, ANNA).attempts == 0, "waiting is not failing"

    world.faults.clear()
    hosting.sync_again(bridge.db, event.id, clock())
    sync_until_quiet(bridge, clock)
    run(bridge, "sync_registrants")

    assert at_zoom(world) == [ANNA.email]


def test_a_sleeper_whose_create_succeeded_does_not_replace_its_successors_webinar(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """The machine stands still during the call; somebody else has looked twice and made one meanwhile."""

    def meanwhile() -> None:
        clock.advance(claims.LEASE)
        sync_until_quiet(bridge, clock)

    during(bridge, CREATING, meanwhile, before=True)
    run(bridge, "sync_webinars")

    successors, sleepers = in_zoom(world)
    assert twin(bridge, event).zoom_id == str(successors.id)
    assert sleepers.created_at > successors.created_at or sleepers.created_at == clock()


def test_a_webinar_is_recognised_by_the_pages_address_even_where_lists_cut_the_agenda(
    bridge: Bridge, event: Event
) -> None:
    request = syncing.webinar_request(event, bridge.links)

    assert syncing.mark_of(event, bridge.links) in request.agenda[:250].split()


@pytest.mark.parametrize("wanted", [True, False])
def test_participation_switches_zooms_questions_and_answers(
    bridge: Bridge, event: Event, world: World, wanted: bool
) -> None:
    change(bridge, event, participation=wanted)
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    at_first = webinar.settings["question_and_answer"]["enable"]

    change(bridge, event, participation=not wanted)
    run(bridge, "sync_webinars")

    assert at_first is wanted
    assert webinar.settings["question_and_answer"]["enable"] is not wanted
    assert drifts(bridge, event) == {}


def test_questions_and_answers_that_zoom_leaves_as_they_were_are_told(
    bridge: Bridge, event: Event, world: World
) -> None:
    change(bridge, event, participation=True)

    def meanwhile() -> None:
        in_zoom(world)[0].settings["question_and_answer"] = {"enable": False}

    during(bridge, UPDATING, meanwhile)
    run(bridge, "sync_webinars")

    assert drifts(bridge, event) == {"question_and_answer": ("true", "false")}


def test_the_numbers_to_dial_and_the_passcode_are_kept_as_zoom_reads_them_back(
    bridge: Bridge, event: Event, world: World
) -> None:
    run(bridge, "sync_webinars")

    kept, (webinar,) = twin(bridge, event), in_zoom(world)
    assert kept.passcode == webinar.password
    assert DialIn("DE", "+49 30 23125 100", "Berlin") in kept.dial_in
    assert DialIn("GB", "+44 808 157 0100", free=True) in kept.dial_in


def test_what_zoom_changes_about_dialling_in_is_learned_with_the_next_reading(
    bridge: Bridge, event: Event, world: World
) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    world.update_webinar(webinar.id, {"password": "geheim", "settings": {"global_dial_in_countries": ["AT"]}})

    hosting.sync_again(bridge.db, event.id, NOW)
    run(bridge, "sync_webinars")

    kept = twin(bridge, event)
    assert {one.country for one in kept.dial_in} == {"AT"}
    assert kept.passcode == "", "letters cannot be keyed in on a telephone"


def forget_the_webinar(bridge: Bridge, event: Event) -> None:
    hosting.recreate_webinar(bridge.db, event.id, NOW)


def change_the_host(bridge: Bridge, event: Event) -> None:
    change(bridge, event, zoom_host="reception@example.org")
    run(bridge, "sync_webinars")


def cancel_the_event(bridge: Bridge, event: Event) -> None:
    hosting.cancel_event(bridge.db, event.id, NOW)
    run(bridge, "sync_webinars")


@pytest.mark.parametrize("deed", [forget_the_webinar, change_the_host, cancel_the_event])
def test_the_numbers_of_a_webinar_that_is_no_more_are_not_kept(
    bridge: Bridge, event: Event, world: World, deed: Callable[[Bridge, Event], None]
) -> None:
    run(bridge, "sync_webinars")
    assert twin(bridge, event).dial_in
    world.delete_webinar(in_zoom(world)[0].id)
    announce(bridge, "webinar.deleted", str(twin(bridge, event).zoom_id), NOW)
    run(bridge, "apply_webhooks")

    deed(bridge, event)

    assert (twin(bridge, event).dial_in, twin(bridge, event).passcode) == ((), "")


def test_systemic_trouble_pauses_the_job_and_burns_no_row(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    world.faults.take_scope("webinar:write:webinar")
    for _ in range(50):
        run(bridge, "sync_webinars")
        clock.advance(seconds=5)
    (job,) = rows(bridge, "runs")
    tried = asked(bridge).count("POST webinars")

    world.faults.clear()
    clock.advance(minutes=10)
    sync_until_quiet(bridge, clock)

    assert tried <= 5, "no more than one try a minute"
    assert job.alarm
    assert "permissions" in job.last_error
    assert len(in_zoom(world)) == 1
    assert twin(bridge, event).attempts == 0


def _kill(bridge: Bridge, call: str, *, before: bool) -> None:
    """Lets the job run until this call to Zoom, and no further."""
    kill_during(bridge, call, lambda: run(bridge, "sync_webinars"), before=before)
    assert rows(bridge, "webinars")[0].claim is not None


def test_an_events_settings_reach_its_webinar(bridge: Bridge, event: Event, world: World) -> None:
    change(
        bridge, event, practice_session=False, recording="cloud", alternative_hosts="webinar-2@example.org",
        open_door=True, participation=True, title_de="", help_email="help@example.org",
    )  # fmt: skip

    run(bridge, "sync_webinars")

    settings = in_zoom(world)[0].settings
    assert settings["approval_type"] == 0
    assert (settings["practice_session"], settings["auto_recording"]) == (False, "cloud")
    assert settings["alternative_hosts"] == "webinar-2@example.org"
    assert (settings["email_language"], settings["contact_email"]) == ("en-US", "help@example.org")
    assert settings["question_and_answer"]["answer_questions"] == "only"


def test_alternative_hosts_whom_zoom_refuses_are_named_until_they_are_corrected(
    bridge: Bridge, event: Event, world: World
) -> None:
    change(bridge, event, alternative_hosts="reception@example.org\nwebinar-2@example.org")
    run(bridge, "sync_webinars")
    refused = twin(bridge, event)

    corrected = change(bridge, event, alternative_hosts="webinar-2@example.org")
    run(bridge, "sync_webinars")

    assert refused.gave_up_at
    assert refused.last_error == f"{syncing.HOSTS_REFUSED}: reception@example.org, webinar-2@example.org"
    assert twin(bridge, event).standing(corrected.revision, cancelled=False) is WebinarStanding.IN_LINE
    assert in_zoom(world)[0].settings["alternative_hosts"] == "webinar-2@example.org"
