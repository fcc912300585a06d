"""Links that put the date into a calendar on the web."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from tests.builders import an_event
from zoom_bridge.i18n import speech
from zoom_bridge.links import Links
from zoom_bridge.web.calendar_links import calendar_links

LINKS = Links("https://events.example.org", "a secret of the tests, long enough for all")


def asked(name: str, language: str = "de", **changes: object) -> tuple[str, dict[str, list[str]]]:
    event = an_event(**changes)
    found = {link.name: link.address for link in calendar_links(event, LINKS, speech(language))}
    parts = urlsplit(found[name])
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parse_qs(parts.query, strict_parsing=True)


def test_google_gets_title_and_time_in_utc() -> None:
    address, values = asked("Google")

    assert address == "https://calendar.google.com/calendar/render"
    assert values["action"] == ["TEMPLATE"]
    assert values["text"] == ["Gute Nachbarschaft"]
    assert values["dates"] == ["20260907T080000Z/20260907T093000Z"]
    assert values["location"] == ["https://events.example.org/e/gute-nachbarschaft?lang=de"]


def test_microsoft_gets_the_same_in_its_own_spelling() -> None:
    for name, host in (("Outlook.com", "outlook.live.com"), ("Office 365", "outlook.office.com")):
        address, values = asked(name, "en")

        assert address == f"https://{host}/calendar/0/deeplink/compose"
        assert values["subject"] == ["Good neighbours"]
        assert (values["startdt"], values["enddt"]) == (["2026-09-07T08:00:00Z"], ["2026-09-07T09:30:00Z"])


def test_an_event_over_midnight_ends_on_the_next_day() -> None:
    starts = an_event().starts_at + timedelta(hours=13)

    _, values = asked("Google", starts_at=starts, ends_at=starts + timedelta(hours=3))

    assert values["dates"] == ["20260907T210000Z/20260908T000000Z"]


def test_titles_of_all_kinds_survive_and_spaces_are_no_plus() -> None:
    title = 'Ä & ö? 50 % + "mehr" #1 <b>'

    event = an_event(title_de=title)
    for link in calendar_links(event, LINKS, speech("de")):
        values = parse_qs(urlsplit(link.address).query, strict_parsing=True)

        assert title in (values.get("text") or values["subject"])
        assert "+" not in urlsplit(link.address).query


def test_no_personal_link_goes_along() -> None:
    for link in calendar_links(an_event(), LINKS, speech("de")):
        assert "/z/" not in link.address
        assert "%2Fz%2F" not in link.address
