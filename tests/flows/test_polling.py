"""Polls are prepared here and lie ready at Zoom: each once, as it reads now."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import a_draft
from tests.clock import Clock
from tests.flows.deeds import asked, in_zoom, rows, run, twin
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.poll import Poll, PollKind
from zoom_bridge.domain.webinar import WebinarStanding
from zoom_bridge.flows import hosting, polling
from zoom_bridge.simulator.world import World

TREE = Poll(key="tree", question="Welcher Baum?", kind=PollKind.ONE, choices=("Linde", "Eiche"))
BIRDS = Poll(
    key="birds",
    question="Welche Vögel?",
    kind=PollKind.SEVERAL,
    choices=("Amsel", "Drossel", "Fink"),
    anonymous=False,
)


def prepare(bridge: Bridge, event: Event, *polls: Poll, **changes: object) -> Event:
    draft = a_draft(**{"zoom_host": event.zoom_host, "polls": polls} | changes)
    changed = hosting.change_event(bridge.db, event.id, draft, bridge.clock())
    run(bridge, "sync_webinars")
    return changed


def polls_at_zoom(world: World) -> list[dict[str, Any]]:
    return [poll.asks for webinar in in_zoom(world) for poll in webinar.polls.values()]


def questions(world: World) -> list[str]:
    return [poll["questions"][0]["name"] for poll in polls_at_zoom(world)]


def calls(bridge: Bridge) -> int:
    return len([call for call in asked(bridge) if call.endswith("polls") or call.startswith("PUT")])


def test_polls_lie_ready_at_zoom(bridge: Bridge, event: Event, world: World) -> None:
    prepare(bridge, event, TREE, BIRDS)

    tree, birds = polls_at_zoom(world)
    assert (tree["title"], tree["anonymous"]) == ("Welcher Baum?", True)
    assert tree["questions"][0]["answers"] == ["Linde", "Eiche"]
    assert (birds["questions"][0]["type"], birds["anonymous"]) == ("multiple", False)


def test_only_what_changed_is_told(bridge: Bridge, event: Event, world: World) -> None:
    prepare(bridge, event, TREE, BIRDS)
    before = calls(bridge)

    prepare(bridge, event, TREE, BIRDS, subtitle_de="Neu")
    unchanged = calls(bridge)
    ids = [poll for webinar in in_zoom(world) for poll in webinar.polls]
    prepare(
        bridge, event, replace(TREE, question="Welcher Baum ist der schönste? " + "Sagen Sie es uns. " * 5), BIRDS
    )

    assert unchanged == before
    assert [poll for webinar in in_zoom(world) for poll in webinar.polls] == ids
    assert len(polls_at_zoom(world)[0]["title"]) <= 64
    assert asked(bridge)[-1].startswith("PUT")


def test_a_poll_that_is_taken_away_goes_and_one_removed_at_zoom_comes_back(
    bridge: Bridge, event: Event, world: World
) -> None:
    prepare(bridge, event, TREE, BIRDS)
    (webinar,) = in_zoom(world)
    webinar.polls.popitem()

    prepare(bridge, event, TREE, replace(BIRDS, choices=("Amsel", "Star")))
    again = questions(world)
    prepare(bridge, event, BIRDS)
    prepare(bridge, event)

    assert again == ["Welcher Baum?", "Welche Vögel?"]
    assert polls_at_zoom(world) == []
    assert twin(bridge, event).poll_ids == ""


@pytest.mark.parametrize("reworded", [False, True])
@pytest.mark.parametrize("mishap", ["lose_answer", "lose_request", "break_json"])
def test_an_answer_that_got_lost_makes_no_second_poll(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: str, reworded: bool
) -> None:
    getattr(world.faults, mishap)("POST", "/polls")
    prepare(bridge, event, TREE)
    assert rows(bridge, "webinars")[0].last_error

    clock.set(max(rows(bridge, "webinars")[0].due_at, clock()))
    prepare(bridge, event, replace(TREE, question="Welcher Strauch?") if reworded else TREE)

    assert questions(world) == ["Welcher Strauch?" if reworded else "Welcher Baum?"]
    assert rows(bridge, "webinars")[0].last_error is None


def test_polls_that_are_switched_off_at_zoom_are_said_and_the_webinar_is_in_line(
    bridge: Bridge, event: Event, world: World
) -> None:
    for user in world.users.values():
        user.polls = False

    changed = prepare(bridge, event, TREE)

    told = twin(bridge, event)
    assert told.standing(changed.revision, cancelled=False) is WebinarStanding.IN_LINE
    assert told.last_error == polling.REFUSED
    assert rows(bridge, "webinars")[0].due_at is None
    # "Sync now" tries once more.
    for user in world.users.values():
        user.polls = True
    hosting.sync_again(bridge.db, event.id, bridge.clock())
    run(bridge, "sync_webinars")
    assert questions(world) == ["Welcher Baum?"]
    assert twin(bridge, event).last_error is None


def test_a_webinar_made_anew_has_the_polls_again(bridge: Bridge, event: Event, world: World) -> None:
    prepare(bridge, event, TREE)

    prepare(bridge, event, TREE, zoom_host="webinar-2@example.org")

    assert questions(world) == ["Welcher Baum?"]
