"""The coming events for other programs."""

import re
from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest

from tests.builders import a_draft
from zoom_bridge.domain.event import Event, Panelist, Partner
from zoom_bridge.domain.instance import Instance
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import instances


def entries(visit: Any, language: str = "de") -> dict[str, Any]:
    """SUMMARY → entry."""
    response = visit(language).open("/events.ics").response
    assert response.status_code == 200
    calendar = icalendar.Calendar.from_ical(response.data)
    return {str(entry["SUMMARY"]): entry for entry in calendar.walk("VEVENT")}


def listed(visit: Any) -> list[dict[str, Any]]:
    return visit().open("/events.json").response.json["events"]


def publish(bridge: Any, **changes: Any) -> Event:
    draft = a_draft(**({"zoom_host": bridge.settings.zoom.host} | changes))
    kept = hosting.create_event(bridge.db, draft, bridge.clock())
    hosting.publish_event(bridge.db, kept.id, bridge.clock())
    return kept


def test_the_calendar_has_the_coming_events_in_the_readers_language(event: Event, visit: Any) -> None:
    [(title, entry)] = entries(visit, "en").items()

    assert title == "Good neighbours"
    assert entry["DTSTART"].dt.isoformat() == "2026-09-07T08:00:00+00:00"
    assert entry["DTEND"].dt.isoformat() == "2026-09-07T09:30:00+00:00"
    assert entry["URL"] == entry["LOCATION"] == f"https://events.example.org/e/{event.slug}?lang=en"
    assert entry["STATUS"] == "CONFIRMED"
    assert entry["UID"] == f"event-{event.id}@events.example.org"


def test_subscribers_are_neither_woken_nor_busy(event: Event, visit: Any) -> None:
    [entry] = entries(visit).values()

    assert entry["TRANSP"] == "TRANSPARENT"
    assert not entry.walk("VALARM")


def test_drafts_and_past_events_are_not_in_the_feeds(bridge: Any, event: Event, visit: Any, clock: Any) -> None:
    hosting.create_event(bridge.db, a_draft(title_de="Entwurf"), clock())
    assert list(entries(visit)) == ["Gute Nachbarschaft"]
    assert [one["id"] for one in listed(visit)] == [event.slug]

    clock.set(event.ends_at)

    assert entries(visit) == {}
    assert listed(visit) == []


def test_a_moved_and_a_cancelled_event_keep_their_entry_and_outrank_it(
    bridge: Any, event: Event, visit: Any
) -> None:
    [first] = entries(visit).values()
    moved = a_draft(
        starts_wall=datetime(2026, 9, 8, 14, 0), ends_wall=datetime(2026, 9, 8, 15, 30), zoom_host=event.zoom_host
    )
    hosting.change_event(bridge.db, event.id, moved, bridge.clock())
    [second] = entries(visit).values()
    hosting.cancel_event(bridge.db, event.id, bridge.clock())
    [third] = entries(visit).values()

    assert first["UID"] == second["UID"] == third["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"]
    assert second["DTSTART"].dt.isoformat() == "2026-09-08T12:00:00+00:00"
    assert (first["STATUS"], second["STATUS"], third["STATUS"]) == ("CONFIRMED", "CONFIRMED", "CANCELLED")


def test_the_calendar_is_named_after_the_house(bridge: Any, event: Event, visit: Any) -> None:
    assert b"X-WR-CALNAME:Online-Veranstaltungen\r\n" in visit().open("/events.ics").response.data
    with bridge.db.transaction() as connection:
        instances.keep(connection, Instance(name="Umwelt; Amt, Nord"))

    assert rb"X-WR-CALNAME:Umwelt\; Amt\, Nord" in visit().open("/events.ics").response.data


def test_hostile_texts_cannot_leave_their_line_of_the_calendar(bridge: Any, event: Event, visit: Any) -> None:
    publish(bridge, title_de="Böse\r\nSTATUS:CANCELLED\r\nBEGIN:VEVENT;,\\")

    data = visit().open("/events.ics").response.data

    assert data.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert b"\r\nSTATUS:CANCELLED" not in data
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_within_the_hour_the_calendar_is_not_sent_again(event: Event, visit: Any, clock: Any) -> None:
    clock.set(datetime.fromisoformat("2026-09-01T08:05+00:00"))
    first = visit().open("/events.ics").response
    asked = visit()
    asked.headers["If-None-Match"] = first.headers["ETag"]

    clock.advance(minutes=50)
    within = asked.open("/events.ics").response
    clock.advance(minutes=10)
    after = asked.open("/events.ics").response

    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Accept-Language" in first.headers["Vary"]
    assert (within.status_code, after.status_code) == (304, 200)


def test_the_list_as_data_says_what_the_page_says(bridge: Any, event: Event, visit: Any) -> None:
    kept = publish(
        bridge,
        hosted_by_logo="a" * 64,
        captions=True,
        participation=True,
        capacity=2,
        partners=(Partner("Verband", url="javascript:alert(1)"),),
        panelists=(Panelist("Petra", "Ministerin"),),
    )

    one = next(one for one in listed(visit) if one["id"] == kept.slug)

    page = f"https://events.example.org/e/{kept.slug}"
    assert one["url"] == page
    assert one["texts"]["en"] == {
        "title": "Good neighbours",
        "subtitle": "What we can learn from the time of Corona",
        "description": "Where, how and why did good neighbourhood work?\n\n  - films\n  - discussion",
    }
    assert one["texts"]["de"]["title"] == "Gute Nachbarschaft"
    assert (one["starts_at"], one["timezone"], one["minutes"]) == (
        "2026-09-07T10:00:00+02:00",
        "Europe/Berlin",
        90,
    )
    assert (one["state"], one["moved_from"]) == ("few_seats", None)
    assert one["registration"] == {"open": True, "url": f"{page}/register"}
    assert (one["captions"], one["sign_language"], one["participation"]) == (True, False, True)
    assert one["host"] == {
        "name": "Umweltministerium", "url": "https://ministry.example.org",
        "logo": f"https://events.example.org/pictures/{'a' * 64}",
    }  # fmt: skip
    assert one["partners"] == [{"name": "Verband", "role": None, "url": None, "logo": None}]
    assert one["speakers"][0]["office"] == "Ministerin"
    assert one["image"] is None


def test_the_data_has_the_fields_that_are_promised(event: Event, visit: Any) -> None:
    from zoom_bridge.web import feeds

    promised = re.findall(r"^      ([a-z_, ]+?)  +\S", str(feeds.__doc__), re.MULTILINE)

    [one] = listed(visit)

    assert {name for line in promised for name in line.split(", ")} == set(one)


def test_the_data_follows_the_seats_and_the_date(bridge: Any, event: Event, visit: Any, clock: Any) -> None:
    from tests.cast import ANNA

    full = publish(bridge, capacity=1, double_opt_in=False)
    registering.register(bridge.db, full.slug, ANNA, clock())
    moved = a_draft(
        starts_wall=datetime(2026, 9, 8, 14, 0), ends_wall=datetime(2026, 9, 8, 15, 30), zoom_host=event.zoom_host
    )
    hosting.change_event(bridge.db, event.id, moved, clock())

    by_id = {one["id"]: one for one in listed(visit)}

    assert by_id[full.slug]["state"] == "full"
    assert by_id[full.slug]["registration"]["open"] is False
    assert by_id[event.slug]["moved_from"] == "2026-09-07T10:00:00+02:00"


def test_any_website_may_read_the_data_and_nothing_more(event: Event, visit: Any) -> None:
    feed = visit().open("/events.json").response
    page = visit().open("/").response

    assert feed.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in feed.headers
    assert feed.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Origin" not in page.headers
    assert "Set-Cookie" not in feed.headers


@pytest.mark.parametrize("path", ["/events.ics", "/events.json", "/"])
def test_an_empty_house_has_empty_feeds(visit: Any, path: str) -> None:
    assert visit().open(path).response.status_code == 200


def test_the_list_leads_to_the_feeds(event: Event, visit: Any) -> None:
    page = visit().open("/")

    assert page.links("Kalender abonnieren") == ["webcal://events.example.org/events.ics?lang=de"]
    assert page.links("events.ics") == ["https://events.example.org/events.ics?lang=de"]
    assert page.links("events.json") == ["/events.json"]
    assert '<link rel="alternate" type="text/calendar" href="/events.ics"' in page.html
    assert '<link rel="alternate" type="application/json" href="/events.json"' in page.html


def test_the_list_is_set_by_months(bridge: Any, event: Event, visit: Any, clock: Any) -> None:
    for month in (9, 11):
        publish(bridge, title_de=f"Im {month}.", starts_wall=datetime(2026, month, 20, 10), ends_wall=datetime(2026, month, 20, 11))  # fmt: skip
    clock.set(event.ends_at + timedelta(days=1))

    page = visit().open("/")

    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", page.html)
    assert headings == ["September 2026", "November 2026", "Vergangene Veranstaltungen", "Kalender abonnieren"]
    assert "Sonntag, 20. September 2026 10.00 bis 11.00 Uhr" in page.text
