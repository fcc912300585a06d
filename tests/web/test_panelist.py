"""The page of somebody on the panel, and what organisers see of the panel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA
from tests.flows.deeds import rows
from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.message import TO_PANEL
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import events, panel_seats

JOIN_URL = "https://zoom.example.org/w/81234567890?tk=petra"
PETRA = Panelist("Petra Podium", "Ministerin", email="petra@example.org")


def name_speakers(bridge: Any, event: Event, *panelists: Panelist) -> None:
    draft = a_draft(zoom_host=event.zoom_host, panelists=panelists)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())


@pytest.fixture
def petra(bridge: Any, event: Event) -> PanelSeat:
    """On the panel, and known to Zoom."""
    name_speakers(bridge, event, PETRA)
    with bridge.db.transaction() as connection:
        (seat,) = panel_seats.list_for_event(connection, event.id)
        panel_seats.change(connection, seat.id, join_url=JOIN_URL, panelist_id="p-petra", synced_revision=1)
    return seat


@pytest.fixture
def link(bridge: Any, petra: PanelSeat) -> str:
    return str(bridge.links.panel(petra.key))


def test_the_button_leads_to_zoom_from_an_hour_before_the_start(
    bridge: Any, event: Event, link: str, visit: Callable[..., Any], clock: Any
) -> None:
    early = visit().open(link)
    pressed_early = visit().post(f"{link}/join", [])
    clock.set(event.starts_at - timedelta(hours=1))

    page = visit().open(link)
    joined = page.forms[0].action

    assert "Der Zugang öffnet am Montag, 7. September 2026, um 9.00 Uhr." in early.text
    assert [form for form in early.forms if "join" in form.action] == []
    assert pressed_early.path == link.removeprefix("https://events.example.org")
    assert joined.endswith("/join")
    answer = visit().client.post(joined, base_url="https://events.example.org")
    assert (answer.status_code, answer.location) == (303, JOIN_URL)


def test_the_page_tells_why_there_is_no_button(
    bridge: Any, event: Event, petra: PanelSeat, link: str, visit: Callable[..., Any], clock: Any
) -> None:
    with bridge.db.transaction() as connection:
        panel_seats.change(connection, petra.id, join_url=None)
    clock.set(event.starts_at)
    not_ready = visit().open(link)
    name_speakers(bridge, event)
    withdrawn = visit().open(f"{link}?lang=en")
    hosting.cancel_event(bridge.db, event.id, clock())
    cancelled = visit().open(link)

    assert "Wir melden Sie gerade bei Zoom an" in not_ready.text
    assert "This link is no longer good." in withdrawn.text
    assert "Die Veranstaltung findet nicht statt." in cancelled.text
    assert all(form.method == "get" for page in (not_ready, withdrawn, cancelled) for form in page.forms)


def test_a_key_of_another_purpose_opens_nothing_and_nobody_gets_a_cookie(
    bridge: Any, event: Event, petra: PanelSeat, link: str, visit: Callable[..., Any]
) -> None:
    personal = bridge.links.personal(petra.key).rpartition("/")[2]

    assert visit().open(f"/panel/{personal}").status == 404
    assert visit().open(f"/panel/{link.rpartition('/')[2]}x").status == 404
    answer = visit().open(link).response
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_speakers_address_is_shown_to_nobody_outside(
    bridge: Any, event: Event, petra: PanelSeat, visit: Callable[..., Any]
) -> None:
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    key = rows(bridge, "registrations")[0].key
    registering.confirm(bridge.db, key, bridge.clock())
    personal = bridge.links.personal(key)
    paths = (
        f"/e/{event.slug}", f"/e/{event.slug}/register", "/", "/events.json", "/events.ics",
        personal, f"{personal}/data", f"{personal}/calendar.ics",
    )  # fmt: skip

    for path in paths:
        page = visit().open(path)
        assert page.status == 200, path
        assert "petra@example.org" not in page.response.text, path
    assert "Petra Podium" in visit().open(f"/e/{event.slug}").text


def test_organisers_see_the_panel_and_send_a_link_again(
    olga: Any, event: Event, petra: PanelSeat, bridge: Any
) -> None:
    page = olga.open(f"/organiser/events/{event.id}")

    (form,) = [form for form in page.forms if "/panel/" in form.action]
    after = olga.post(form.action, form.fields)

    assert "petra@example.org bei Zoom angemeldet Letzte E‑Mail: Geht gleich" in page.text
    assert "Der Zugang ist unterwegs an Petra Podium." in after.text
    assert len([row for row in rows(bridge, "messages") if row.panel_seat_id == petra.id]) == 2


def test_the_mail_plan_counts_the_letters_to_the_panel(olga: Any, event: Event, petra: PanelSeat) -> None:
    page = olga.open(f"/organiser/events/{event.id}/letters")
    letters = [olga.open(f"/organiser/events/{event.id}/letters/{kind}") for kind in sorted(TO_PANEL)]

    assert "Podium: Einladung mit eigenem Zugang 1 wartet." in page.text
    assert [letter.status for letter in letters] == [200] * len(TO_PANEL)
    assert any("Ihr Zugang zum Podium: Gute Nachbarschaft" in letter.text for letter in letters)


def test_a_speakers_address_is_typed_in_the_event_form_and_checked_there(
    olga: Any, event: Event, bridge: Any
) -> None:
    form = {"panelists-0-name": "Petra Podium", "panelists-1-name": "Paul Publikum"}
    edit = f"/organiser/events/{event.id}/edit"

    wrong = olga.open(edit).submit(
        "title_de", button="Änderungen speichern", **form, **{"panelists-0-email": "petra"}
    )
    twice = olga.open(edit).submit(
        "title_de", button="Änderungen speichern", **form,
        **{"panelists-0-email": "petra@example.org", "panelists-1-email": "Petra@example.org"},
    )  # fmt: skip
    good = olga.open(edit).submit(
        "title_de", button="Änderungen speichern", **form, **{"panelists-0-email": "petra@example.org"}
    )

    assert "In dieser E‑Mail-Adresse fehlt das @." in wrong.text
    assert (wrong.status, twice.status, good.status) == (422, 422, 200)
    assert "Diese Adresse hat schon jemand anderes auf dem Podium." in twice.text
    with bridge.db.reading() as connection:
        panel = events.find(connection, event.id).panelists
    assert [(one.name, one.email) for one in panel] == [
        ("Petra Podium", "petra@example.org"),
        ("Paul Publikum", ""),
    ]
    assert dict(olga.open(edit).form("title_de").fields)["panelists-0-email"] == "petra@example.org"
