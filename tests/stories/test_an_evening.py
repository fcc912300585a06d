"""An evening with twelve people as it really is, played on the pretend Zoom's control page and followed to its end: the
desk of the day, the report, what a person must decide, certificates that a stranger can check, and one page for those
who lead the house."""

import csv
import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser.playhouse import Playhouse
from tests.browser.stagecraft import DAY, DORA, EMIL, FATOU, MINUTE, ORGANISERS, PETRA, Stage
from tests.browser.walking import PATIENCE
from tests.cast import ANNA, BEN, CHIARA, OLGA_NAME
from tests.clock import NOW
from tests.stories.onlooker import Onlooker, keep
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import welcoming

TITLE = "Gute Nachbarschaft"
GRETA, HINNERK, IDA, JONAS = (
    Attendee(first, last, f"{first.lower()}@example.org", "de")
    for first, last in (("Greta", "Gerdes"), ("Hinnerk", "Harms"), ("Ida", "Immel"), ("Jonas", "Jahn"))
)
REGISTERED = (ANNA, BEN, CHIARA, DORA, EMIL, FATOU, GRETA, HINNERK, IDA, JONAS)
MINUTES = 90
#: Who borrows a link, and under which name.
NEIGHBOUR = "Wolfgang Groß"
#: How many minutes each was there.
TRUTH = {
    ANNA.name: 80,
    BEN.name: 58,
    CHIARA.name: 87,
    DORA.name: 84,
    EMIL.name: 83,
    FATOU.name: 82,
    NEIGHBOUR: 41,
    GRETA.name: 35,
    HINNERK.name: 59,
    IDA.name: 20,
    JONAS.name: 0,
    "iPad": 77,
    PETRA.name: 90,
    "webinar-1": 90,
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Playhouse]:
    with Playhouse(tmp_path / "house") as house:
        yield house


@pytest.fixture
def evening(house: Playhouse) -> Any:
    """Announced, ten are registered, and it is a quarter of an hour before the beginning."""
    stage = Stage(house)
    house.at(NOW - 2 * DAY)
    stage.write_the_notices()
    evening = stage.event("evening", NOW, MINUTES, title_de=TITLE, title_en="Good neighbours", panelists=(PETRA,))
    stage.settle()
    stage.register(evening, *REGISTERED)
    stage.settle()
    house.at(NOW - MINUTE * 15)
    house.work()
    return evening


class Host:
    """At the control page. Each act happens at a minute of the evening, and what it leads to happens at once."""

    def __init__(self, browser: Browser, house: Playhouse, evening: Any) -> None:
        self.house, self.eyes = house, Onlooker(browser, house.address("zoom"))
        self.path = f"/control/webinars/{evening.webinar}"
        self.eyes.open(self.path)

    def at(self, minute: float) -> "Host":
        self.house.at(NOW + MINUTE * minute)
        return self

    def presses(self, button: str, whose: str = "") -> "Host":
        self.eyes.press(button, self.eyes.row(whose) if whose else None)
        self.house.work()
        return self

    def registrant(self, button: str, who: Attendee) -> "Host":
        return self.presses(button, who.email)

    def leaves(self, name: str) -> "Host":
        """Of several stays under that name, the first."""
        room = self.eyes.page.locator("li", has=self.eyes.page.locator(f"bdi:text-is('{name}')"))
        self.eyes.press("geht", room.first)
        self.house.work()
        return self

    def guest(self, name: str) -> "Host":
        self.eyes.page.fill("#guest", name)
        return self._sends("#guest")

    def by_the_link_of(self, who: Attendee, name: str) -> "Host":
        self.eyes.page.select_option("#as-who", label=who.name)
        self.eyes.page.fill("#as-name", name)
        self.eyes.page.check("[name=second]")
        return self._sends("#as-who")

    def rings(self) -> str:
        """Gives the number that everybody sees."""
        self.presses("Jemand wählt sich per Telefon ein")
        return str(self.eyes.page.locator("li", has_text="Telefon").last.locator("bdi").first.inner_text())

    def binds(self, number: str, name: str) -> "Host":
        self.eyes.row(number).locator("select").select_option(label=name)
        return self.presses("verbinden", number)

    def webhook(self, what: str, event: str) -> "Host":
        """Of this name, the next one."""
        self.eyes.open("/control/deliveries").page.select_option("#event", label=f"webinar.{event}")
        self.eyes.press(what).open(self.path)
        return self

    def _sends(self, field: str) -> "Host":
        form = self.eyes.page.locator("form", has=self.eyes.page.locator(field))
        self.eyes.press("kommt herein", form)
        self.house.work()
        return self


def test_an_evening_with_twelve_people_from_the_first_join_to_the_certificate(
    browser: Browser, house: Playhouse, evening: Any
) -> None:
    olga, stranger = Onlooker(browser, house.address()), Onlooker(browser, house.address())
    signs_in(olga, house)
    host = Host(browser, house, evening)
    event = f"/organiser/events/{evening.id}"

    doras_number = they_come(host)
    the_desk_follows(host, olga, event)
    they_go(host, doras_number)
    the_report_comes(host, olga, event)
    olga_decides(olga, event, doras_number)
    sheet = certificates_leave(host, olga, event)
    a_stranger_checks(stranger, sheet)
    the_leadership_reads(olga, event, evening)

    for one in (olga, stranger, host.eyes):
        one.leave()


def signs_in(olga: Onlooker, house: Playhouse) -> None:
    bridge = house.bridge
    olga.open(welcoming.invite(bridge.db, bridge.links, *ORGANISERS["olga"], "de", house.clock()))
    olga.press("Sign in now")


def they_come(host: Host) -> str:
    host.at(0).presses("Webinar starten")
    host.registrant("kommt", ANNA).presses("kommt", PETRA.name)
    host.at(2).registrant("kommt", BEN)
    host.at(3).registrant("kommt", CHIARA)
    host.at(4).binds(host.rings(), CHIARA.name)
    host.at(5).registrant("kommt mit zweitem Gerät", BEN)
    doras_number = host.at(6).rings()
    host.at(7).guest("E. Ehlers")
    host.at(8).registrant("kommt", FATOU)
    host.at(9).by_the_link_of(FATOU, NEIGHBOUR)
    host.webhook("wird zurückgehalten", "participant_joined")
    host.at(10).registrant("kommt", GRETA)
    host.webhook("geht verloren", "participant_joined")
    host.at(11).registrant("kommt", HINNERK)
    host.at(12).registrant("kommt", IDA)
    host.at(13).guest("iPad")
    host.eyes.picture("control-page")
    return doras_number


def the_desk_follows(host: Host, olga: Onlooker, event: str) -> None:
    """Greta's coming is held back and Hinnerk's is lost, and who shares Fatou's link counts as her: so eight are known
    to be there. Chiara stays by telephone and Ben with his other device; Anna and Ida leave."""
    olga.context.clock.install(time=NOW + MINUTE * 13)
    olga.open(f"{event}/desk").picture("desk")
    inside = olga.page.locator("#live-numbers dd").first
    expect(inside).to_have_text("8")

    host.at(15).leaves(CHIARA.name)
    host.at(20).leaves(BEN.name)
    host.at(30).leaves(ANNA.name)
    host.at(32).leaves(IDA.name)
    with olga.page.expect_response("**/desk/live*"):
        olga.page.clock.run_for(6000)

    expect(inside).to_have_text("6", timeout=PATIENCE)


def they_go(host: Host, doras_number: str) -> None:
    host.at(40).registrant("kommt", ANNA)
    host.at(45).leaves(GRETA.name)
    host.eyes.open("/control/deliveries").picture("webhooks").press("jetzt senden")
    host.house.work()
    host.eyes.open(host.path)
    host.at(50).leaves(NEIGHBOUR)
    host.at(60).leaves(BEN.name)
    host.at(70).leaves(HINNERK.name)
    for mood in ("kommt erst 10 Minuten nach dem Ende", "ist noch unvollständig"):
        host.eyes.open("/control/moods").click(host.eyes.page.get_by_role("button", name=mood))
    host.eyes.open(host.path)
    host.at(MINUTES).presses("Für alle beenden")


def the_report_comes(host: Host, olga: Onlooker, event: str) -> None:
    """Late, incomplete at first, and looked at again. When Hinnerk came, no webhook has told."""
    for minutes in (2, 12, 60):
        host.at(MINUTES + minutes).house.work()
    olga.open(f"{event}/attendance").picture("attendance")
    minutes = listed(olga, event)
    assert (minutes[HINNERK.name], minutes["E. Ehlers"], minutes[EMIL.name]) == (59, 83, 0)
    olga.sees("This list is final: Zoom's report has confirmed it.")


def olga_decides(olga: Onlooker, event: str, doras_number: str) -> None:
    """A guest whose name is like somebody's, a call, a link that was passed on, and a tablet that nobody knows."""
    olga.open(f"{event}/review").picture("review")
    olga.press("Yes, the same person", olga.row("E. Ehlers"))
    olga.press("No, two people", olga.row(NEIGHBOUR))
    call = olga.row(doras_number)
    call.get_by_role("searchbox").fill("Dorn")
    olga.press("Search", call).press(olga.say("It is %(name)s", name=DORA.name), olga.row(doras_number))
    olga.press("A guest without a registration", olga.row("iPad")).sees("Everything is decided")
    olga.press("Take back", olga.row("iPad")).press("A guest without a registration", olga.row("iPad"))
    olga.sees("Everything is decided", OLGA_NAME).picture("review-decided")
    assert listed(olga, event) == TRUTH


def listed(olga: Onlooker, event: str) -> dict[str, int]:
    """Name → minutes, as the list that is downloaded has it."""
    _, *rows = csv.reader(io.StringIO(olga.fetch(f"{event}/attendance.csv").decode("utf-8-sig")), delimiter=";")
    return {f"{first} {last}".strip(): int(minutes) for first, last, _, _, _, minutes, *_ in rows}


def certificates_leave(host: Host, olga: Onlooker, event: str) -> bytes:
    """For who was there for most of the time. Gives Anna's, as it came with her letter."""
    host.at(MINUTES + 26 * 60).house.work()
    signs_in(olga, host.house)
    olga.open(f"{event}/certificates").page.fill("#share", "60")
    olga.page.fill("#signed_by", OLGA_NAME)
    olga.press("Save").picture("certificates")
    olga.follow("Issue and send …").picture("issuing").press("Issue and send now")
    host.house.work()
    olga.open(f"{event}/certificates").picture("certificates-issued")
    issued = {name for name in TRUTH if olga.row(name).get_by_role("link", name=f"PDF {name}").count()}
    assert issued == {one.name for one in (ANNA, BEN, CHIARA, DORA, EMIL, FATOU, HINNERK)}
    with_sheet = {to: sheet for to, sheet in letters_with_a_sheet(host.house) if to}
    assert set(with_sheet) == {one.email for one in (ANNA, BEN, CHIARA, DORA, EMIL, FATOU, HINNERK)}
    return with_sheet[ANNA.email]


def letters_with_a_sheet(house: Playhouse) -> Iterator[tuple[str, bytes]]:
    """To whom, and the PDF that came with it."""
    for path in (house.folder / "letters").glob("*.eml"):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        for part in letter.iter_attachments():
            if part.get_content_type() == "application/pdf":
                yield str(letter["Delivered-To"]), part.get_content()


def a_stranger_checks(stranger: Onlooker, sheet: bytes) -> None:
    """Types the code as it stands on the paper, but for hyphens and capitals."""
    keep("certificate.pdf", sheet)
    paper = text_of(sheet)
    assert ANNA.name in paper
    (code,) = set(re.findall(r"\b(?:[0-9A-Z]{4}-){3,}[0-9A-Z]+\b", paper))

    stranger.open("/certificate").picture("check").page.fill("#code", code.replace("-", "").lower())
    stranger.press("Check").sees("This certificate is genuine", ANNA.name, "80 Minuten", TITLE).picture("checked")

    assert not [name for name in TRUTH if name in stranger.text and name != ANNA.name]
    assert "@" not in stranger.text
    stranger.open(f"/certificate/{code[:-1]}{'2' if code[-1] == '1' else '1'}", status=404)


def the_leadership_reads(olga: Onlooker, event: str, evening: Any) -> None:
    """The report, and one page without anybody's name: on the screen, printed by the browser, and as our PDF."""
    olga.open(f"{event}/report").picture("report")
    olga.open(f"{event}/result").picture("result")
    printed, ours = olga.page.pdf(format="A4"), olga.fetch(f"{event}/result.pdf?lang=de")
    keep("result-printed.pdf", printed)
    keep("result.pdf", ours)
    for sheet in (printed, ours):
        text = text_of(sheet)
        assert len(PdfReader(io.BytesIO(sheet)).pages) == 1
        assert TITLE in text
        assert not [name for name in TRUTH if name in text]
    olga.open(f"/organiser/years/{evening.starts_at.year}").picture("year").sees(TITLE)


def text_of(sheet: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages)
