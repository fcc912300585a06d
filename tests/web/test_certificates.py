"""Certificates at their doors: the organiser's desk, the holder's page, and the page for whoever was shown one."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.cast import ANNA, BEN, OLGA_EMAIL, OLGA_NAME
from tests.clock import Clock
from tests.flows.deeds import look, run
from tests.flows.evenings import deliver
from tests.flows.test_certifying import code, holding
from tests.flows.test_following_up import hold, report
from tests.flows.test_reminding import move
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.certificate import written
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import welcoming

if TYPE_CHECKING:
    from tests.visitor import Page, Visitor
    from zoom_bridge.simulator.world import World

BASE = "https://events.example.org"


@pytest.fixture
def desk(
    bridge: Bridge, event: Event, world: "World", clock: Clock, visit: Callable[..., "Visitor"]
) -> Callable[[], "Page"]:
    """The desk after an evening: Anna and Dora were there throughout, Ben for a third of it."""
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    olga = visit()
    olga.open(welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", clock())).submit("/sign-in/")
    return lambda: olga.open(f"/organiser/events/{event.id}/certificates")


def issued(desk: Callable[[], "Page"]) -> "Page":
    page = desk().visitor.open(desk().links("Ausstellen und senden")[0])
    return page.submit("/issue")


def pdf(page: "Page") -> str:
    assert page.response.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(page.response.data)).pages[0].extract_text()


def test_before_the_report_is_there_nothing_is_offered(
    olga: "Visitor", event: Event, bridge: Bridge, world: "World", clock: Clock
) -> None:
    before = olga.open(f"/organiser/events/{event.id}/certificates")

    assert "Sobald die Veranstaltung vorbei ist" in before.text
    assert not before.links("Ausstellen")


def test_the_desk_lists_who_has_earned_one_asks_and_issues(desk: Callable[[], "Page"], bridge: Bridge) -> None:
    before = desk()
    asking = before.visitor.open(before.links("Ausstellen und senden")[0])

    after = asking.submit("/issue")
    again = after.visitor.open(asking.path)

    assert "2 Personen haben eine Bescheinigung verdient" in before.text
    assert "Anna Albers 90 100 % noch nicht ausgestellt" in before.text
    assert "Anna Albers 90 100% issued" in before.visitor.open(f"{before.path}?lang=en").text
    assert "Ben Brandt" not in before.text
    assert "Für 2 Personen ausstellen und senden?" in asking.text
    assert "2 neue Bescheinigungen, für mindestens 80 Prozent der Zeit." in asking.text
    assert "2 Bescheinigungen sind ausgestellt; die E‑Mails sind auf dem Weg." in after.text
    assert "2 E‑Mails mit Bescheinigung warten" in after.text
    assert again.path == after.path, "there is nothing left to issue"
    run(bridge, "send_mail")
    assert "2 E‑Mails wurden an den Mailserver übergeben" in desk().text


def test_the_rule_is_written_previewed_and_refused_with_all_that_was_typed(desk: Callable[[], "Page"]) -> None:
    previewed = desk().submit("share", button="preview-en", share="40", text_en="Two points.", signed_by="Olga")
    wrong = desk().submit("share", button="save", share="200", text_de="Zwei Punkte.", signed_by="Olga")
    saved = desk().submit("share", button="save", share="40", text_de="Zwei Punkte.")

    assert "SPECIMEN" in pdf(previewed)
    assert "Two points." in pdf(previewed)
    assert wrong.status == 422
    assert "ganze Zahl von 1 bis 100" in wrong.text
    assert dict(wrong.form("share").fields)["text_de"] == "Zwei Punkte."
    assert "Gespeichert." in saved.text
    assert "Knapp nicht" in saved.text
    assert "Ben Brandt: 30 Minuten, 33 %" in saved.text


def test_all_are_downloaded_as_an_archive_and_one_by_one(desk: Callable[[], "Page"]) -> None:
    page = issued(desk)

    archive = zipfile.ZipFile(io.BytesIO(page.visitor.open(page.links("Alle herunterladen")[0]).response.data))
    one = page.visitor.open(page.links("PDF Anna Albers")[0])

    assert archive.testzip() is None
    assert [name.partition(" (")[0] for name in sorted(archive.namelist())] == ["Albers, Anna", "Dahl, Dora"]
    assert archive.read(min(archive.namelist())).startswith(b"%PDF")
    assert "Anna Albers" in pdf(one)


def test_one_is_withdrawn_after_asking_and_issued_anew(desk: Callable[[], "Page"], clock: Clock) -> None:
    page = issued(desk)
    clock.advance(minutes=1)

    asking = page.visitor.open(page.links("Zurückziehen … Anna Albers")[0])
    withdrawn = asking.submit("/withdraw")
    clock.advance(minutes=1)
    anew = withdrawn.submit("/certificates/people/")

    assert "Die Bescheinigung von Anna Albers zurückziehen?" in asking.text
    assert "Wer sie prüft, erfährt es." in withdrawn.text
    assert "zurückgezogen" in withdrawn.text
    assert not withdrawn.links("Ausstellen und senden"), "with the others it does not come back"
    assert "1 Bescheinigung ist ausgestellt" in anew.text


def test_the_holder_downloads_theirs_and_not_under_another_name(
    desk: Callable[[], "Page"], bridge: Bridge, event: Event, visit: Callable[..., "Visitor"]
) -> None:
    before = visit().open(bridge.links.personal(look(bridge, event, ANNA).key))
    issued(desk)
    page = visit().open(bridge.links.personal(look(bridge, event, ANNA).key))
    (address,) = page.links("Bescheinigung herunterladen")
    mine = visit().open(address)
    bens = visit().open(bridge.links.personal(look(bridge, event, BEN).key, "certificate.pdf"))
    kept = visit().open(bridge.links.personal(look(bridge, event, ANNA).key, "data.json")).response.json
    page.visitor.open(bridge.links.personal(look(bridge, event, ANNA).key, "edit")).submit(
        "first_name", first_name="Ben"
    )

    renamed = visit().open(address)

    assert not before.links("Bescheinigung")
    assert "Sie waren 90 Minuten dabei." in page.text
    assert "Anna Albers" in pdf(mine)
    assert [one["minutes"] for one in kept["certificates"]] == [90]
    assert "text/html" in str(bens.response.content_type)
    assert "text/html" in str(renamed.response.content_type)


def test_a_stranger_checks_it_by_typing_or_by_the_address_and_gets_no_cookie(
    desk: Callable[[], "Page"], bridge: Bridge, event: Event, visit: Callable[..., "Visitor"]
) -> None:
    issued(desk)
    right = code(bridge, event, ANNA)
    stranger = visit()

    typed = stranger.open("/certificate").submit("code", code=right.lower())
    scanned = stranger.open(bridge.links.certificate(right))
    unknown = stranger.open("/certificate").submit("code", code=right[:-1] + ("A" if right[-1] != "A" else "B"))
    empty = stranger.open("/certificate").submit("code", code=" - ")

    for page in (typed, scanned):
        for words in (
            "ist echt",
            "Anna Albers",
            "Gute Nachbarschaft",
            "90 Minuten",
            "Umweltministerium",
            written(right),
        ):
            assert words in page.text
        assert ANNA.email not in page.html
        assert "Set-Cookie" not in page.response.headers
        assert page.response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.response.headers["X-Robots-Tag"]
    assert (unknown.status, empty.status) == (404, 422)
    assert "Es gibt keine Bescheinigung mit diesem Code." in unknown.text
    assert "Anna" not in unknown.text


def test_of_one_that_was_withdrawn_nothing_is_told_but_that(
    desk: Callable[[], "Page"], bridge: Bridge, event: Event, visit: Callable[..., "Visitor"]
) -> None:
    issued(desk)
    right, found = code(bridge, event, ANNA), holding(bridge, event, ANNA)
    assert found
    desk().visitor.open(f"/organiser/events/{event.id}/certificates/{found.id}/withdraw").submit("/withdraw")

    page = visit().open(bridge.links.certificate(right))

    assert "gilt nicht mehr" in page.text
    for words in ("Anna Albers", "90 Minuten", "Gute Nachbarschaft"):
        assert words not in page.text


def test_once_the_name_is_forgotten_it_is_compared_with_what_is_typed(
    desk: Callable[[], "Page"], bridge: Bridge, event: Event, visit: Callable[..., "Visitor"], clock: Clock
) -> None:
    issued(desk)
    address = bridge.links.certificate(code(bridge, event, ANNA))
    clock.set(event.forget_at)
    clock.advance(minutes=1)
    run(bridge, "forget")

    page = visit().open(address)

    assert "Anna" not in page.html
    assert "Der Name stimmt" in page.submit("name", name="anna albers").text
    assert "auf jemand anderen" in page.submit("name", name=BEN.name).text
    assert page.submit("name", name=" ").status == 422


def test_before_the_event_a_rehearsal_is_none(
    visit: Callable[..., "Visitor"], bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    day, olga = timedelta(days=1), visit()
    hold(bridge, replace(event, starts_at=event.starts_at - day, ends_at=event.ends_at - day), world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    olga.open(welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", clock())).submit("/sign-in/")

    page = olga.open(f"/organiser/events/{event.id}/certificates")

    assert "Sobald die Veranstaltung vorbei ist" in page.text
    assert "Anna Albers" not in page.text
    assert "verdient und noch keine" not in page.text
    assert not page.links("Ausstellen")


def test_an_event_that_moved_has_its_new_date_on_no_older_certificate(
    desk: Callable[[], "Page"], bridge: Bridge, event: Event, visit: Callable[..., "Visitor"]
) -> None:
    issued(desk)
    key, right = look(bridge, event, ANNA).key, code(bridge, event, ANNA)

    move(bridge, event, timedelta(days=14))

    checked = visit().open(bridge.links.certificate(right))
    assert "ist echt" in checked.text
    assert "Anna Albers" in checked.text
    assert "90 Minuten" in checked.text
    assert "21. September" not in checked.text
    assert "text/html" in str(visit().open(bridge.links.personal(key, "certificate.pdf")).response.content_type)
    assert not desk().links("PDF Anna Albers")
