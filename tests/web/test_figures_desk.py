"""The report, the result on one page, and the year: right, the same in pictures and tables, and still so when everybody
is forgotten."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from tests import sheets
from tests.builders import a_draft, a_sighting, an_attendee
from tests.cast import OLGA_EMAIL, OLGA_NAME
from tests.clock import Clock
from tests.flows.deeds import attend, current, run
from tests.visitor import Page
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Fact, Match, Sighting, Teller
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.result import Result
from zoom_bridge.domain.takeaway import Counted, PollResult, TakeawayKind, keep
from zoom_bridge.flows import hosting, welcoming
from zoom_bridge.i18n import speech
from zoom_bridge.store import short_links, sightings, takeaways, twin_tables
from zoom_bridge.web import result_in_words

if TYPE_CHECKING:
    from tests.visitor import Visitor

#: Arrives and leaves, in minutes from the start.
STAYS = [(0, 90), (0, 90), (0, 90), (1, 90), (2, 88), (2, 88), (5, 89), (5, 12), (30, 90)]


def stay(event: Event, number: int, registration_id: int | None, comes: float, goes: float) -> list[Sighting]:
    who: dict[str, Any] = {
        "participant": f"p{number}", "registration_id": registration_id, "teller": Teller.REPORT,
        "guest": "" if registration_id else f"Gast {number}", "matched_by": Match.EMAIL if registration_id else None,
        "name": f"Gast {number}",
    }  # fmt: skip
    return [
        a_sighting(fact, event.starts_at + timedelta(minutes=minute), **who)
        for fact, minute in ((Fact.JOINED, comes), (Fact.LEFT, goes))
    ]


@pytest.fixture
def sign_in(bridge: Bridge, visit: Callable[..., "Visitor"]) -> Callable[[], "Visitor"]:
    """Olga comes back: nobody stays signed in for so long."""

    def come_back() -> "Visitor":
        visitor = visit()
        link = welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
        visitor.open(link).submit("/sign-in/")
        return visitor

    return come_back


@pytest.fixture
def held(bridge: Bridge, event: Event, clock: Clock) -> Event:
    """Ten register, three of them by the newsletter; nine come, and a guest; there was a poll. It is over."""
    with bridge.db.transaction() as connection:
        short_links.add(connection, event.id, "nl", "Rundbrief <b>", clock())
        for _ in range(6):
            short_links.count(connection, "nl", [event.id])
    people = attend(
        bridge, event, *(an_attendee(email=f"p{n}@example.org", last_name=f"Person{n}") for n in range(10))
    )
    with bridge.db.transaction() as connection:
        for number, (comes, goes) in enumerate(STAYS):
            for one in stay(event, number, people[number].id, comes, goes):
                sightings.record(connection, event.id, one)
        for one in stay(event, 99, None, 10, 30):
            sightings.record(connection, event.id, one)
        takeaways.owe(connection, event.id, "sitting", TakeawayKind.POLLS, clock())
        poll = PollResult(
            question="Woher kommen Sie?", people=9,
            choices=(Counted(choice="Hannover", count=7), Counted(choice="Ich bin Person3", count=2)),
        )  # fmt: skip
        connection.execute(
            twin_tables.takeaways.update().values(data=keep([poll]), due_at=None, fetched_at=clock())
        )
    clock.set(event.ends_at + timedelta(hours=2))
    return event


def report_of(event: Event) -> str:
    return f"/organiser/events/{event.id}/report"


def number(words: str) -> int:
    return int(re.sub(r"\D", "", words) or 0)


def tables(page: Page) -> list[list[tuple[str, str]]]:
    """(label, number) of each table that says a chart."""
    found = re.findall(r"<tbody.*?>(.*?)</tbody>", page.html, re.S)
    row = r'<th[^>]* scope="row">(.*?)</th><td[^>]*class="num">(.*?)</td>'
    return [re.findall(row, table) for table in found]


def test_before_the_event_the_report_says_who_registered_and_what_will_stand_here(
    olga: "Visitor", bridge: Bridge, event: Event
) -> None:
    attend(bridge, event, an_attendee())

    page = olga.open(report_of(event))

    assert "Bisher ist 1 Person angemeldet." in page.text
    assert "Nach der Veranstaltung sehen Sie hier, wann wie viele" in page.text
    assert "Für diese Veranstaltung gibt es keine Kurzlinks." in page.text


def test_afterwards_sentences_say_what_came_of_it(sign_in: Callable[[], "Visitor"], held: Event) -> None:
    page = sign_in().open(report_of(held))

    assert "Von 10 Angemeldeten waren 9 da. Außerdem war 1 Person im Raum, die nicht angemeldet ist." in page.text
    assert "Die meisten waren um 10.10 Uhr da: 9." in page.text
    assert "Rundbrief &lt;b&gt;" in page.html


def test_pictures_say_the_same_as_their_tables(sign_in: Callable[[], "Visitor"], held: Event) -> None:
    page = sign_in().open(report_of(held))

    for table in re.findall(r'<table class="bars".*?</table>', page.html, re.S):
        bars = [
            (number(told), float(width))
            for told, width in re.findall(
                r'<td role="cell" class="num">(.*?)</td><td role="cell"><svg.*?width="([\d.]+)%"', table
            )
        ]
        most = max(told for told, _ in bars)
        assert bars == [(told, pytest.approx(100 * told / most, abs=0.05)) for told, _ in bars]
    curve, days = re.findall(r"<figure.*?</figure>", page.html, re.S)
    assert drawn(curve, points(curve)) == said(curve)
    heights = [228 - float(height) for height in re.findall(r'height="([\d.]+)"/>', days)]
    assert drawn(days, heights) == said(days) == [10]
    assert said(curve)[-1] == 0
    assert max(said(curve)) == 9


def points(picture: str) -> list[float]:
    """The heights of the curve, from left to right, one for each row."""
    (path,) = re.findall(r'class="curve" d="(.*?)"', picture)
    corners = [tuple(map(float, corner.split())) for corner in path[1:].split(" L")]
    return [28 + y for _, y in corners[::2]]


def drawn(picture: str, heights: list[float]) -> list[int]:
    """What the picture says at these heights, going by the lines of its grid."""
    lines = [float(y) for y in re.findall(r'class="grid".*?y1="([\d.]+)"', picture)]
    first = number(re.findall(r'<text x="0" y="[\d.]+">(.*?)</text>', picture)[0])
    return [round((228 - height) / (228 - lines[0]) * first) for height in heights]


def said(picture: str) -> list[int]:
    return [number(told) for told in re.findall(r'<td class="num">(.*?)</td>', picture)]


def test_the_result_tells_no_number_of_fewer_than_five_and_no_words_of_anybody(
    sign_in: Callable[[], "Visitor"], held: Event
) -> None:
    page = sign_in().open(f"/organiser/events/{held.id}/result")

    rows = [row for table in tables(page) for row in table if table]
    assert ("<bdi>Hannover</bdi>", "7") in rows
    assert ("andere Antworten", "weniger als 5") in rows
    assert "9 Personen haben geantwortet" not in page.text, "or it could be reckoned"
    assert ("<bdi>Rundbrief &lt;b&gt;</bdi>", "6") in rows
    assert not any("direkt" in label for label, _ in rows)
    assert ("bis 30", "10") not in rows
    assert [told for label, told in rows if label in ("bis 90", "bis 75")] == ["10"]
    assert not any(0 < number(told) < 5 and "weniger" not in told for _, told in rows)
    assert "Person3" not in page.html
    assert "p3@example.org" not in page.html


def test_the_result_on_paper_says_the_same_and_is_tagged(sign_in: Callable[[], "Visitor"], held: Event) -> None:
    page = sign_in().open(f"/organiser/events/{held.id}/result")

    answer = sign_in().client.get(f"/organiser/events/{held.id}/result.pdf", base_url="https://events.example.org")

    paper = PdfReader(io.BytesIO(answer.data))
    words = " ".join(paper.pages[0].extract_text().split())
    root: Any = paper.trailer["/Root"]
    assert len(paper.pages) == 1
    assert paper.metadata is not None
    assert paper.metadata.title == "Gute Nachbarschaft"
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("de", True)
    assert "/StructTreeRoot" in root
    assert "Von 10 Angemeldeten waren 9 da." in words
    for label, told in (row for table in tables(page)[1:] for row in table):
        assert f"{re.sub('<.*?>', '', label).replace('&lt;', '<').replace('&gt;', '>')} {told}" in words


def test_when_everybody_is_forgotten_report_result_and_year_are_as_they_were(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, held: Event, clock: Clock
) -> None:
    pages = [report_of(held), f"/organiser/events/{held.id}/result", "/organiser/years/2026"]
    before = [sign_in().open(page) for page in pages]
    clock.set(current(bridge, held).forget_at)

    assert run(bridge, "forget") == 10

    returned = sign_in()
    after = [returned.open(page) for page in pages]
    assert "Person3" in before[0].text
    assert "Person3" not in after[0].text, "what two people answered were their own words"
    assert [tables(page)[:-1] for page in after] == [tables(page)[:-1] for page in before]
    assert [re.findall(r"<d[td]>.*?</d[td]>|<path.*?>", page.html) for page in after] == [
        re.findall(r"<d[td]>.*?</d[td]>|<path.*?>", page.html) for page in before
    ]
    assert "Von 10 Angemeldeten waren 9 da." in after[0].text
    assert "wurden am Mittwoch, 7. Oktober 2026 gelöscht" in after[0].text


def test_a_year_is_the_sum_of_its_events_and_a_file(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, held: Event, clock: Clock
) -> None:
    moved = {"starts_at": held.starts_at - timedelta(days=40), "ends_at": held.ends_at - timedelta(days=40)}
    draft = replace(a_draft(title_de="=Hof", zoom_host=held.zoom_host), **moved)
    other = hosting.create_event(bridge.db, draft, clock())
    never_published = hosting.create_event(bridge.db, draft, clock())
    publish_past(bridge, other, clock())
    attend_late(bridge, other)

    page = sign_in().open("/organiser/years/2026")

    assert "2 Veranstaltungen fanden statt, mit zusammen 11 Menschen." in page.text
    assert never_published.id not in {int(n) for n in re.findall(r"events/(\d+)/report", page.html)}
    answer = sign_in().client.get("/organiser/years/2026.csv", base_url="https://events.example.org")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["'=Hof", "Gute Nachbarschaft"]
    assert [row[4] for row in rows[1:]] == ["1", "10"]
    assert sign_in().open("/organiser/years/2019").status == 404


def publish_past(bridge: Bridge, event: Event, now: datetime) -> None:
    from zoom_bridge.store import tables

    with bridge.db.transaction() as connection:
        connection.execute(tables.events.update().where(tables.events.c.id == event.id).values(published_at=now))


def attend_late(bridge: Bridge, event: Event) -> None:
    with bridge.db.transaction() as connection:
        for one in stay(event, 1, None, 0, 90):
            sightings.record(connection, event.id, one._replace(sitting="other"))


def test_links_to_a_year_lead_to_one_in_which_something_was_held(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, held: Event, clock: Clock
) -> None:
    later = {"starts_at": held.starts_at + timedelta(days=365), "ends_at": held.ends_at + timedelta(days=365)}
    draft = replace(a_draft(zoom_host=held.zoom_host), **later)
    called_off = hosting.create_event(bridge.db, draft, clock())
    never_published = hosting.create_event(bridge.db, draft, clock())
    publish_past(bridge, called_off, clock())
    hosting.cancel_event(bridge.db, called_off.id, clock())
    clock.set(later["ends_at"] + timedelta(days=365))
    visitor = sign_in()

    for page in ("/organiser/past", report_of(held), report_of(never_published)):
        for link in re.findall(r'href="(/organiser/years/\d+)"', visitor.open(page).html):
            assert visitor.open(link).status == 200, page
    assert visitor.open("/organiser/past").links("Ein Jahr in Zahlen") == ["/organiser/years/2026"]


def test_who_is_told_together_however_long_they_stayed_stayed_not_over_nought_minutes() -> None:
    chart = result_in_words.staying(Result(there=13, minutes=((None, 13),)), speech("de"))

    assert chart
    assert [(row.label, row.value) for row in chart.rows] == [("gleich wie lange", 13)]


def test_a_text_that_no_cell_can_hold_is_cut_and_not_lost(
    sign_in: Callable[[], "Visitor"], held: Event, bridge: Bridge
) -> None:
    poll = PollResult(question="Lang?" + "x" * 40_000, people=1, choices=(Counted(choice="Ja", count=1),))
    with bridge.db.transaction() as connection:
        connection.execute(twin_tables.takeaways.update().values(data=keep([poll])))

    answer = sign_in().client.get(f"/organiser/events/{held.id}/polls.xlsx", base_url="https://events.example.org")

    assert str(sheets.rows_of(answer.get_data())[1][0]).startswith("Lang?xxx")


def test_the_report_says_whom_the_short_links_count(sign_in: Callable[[], "Visitor"], held: Event) -> None:
    assert "nicht bestätigte" in sign_in().open(report_of(held)).text
