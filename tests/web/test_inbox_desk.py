"""The page about what Zoom reports: what became of it, what was turned away, what can be done; and the warning while an
event runs and nothing comes."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.builders import a_draft
from tests.flows.deeds import announce, rows, run
from zoom_bridge.flows import forgetting, hosting, receiving, replaying
from zoom_bridge.store import tables, webinars
from zoom_bridge.store.database import Database

PAGE = "/organiser/settings/webhooks"
SITTING = "4444AAAiAAAAAiAiAiiAii=="
ANNA = {"user_id": "1", "user_name": "Anna Albers", "email": "anna@example.org"}


@pytest.fixture
def zoom_id(bridge: Any, event: Any) -> str:
    """The event's webinar at Zoom, of which nothing was told yet."""
    run(bridge, "sync_webinars")
    with bridge.db.reading() as connection:
        twin = webinars.find_by_event(connection, event.id)
    assert twin is not None
    return str(twin.zoom_id)


@pytest.fixture
def begun(event: Any, zoom_id: str, clock: Any) -> None:
    """A minute after the event's start."""
    clock.set(event.starts_at + timedelta(minutes=1))


def tell(bridge: Any, zoom_id: str, name: str = "webinar.participant_joined", **person: str) -> None:
    announce(bridge, name, zoom_id, bridge.clock(), uuid=SITTING, participant=ANNA | person)


def break_down(bridge: Any) -> int:
    """The newest delivery was given up."""
    (*_, row) = rows(bridge, "deliveries")
    with bridge.db.transaction() as connection:
        failed = {
            "due_at": None,
            "gave_up_at": bridge.clock(),
            "attempts": 20,
            "last_error": "Something went wrong here. We try again.",
        }
        connection.execute(update(tables.deliveries).where(tables.deliveries.c.id == row.id).values(**failed))
    return int(row.id)


def test_each_report_stands_there_with_what_became_of_it_and_why(
    olga: Any, bridge: Any, event: Any, zoom_id: str
) -> None:
    tell(bridge, zoom_id)
    tell(bridge, "99999999999", user_name="Stranger")
    tell(bridge, zoom_id, "webinar.sharing_started")
    run(bridge, "apply_webhooks")
    tell(bridge, zoom_id, "webinar.started")

    page = olga.open(PAGE)

    text = page.text
    assert "Jemand kam in den Raum" in text
    assert "angewendet" in text
    assert "Betrifft kein Webinar von uns; nichts davon wurde behalten." in text
    assert "webinar.sharing_started" in text
    assert "Das Webinar begann" in text
    assert "Anna Albers" not in page.html
    assert "Stranger" not in page.html
    assert text.index("Das Webinar begann") < text.index("webinar.sharing_started"), "not the newest first"


def test_the_list_can_be_narrowed_to_a_state_and_to_an_event(
    olga: Any, bridge: Any, event: Any, zoom_id: str
) -> None:
    tell(bridge, zoom_id)
    other = hosting.create_event(
        bridge.db, a_draft(title_de="Ein anderer Abend", zoom_host="webinar-2@example.org"), bridge.clock()
    )
    hosting.publish_event(bridge.db, other.id, bridge.clock())
    run(bridge, "sync_webinars", "apply_webhooks")
    with bridge.db.reading() as connection:
        twin = webinars.find_by_event(connection, other.id)
    tell(bridge, str(twin.zoom_id), "webinar.ended")

    def shown(**chosen: object) -> tuple[bool, bool]:
        page = olga.open(PAGE).submit("standing", **chosen)
        table = page.html.partition("<tbody")[2]
        return "Jemand kam in den Raum" in table, "Das Webinar endete" in table

    assert shown(standing="waits") == (False, True)
    assert shown(standing="applied") == (True, False)
    assert shown(event=event.id) == (True, False)
    assert shown(event=other.id) == (False, True)
    assert shown(event=other.id, standing="applied") == (False, False)
    assert olga.open(f"{PAGE}?standing=nonsense&event=99999999999&page=-3").status == 200


def test_what_failed_says_why_and_is_applied_again(olga: Any, bridge: Any, event: Any, zoom_id: str) -> None:
    tell(bridge, zoom_id)
    break_down(bridge)
    page = olga.open(PAGE)
    assert "1 Meldung ließ sich nicht anwenden" in page.text
    assert "Hier ging etwas schief." in page.text

    page = page.submit(f"{PAGE}/apply-again")

    assert "1 Meldung wird noch einmal angewendet." in page.text
    assert rows(bridge, "sightings") == []
    run(bridge, "apply_webhooks")
    assert [row.name for row in rows(bridge, "sightings")] == ["Anna Albers"]
    assert "ließ sich nicht anwenden" not in olga.open(PAGE).text


def test_one_that_was_passed_over_is_applied_again_when_it_makes_sense_by_now(
    olga: Any, bridge: Any, event: Any, zoom_id: str
) -> None:
    announce(bridge, "webinar.participant_joined", zoom_id, bridge.clock(), participant=ANNA)
    run(bridge, "apply_webhooks")
    (row,) = rows(bridge, "deliveries")
    assert row.ignored_at is not None

    page = olga.open(PAGE).submit(f"/{row.id}/apply-again")

    assert "Die Meldung wird noch einmal angewendet." in page.text
    assert olga.open(PAGE).text.count("wartet") == 3  # in the sum, in the filter, in its row
    run(bridge, "apply_webhooks")


def test_those_turned_away_are_counted_by_reason_with_what_to_do_and_written_seldom(
    olga: Any, bridge: Any, client: Any, clock: Any
) -> None:
    def knock(**headers: str) -> None:
        answer = client.post("/zoom/webhooks", base_url="https://events.example.org", data=b"{}", headers=headers)
        assert answer.status_code == 401

    writes = []
    stamp = str(int(clock().timestamp()))
    for n in range(50):
        if n == 40:
            clock.advance(seconds=5)
        knock(**{"x-zm-request-timestamp": stamp, "x-zm-signature": "v0=guessed"})
        writes.append(sum(row.count for row in rows(bridge, "rejections")))
    clock.advance(seconds=5)
    knock()

    assert sorted(set(writes)) == [1, 41], "written at every knock, or never"
    text = olga.open(PAGE).text
    assert "50 mit einem anderen Geheimnis unterschrieben" in text
    assert "zoom.webhook_secret" in text
    assert "1 nicht unterschrieben" in text


def test_how_long_it_takes_until_a_report_is_here_and_applied(
    olga: Any, bridge: Any, event: Any, zoom_id: str, clock: Any
) -> None:
    for person, waited in (("1", 2), ("2", 2), ("3", 40)):
        body = json.dumps(
            {"event": "webinar.participant_joined", "event_ts": int(clock().timestamp() * 1000),
             "payload": {"object": {"id": zoom_id, "uuid": SITTING, "participant": ANNA | {"user_id": person}}}}
        ).encode()  # fmt: skip
        clock.advance(seconds=waited)
        receiving.keep(bridge.db, "webinar.participant_joined", body, clock(), json.loads(body)["event_ts"])
    clock.advance(seconds=1)
    run(bridge, "apply_webhooks")

    text = olga.open(PAGE).text

    assert "In der letzten Stunde kamen 3 Meldungen." in text
    assert "binnen 2 s hier, nachdem es geschehen war, die langsamste nach 40 s" in text


def test_what_was_kept_can_be_taken_away_and_replayed_elsewhere_and_here_changes_nothing(
    olga: Any, bridge: Any, event: Any, zoom_id: str, tmp_path: Path
) -> None:
    tell(bridge, zoom_id)
    tell(bridge, zoom_id, "webinar.participant_left", leave_time=(bridge.clock() + timedelta(hours=1)).isoformat())
    run(bridge, "apply_webhooks")
    seen = rows(bridge, "sightings")

    file = olga.open(PAGE).links("JSON Lines")
    lines = olga.open(file[0]).response.get_data(as_text=True).splitlines()

    assert len(lines) == 2
    assert replaying.replay(bridge.db, lines, bridge.clock()) == replaying.Replayed(2, 0)
    run(bridge, "apply_webhooks")
    assert rows(bridge, "sightings") == seen
    elsewhere = Database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    elsewhere.create_all()
    assert replaying.replay(elsewhere, [*lines, "", *lines], bridge.clock()) == replaying.Replayed(4, 2)
    with elsewhere.reading() as connection:
        kept = {(row.digest, row.told_at) for row in connection.execute(tables.deliveries.select())}
    elsewhere.dispose()
    assert {digest for digest, _ in kept} == {row.digest for row in rows(bridge, "deliveries")}
    assert all(told_at for _, told_at in kept)


@pytest.mark.parametrize(
    "line", ["no JSON", "[]", "{}", '{"name": "x", "body": "no JSON"}', '{"name": "x\\u0000", "body": "{}"}']
)
def test_a_line_that_is_no_delivery_is_named(sqlite_db: Database, clock: Any, line: str) -> None:
    good = json.dumps({"name": "webinar.started", "body": "{}"})

    with pytest.raises(replaying.Unreadable, match="line 3"):
        replaying.replay(sqlite_db, [good, "", line], clock())


def test_while_an_event_runs_and_nothing_comes_the_pages_say_what_to_do(
    begun: None, olga: Any, bridge: Any, event: Any, zoom_id: str, clock: Any
) -> None:
    desk, overview = f"/organiser/events/{event.id}/desk", f"/organiser/events/{event.id}"
    words = "Zoom hat von dieser Veranstaltung noch nichts gemeldet"
    assert all(words not in olga.open(page).text for page in (desk, overview, "/organiser/"))

    clock.advance(minutes=5)

    for page in (desk, overview):
        text = olga.open(page).text
        assert words in text
        assert "unter „Event subscriptions“ die Adresse für Meldungen" in text
        assert "Die Teilnahme geht nicht verloren" in text
    assert f"{words}." in olga.open("/organiser/").text
    tell(bridge, zoom_id, "webinar.started")
    run(bridge, "apply_webhooks")
    assert all(words not in olga.open(page).text for page in (desk, overview, "/organiser/"))


def test_old_numbers_of_what_was_turned_away_go_with_old_reports(bridge: Any, clock: Any) -> None:
    receiving.count_refused(bridge.db, {(clock(), "mismatch"): 3}, clock())
    clock.advance(days=29)
    forgetting.forget_leftovers(bridge.db, clock())
    assert len(rows(bridge, "rejections")) == 1

    clock.advance(days=2)
    forgetting.forget_leftovers(bridge.db, clock())

    assert rows(bridge, "rejections") == []
