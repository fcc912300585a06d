"""A list of a hundred thousand people is downloaded without being held in memory. The whole of it, by hand:

python -m pytest tests/flows/test_long_lists.py --kills 500"""

import csv
import io
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from tests import sheets
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.store import registrations, tables

#: People that a download may hold at a time need less than so much.
HELD = 4_000_000


def register_many(bridge: Bridge, event: Event, first: int, last: int) -> None:
    day = bridge.clock() - timedelta(days=1)
    people = [
        {
            "event_id": event.id,
            "key": f"key-{n}",
            "email": f"dana{n}@example.org",
            "email_key": f"dana{n}@example.org",
            "first_name": "Dana",
            "last_name": f"Dorn {n % 700}",
            "language": "de",
            "source": "page",
            "created_at": day,
            "confirmed_at": day,
            "needs": "Gebärdensprache " * 20,
        }
        for n in range(first, last)
    ]
    with bridge.db.transaction() as connection:
        connection.execute(insert(tables.registrations), people)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_list_is_whole_in_order_and_never_in_memory_as_a_whole(
    bridge: Bridge, event: Event, olga: Visitor, request: Any, form: str
) -> None:
    many = 200 * int(request.config.getoption("--kills"))
    for first in range(0, many, 5_000):
        register_many(bridge, event, first, min(first + 5_000, many))
    address = f"/organiser/events/{event.id}/people.{form}"

    tracemalloc.start()
    answer = olga.client.get(address, base_url=olga.base_url, buffered=False)
    size = sum(len(part) for part in answer.iter_encoded())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    whole = olga.open(address).response.get_data()
    lines = sheets.rows_of(whole) if form == "xlsx" else csv.reader(io.StringIO(whole.decode()), delimiter=";")
    addresses = [line[2] for line in lines][1:]
    with bridge.db.reading() as connection:
        by_name = [person.email for person in registrations.list_for_event(connection, event.id)]

    print(f"{many} people, {size / 1e6:.1f} MB of list, {most / 1e6:.1f} MB held")
    assert len(by_name) == many
    assert addresses == by_name
    assert most < HELD
