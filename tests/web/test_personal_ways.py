"""The ways into an event: waiting, trying out, joining, listening by telephone, and what comes after."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.question import Answer
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.webinar import DialIn
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import registrations, webinars

JOIN_URL = "https://zoom.example.org/w/81234567890?tk=anna"
NUMBERS = (
    DialIn("US", "+1 312 000 0100", "Chicago"),
    DialIn("AT", "+43 1 000 0100", "Wien"),
    DialIn("DE", "+49 69 90009 100", "Frankfurt"),
    DialIn("DE", "+49 800 000 0100", free=True),
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"


def seat(bridge: Any, event: Event, person: Any = ANNA) -> Registration:
    """Somebody with a place, whom Zoom knows."""
    registering.register(bridge.db, event.slug, person, bridge.clock())
    with bridge.db.reading() as connection:
        found = registrations.find_by_email(connection, event.id, person.email)
    registering.confirm(bridge.db, found.key, bridge.clock())
    with bridge.db.transaction() as connection:
        registrations.change(connection, found.id, join_url=JOIN_URL, registrant_id="r-anna")
    return found


def numbers(bridge: Any, event: Event, dial_in: tuple[DialIn, ...] = NUMBERS, passcode: str = "123456") -> None:
    with bridge.db.transaction() as connection:
        twin = webinars.find_by_event(connection, event.id)
        webinars.note(connection, twin.id, zoom_id="81234567890", dial_in=dial_in, passcode=passcode)


@pytest.fixture
def link(bridge: Any, event: Event) -> str:
    return str(bridge.links.personal(seat(bridge, event).key))


def countdown(page: Any) -> dict[str, str]:
    [box] = re.findall(r'<div class="countdown"([^>]*)>', page.html)
    return {
        name: unescape(first or second)
        for name, first, second in re.findall(r"data-(\w+)=(?:\"([^\"]*)\"|'([^']*)')", box)
    }


# --- before -----------------------------------------------------------------------------------------------------


def test_the_waiting_page_names_the_moment_and_gives_the_script_what_it_needs(
    event: Event, link: str, visit: Any, clock: Any
) -> None:
    page = visit().open(link)

    assert "Der Zugang öffnet am Montag, 7. September 2026, um 9.45 Uhr." in page.text
    told = countdown(page)
    assert told["opens"] == "2026-09-07T09:45+02:00"
    assert told["now"].startswith("2026-")
    assert json.loads(told["words"])["minute"] == ["Minute", "Minuten"]
    assert "countdown.js" in page.html


def test_with_open_doors_nothing_is_counted_down(event: Event, link: str, visit: Any, clock: Any) -> None:
    clock.set(event.doors_open_at)

    page = visit().open(link)

    assert "countdown" not in page.html


def test_the_numbers_of_our_readers_come_first_and_what_to_key_in_stands_below(
    bridge: Any, event: Event, link: str, visit: Any
) -> None:
    numbers(bridge, event)

    page = visit().open(link)

    assert page.links("+") == [
        "tel:+498000000100", "tel:+496990009100", "tel:+4310000100", "tel:+13120000100",
    ]  # fmt: skip
    places = [page.text.index(word) for word in ("Deutschland", "Österreich", "Vereinigte Staaten")]
    assert places == sorted(places)
    assert "+49 800 000 0100 kostenfrei" in page.text
    assert "812 3456 7890 #" in page.text
    assert "123456 #" in page.text


def test_without_a_passcode_none_is_asked_for(bridge: Any, event: Event, link: str, visit: Any) -> None:
    numbers(bridge, event, passcode="")

    page = visit().open(link)

    assert "812 3456 7890 #" in page.text
    assert "Kenncode" not in page.text


def test_without_numbers_the_page_says_so_and_whom_to_ring(link: str, visit: Any) -> None:
    page = visit().open(link)

    assert "Zurzeit gibt es keine Nummern zum Einwählen." in page.text
    assert "rufen Sie uns bitte an: 0511 701 07 09" in page.text


def test_calendars_on_the_web_get_no_personal_link_and_the_page_says_where_they_lead(
    link: str, visit: Any
) -> None:
    page = visit().open(link)

    addresses = [page.links(name)[0] for name in ("Google", "Outlook.com", "Office 365")]
    token = link.rpartition("/")[2]
    assert all(address.startswith("https://") for address in addresses)
    assert all(token not in address for address in addresses)
    assert "Diese Links öffnen Seiten von Google und Microsoft." in page.text


def test_the_check_says_which_browser_this_is_and_what_to_try(link: str, visit: Any) -> None:
    page = visit().open(link)
    [address] = page.links("Zum Technik-Check")

    check = visit().open(address, headers={"Accept-Language": "de", "User-Agent": FIREFOX})

    assert "Firefox 125: Das passt" in check.text
    assert "<audio controls" in check.html
    assert check.links("Testmeeting von Zoom") == ["https://zoom.us/test"]
    assert "Erst wenn Sie ihm folgen, erfährt Zoom" in check.text
    assert "<script" not in check.html, "it is complete without"
    assert "media-src 'self'" in check.response.headers["Content-Security-Policy"]


def test_an_old_or_unknown_browser_is_told_what_would_fit(link: str, visit: Any) -> None:
    old = visit().open(
        f"{link}/check", headers={"User-Agent": "Chrome/60.0 Safari/537.36", "Accept-Language": "en"}
    )
    unknown = visit("en").open(f"{link}/check?lang=en", headers={"User-Agent": "<b>x</b>"})

    assert "ist zu alt" in old.text
    assert "We do not know this browser" in unknown.text
    assert "<b>x" not in unknown.html


def test_the_tone_is_ours_and_can_be_played_in_pieces(visit: Any, link: str, client: Any) -> None:
    [source] = re.findall(r'<audio[^>]* src="([^"]+)"', visit().open(f"{link}/check").html)

    whole = visit().open(source).response
    part = visit().open(source, headers={"Range": "bytes=0-3"}).response

    with whole, part:
        assert whole.data[:4] == b"RIFF"
        assert (part.status_code, part.data) == (206, b"RIFF"), "Safari asks for pieces"


# --- when it is time --------------------------------------------------------------------------------------------


def test_there_are_three_equal_ways(bridge: Any, event: Event, link: str, visit: Any, clock: Any) -> None:
    numbers(bridge, event)
    clock.set(event.starts_at)

    page = visit().open(link)

    ways = page.html[page.html.index('<ul class="ways"') :].split("</ul>")[0]
    assert ways.count("<li>") == 3
    assert re.findall(r'class="button ?"', ways) == re.findall(r'class="button[^"]*"', ways), "none stands out"
    assert page.links("Per Telefon teilnehmen") == ["#phone"]
    assert 'id="phone"' in page.html
    assert JOIN_URL not in page.html


def test_without_numbers_the_help_line_is_the_third_way(event: Event, link: str, visit: Any, clock: Any) -> None:
    clock.set(event.starts_at)

    assert visit().open(link).links("0511 701 07 09 anrufen") == ["tel:05117010709"]


def test_a_caller_without_an_address_is_shown_the_telephone_only(
    bridge: Any, event: Event, visit: Any, clock: Any
) -> None:
    numbers(bridge, event)
    caller = registering.add_caller(bridge.db, event.id, an_attendee(first_name="Carla", email=""), clock())
    link = bridge.links.personal(caller.key)
    before = visit().open(link)
    clock.set(event.starts_at)
    page = visit().open(link)

    assert "Technik-Check" not in before.text
    assert not page.forms
    assert "Sie nehmen per Telefon teil." in page.text
    assert page.links("+49 69 90009 100")
    for rest in ("data", "edit", "calendar.ics"):
        assert visit().open(f"{link}/{rest}").status == 200


# --- after ------------------------------------------------------------------------------------------------------


def test_afterwards_there_are_thanks_and_the_recording(
    bridge: Any, event: Event, link: str, visit: Any, clock: Any
) -> None:
    draft = a_draft(
        zoom_host=event.zoom_host, thanks_de="Danke, **alle**!", recording_url="https://vimeo.com/123456789"
    )
    hosting.change_event(bridge.db, event.id, draft, clock())
    before = visit().open(link).text
    clock.set(event.doors_close_at)

    page = visit().open(link)

    assert "Danke, alle!" not in before
    assert "<strong>alle</strong>" in page.html
    assert page.links("Vimeo") == ["https://vimeo.com/123456789"]
    assert "Zurzeit gibt es keine Nummern" not in page.text
    assert not page.links("Google")
    assert not page.links("Anmeldung absagen")


# --- my details -------------------------------------------------------------------------------------------------


def kept(bridge: Any, event: Event, email: str = ANNA.email) -> Registration:
    with bridge.db.reading() as connection:
        found = registrations.find_by_email(connection, event.id, email)
    assert found
    return found


def test_changing_my_details_shows_what_is_kept_and_keeps_what_is_new(
    bridge: Any, event: Event, link: str, visit: Any
) -> None:
    form = visit().open(visit().open(link).links("Meine Angaben ändern")[0])
    before = dict(form.form("first_name").fields)

    saved = form.submit("first_name", first_name="Anne", language="en", needs="Untertitel")

    assert (before["first_name"], before["last_name"], before["language"]) == ("Anna", "Albers", "de")
    assert "In Zoom bleibt der Name" in form.text
    anna = kept(bridge, event)
    assert (anna.first_name, anna.language, anna.needs) == ("Anne", "en", "Untertitel")
    assert saved.path.endswith("/data")
    assert "Your details are saved." in saved.text or "Ihre Angaben sind gespeichert." in saved.text
    assert "Untertitel" in saved.text


def test_the_address_cannot_be_changed_and_the_page_says_how_to_go_on(
    bridge: Any, event: Event, link: str, visit: Any
) -> None:
    form = visit().open(f"{link}/edit")

    form.submit("first_name", email="mallory@example.org", confirmed_at="", key="x")

    assert "melden Sie sich mit ihr an und sagen Sie diese Anmeldung ab" in form.text
    assert kept(bridge, event).email == ANNA.email


def test_a_slip_in_my_details_is_explained_and_nothing_is_lost(
    bridge: Any, event: Event, link: str, visit: Any
) -> None:
    page = visit().open(f"{link}/edit").submit("first_name", first_name="", language="fr", needs="Untertitel")

    assert page.status == 422
    assert page.links("Vorname: Bitte tragen Sie Ihren Vornamen ein.") == ["#first_name"]
    assert page.links("Sprache unserer E‑Mails") == ["#language"]
    assert dict(page.form("first_name").fields)["needs"] == "Untertitel"
    assert kept(bridge, event).first_name == "Anna"


def test_whoever_cancelled_has_nothing_to_change(bridge: Any, event: Event, link: str, visit: Any) -> None:
    form = visit().open(f"{link}/edit")
    registering.cancel(bridge.db, kept(bridge, event).key, bridge.clock())

    assert form.submit("first_name", first_name="Anne").status == 403
    assert visit().open(f"{link}/edit").path == visit().open(link).path
    assert kept(bridge, event).first_name == "Anna"


def test_my_data_hold_what_i_need_ask_and_answered(bridge: Any, event: Event, visit: Any) -> None:
    told = an_attendee(needs="Gebärdensprache", asks="Warum?", answers=(Answer("q", "Woher?", ("Celle", "Ulm")),))
    link = bridge.links.personal(seat(bridge, event, told).key)
    seat(bridge, event, BEN)

    page = visit().open(f"{link}/data")
    file = json.loads(visit().open(f"{link}/data.json").response.data)

    for words in ("Gebärdensprache", "Warum?", "Woher?", "Celle, Ulm"):
        assert words in page.text
    assert file["registration"]["needs"] == "Gebärdensprache"
    assert file["registration"]["asks"] == "Warum?"
    assert file["answers"] == [{"question": "Woher?", "answers": ["Celle", "Ulm"]}]


def test_the_new_pages_are_keys_too(link: str, visit: Any) -> None:
    for rest in ("check", "edit"):
        headers = visit().open(f"{link}/{rest}").response.headers

        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
    assert visit().open("/z/unknown/check").status == visit().open("/z/unknown/edit").status == 404


def test_no_look_at_these_pages_changes_anything(bridge: Any, event: Event, link: str, visit: Any) -> None:
    before = kept(bridge, event)

    for rest in ("check", "edit", "data"):
        visit().open(f"{link}/{rest}")

    assert kept(bridge, event) == before


def test_a_place_waits_a_minute_for_its_doors(event: Event, link: str, visit: Any, clock: Any) -> None:
    clock.set(event.doors_open_at - timedelta(minutes=1))

    assert "countdown.js" in visit().open(link).html
