"""What people do in a story, step by step, on real pages: Olga at her desk, attendees with their letters, and whoever
plays host in the pretend Zoom."""

import csv
import io
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.stories.traveller import Traveller, press
from tests.visitor import Page, Visitor
from zoom_bridge.domain.registration import Attendee

TITLE = "Gute Nachbarschaft"


# Olga


def write_the_notices(olga: Visitor) -> None:
    """Without imprint and privacy notice nothing can be published."""
    for kind in ("imprint", "privacy", "accessibility"):
        page = olga.open("/organiser/settings")
        saved = page.submit(f"/settings/{kind}", text_de=f"Wer wir sind ({kind})", text_en=f"Who we are ({kind})")
        assert saved.status == 200, saved.text


def create_event(olga: Visitor, *, button: str = "publish", **changes: Any) -> Page:
    """Fill in the form. Gives the page that follows: the event's overview, when all was well."""
    form = olga.open("/organiser/events/new")
    # A row for a speaker comes with a button of its own, because the pages work without scripts.
    with_speaker = form.submit("title_de", button="panelists add", **{"title_de": TITLE} | _typed(changes))
    return with_speaker.submit(
        "title_de", button=button, **{"panelists-0-name": "Petra Podium", "panelists-0-mark": "Grußwort"}
    )


def _typed(changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "subtitle_de": "Was wir aus der Zeit von Corona lernen können",
        "description_de": "Wo, wie und warum gelang **gute Nachbarschaft**?\n\n- Filme\n- Gespräch",
        "title_en": "Good neighbours",
        "starts_day": "07.09.2026",
        "starts_clock": "10.00",
        "ends_clock": "11:30",
        "hosted_by": "Umweltministerium",
        "help_name": "Servicestelle",
        "help_phone": "0511 701 07 09",
        "capacity": "100",
    } | changes


def event_id_of(page: Page) -> int:
    found = re.search(r"/organiser/events/(\d+)", page.path)
    assert found, f"{page.path} is not an event's page:\n{page.text}"
    return int(found[1])


def public_path_of(page: Page) -> str:
    """The public page that the overview links to."""
    (path,) = {urlsplit(href).path for href in page.links() if re.fullmatch(r"/e/[^/]+", urlsplit(href).path)}
    return path


def attendance_csv(olga: Visitor, event_id: int) -> list[list[str]]:
    """The downloaded list, with its head."""
    answer = olga.open(f"/organiser/events/{event_id}/attendance.csv").response
    text = answer.get_data(as_text=True)
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"), "spreadsheets must see that it is UTF-8"
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


# Attendees


def register(visitor: Visitor, public_path: str, person: Attendee) -> Page:
    form = visitor.open(f"{public_path}/register")
    sent = form.submit("email", first_name=person.first_name, last_name=person.last_name, email=person.email)
    assert sent.status == 200, sent.text
    assert sent.path.endswith("/registered"), f"{sent.path}: {sent.text}"
    return sent


def confirm(visitor: Visitor, link: str) -> Page:
    """Open the link of the letter, press its button, arrive at the personal page."""
    page = visitor.open(link).submit("/confirm/")
    assert page.status == 200, page.text
    assert "/z/" in page.path, f"{page.path}: {page.text}"
    return page


def cancel(visitor: Visitor, personal_link: str) -> Page:
    return press(visitor.open(f"{personal_link}/cancel"), "/cancel")


def come_back(visitor: Visitor, personal_link: str) -> Page:
    return press(visitor.open(personal_link), "/return")


def join(visitor: Traveller, personal_link: str) -> Page:
    """Press the join button; it leads out of our house, to Zoom."""
    page = press(visitor.open(personal_link), "/join", way="browser")
    assert page.status == 200, page.text
    return page


def enter(waiting_room: Page) -> Page:
    """The webinar runs: look again, and go in."""
    return press(waiting_room.visitor.open(waiting_room.path), "/join")


# The pretend Zoom's control page


def webinar_pages(host: Visitor) -> list[str]:
    """The addresses of all webinars' control pages."""
    overview = host.open("/")
    links = dict.fromkeys(
        urljoin(overview.path, href) for href in overview.links() if "/control/webinars/" in href
    )
    return list(links)


def registrants(host: Visitor, control_page: str) -> dict[str, str]:
    """Who is registered at Zoom: address → id, as the page's buttons have it."""
    page = host.open(control_page)
    known: dict[str, str] = {}
    emails = re.findall(r"<td>([^<>@\s]+@[^<>\s]+)</td>", page.html)
    ids = dict.fromkeys(
        value for form in page.forms if form.action.endswith("/remove") for name, value in form.fields
        if name == "registrant"
    )  # fmt: skip
    known.update(zip(emails, ids, strict=True))
    return known
