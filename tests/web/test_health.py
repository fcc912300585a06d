"""The health page."""

from datetime import timedelta
from typing import Any

from tests.cast import ANNA
from zoom_bridge.flows import registering

BASE = "https://events.example.org"


def test_a_quiet_house_is_well(client: Any) -> None:
    answer = client.get("/health", base_url=BASE)

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "reachable", "overdue": {}, "jobs": {}}


def test_work_that_nobody_does_is_seen_without_naming_anybody(
    bridge: Any, event: Any, client: Any, clock: Any
) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    clock.advance(timedelta(minutes=20))

    answer = client.get("/health", base_url=BASE)

    assert answer.json["status"] == "late"
    assert answer.json["overdue"]["messages"]["seconds"] == 1200
    assert "anna" not in answer.text


def test_a_house_without_its_database_says_so(bridge: Any, client: Any) -> None:
    with bridge.db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE runs")

    answer = client.get("/health", base_url=BASE)

    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "database": "unreachable"}
