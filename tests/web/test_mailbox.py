"""The trial's mailbox: what was sent can be read, and does nothing by itself."""

import base64
import hashlib
import re

import pytest

from tests.builders import an_event
from tests.clock import NOW
from tests.mail.post import a_letter, a_reader, letters, ready
from zoom_bridge.domain.message import Kind
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.web.mailbox import create_mailbox


@pytest.fixture
def catcher(tmp_path):
    return MailCatcher(tmp_path)


@pytest.fixture
def client(catcher):
    return create_mailbox(catcher).test_client()


def arrives(catcher, envelope) -> None:
    catcher._keep(envelope.sender, envelope.recipient, envelope.data)


def test_an_empty_mailbox_says_how_something_gets_in(client):
    page = client.get("/", headers={"Accept-Language": "de"}).text

    assert '<html lang="de">' in page
    assert "Es ist noch keine E‑Mail angekommen." in page
    assert "Nichts davon hat diesen Rechner verlassen." in page


def test_letters_are_listed_newest_first_in_the_readers_language(client, catcher):
    arrives(catcher, a_letter(Kind.PLEASE_CONFIRM).envelope)
    arrives(catcher, a_letter(Kind.CONFIRMATION).envelope)

    page = client.get("/", headers={"Accept-Language": "en"}).text

    assert '<html lang="en">' in page
    assert "2 e-mails, the newest first." in page
    assert page.index("Ihr Zugang") < page.index("Bitte bestätigen")
    assert "anna@example.org" in page


def test_a_letter_is_shown_as_html_as_text_with_headers_and_attachments(client, catcher):
    letter = a_letter(Kind.CONFIRMATION)
    arrives(catcher, letter.envelope)

    page = client.get("/letters/00000001").text

    assert '<iframe src="/letters/00000001/html" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Ihr Platz ist sicher." in page
    assert "Auto-Submitted" in page
    calendar = client.get("/letters/00000001/calendar.ics")
    assert calendar.text.replace("\r\n", "\n") == letter.calendar
    assert calendar.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/letters/00000001/letter.eml").data.endswith(letter.envelope.data)


def test_all_letters_of_one_person_about_one_event_are_read_in_order(client, catcher):
    for kind, message_id in [
        (Kind.PLEASE_CONFIRM, "<r1:please_confirm:1.word@events.example.org>"),
        (Kind.CONFIRMATION, "<r11:confirmation:1.word@events.example.org>"),
        (Kind.CONFIRMATION, "<r1:confirmation:1.word@events.example.org>"),
        (Kind.JOIN_LINK, "<r1:join_link:1:1h.word@events.example.org>"),
    ]:
        arrives(catcher, letters().compose(ready(kind, message_id=message_id), an_event(), a_reader(), NOW))

    letter = client.get("/letters/00000004", headers={"Accept-Language": "de"})
    page = client.get("/stories/r1", headers={"Accept-Language": "de"}).text

    assert 'href="/stories/r1"' in letter.text
    assert "3 E‑Mails an anna@example.org" in page
    assert re.findall(r'src="/letters/(\d+)/html"', page) == ["00000001", "00000003", "00000004"]
    assert client.get("/stories/r2").status_code == 404


def test_a_letter_is_framed_without_scripts_and_its_links_open_beside_it(client, catcher):
    arrives(catcher, a_letter(Kind.CONFIRMATION).envelope)

    frame = client.get("/letters/00000001/html")

    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert '<head>\n<base target="_blank">' in frame.text


def test_the_policy_knows_the_letters_own_style_as_a_browser_reads_it(client, catcher):
    """On its way through the mail server the letter got line ends of two characters."""
    arrives(catcher, a_letter(Kind.CONFIRMATION).envelope)

    frame = client.get("/letters/00000001/html")

    [sheet] = re.findall("<style>(.*?)</style>", frame.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.replace("\r\n", "\n").encode()).digest()).decode()
    assert f"'sha256-{digest}'" in frame.headers["Content-Security-Policy"]
    assert "style=" not in frame.text


def test_the_pages_themselves_allow_nothing_inline(client, catcher):
    arrives(catcher, a_letter(Kind.CONFIRMATION).envelope)

    for path in ("/", "/letters/00000001", "/letters/2"):
        answer = client.get(path)

        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "style=" not in answer.text
        assert "<script" not in answer.text


def test_a_hostile_name_is_shown_and_not_obeyed(client, catcher):
    attack = "</pre><script>alert(1)</script>"
    arrives(catcher, a_letter(Kind.CONFIRMATION, registration=a_reader(first_name=attack)).envelope)

    page = client.get("/letters/00000001").text

    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "path", ["/letters/2", "/letters/..%2f1", "/letters/x/html", "/letters/1/calendar.ics", "/x"]
)
def test_what_is_not_there_is_said_in_a_page(client, path):
    answer = client.get(path, headers={"Accept-Language": "de"})

    assert answer.status_code == 404
    assert "Diese E‑Mail gibt es hier nicht." in answer.text


def test_a_page_from_elsewhere_cannot_read_the_mailbox_by_another_name(client):
    assert client.get("/", base_url="http://mallory.example.org").status_code == 400
