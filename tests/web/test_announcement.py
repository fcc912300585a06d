"""An event's page, with all that it can show."""

import json
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.builders import a_draft
from zoom_bridge.domain.event import Event, Panelist, Partner
from zoom_bridge.domain.picture import Picture
from zoom_bridge.flows import hosting
from zoom_bridge.store import pictures

LOGO, STILL, FACE = (letter * 64 for letter in "abc")
YOUTUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
BY_BUTTON = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = "</script><script>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attributes}))

    def all(self, tag: str, **having: str) -> list[dict[str, str]]:
        return [a for name, a in self.found if name == tag and having.items() <= a.items()]


@pytest.fixture
def announced(bridge: Any, event: Event) -> Any:
    """Another event of Olga's, published: `announced(captions=True)`."""

    def announce(**changes: Any) -> Event:
        draft = a_draft(**({"zoom_host": bridge.settings.zoom.host} | changes))
        kept = hosting.create_event(bridge.db, draft, bridge.clock())
        hosting.publish_event(bridge.db, kept.id, bridge.clock())
        return kept

    return announce


@pytest.fixture
def drawn(bridge: Any, clock: Any) -> None:
    with bridge.db.transaction() as connection:
        for digest, width, height in ((LOGO, 300, 100), (STILL, 1280, 720), (FACE, 192, 192)):
            pictures.keep(connection, Picture(digest, "image/png", width, height, b"picture", clock()))


def read(visit: Any, event: Event, language: str = "de", query: str = "", **headers: str) -> Any:
    visitor = visit(language)
    visitor.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
    page = visitor.open(f"/e/{event.slug}{query}")
    assert page.status == 200
    return page


def told(page: Any) -> dict[str, Any]:
    """What search engines read."""
    return json.loads(page.html.split('<script type="application/ld+json">')[1].split("</script>")[0])


# --- the trailer ------------------------------------------------------------------------------------------------


def test_before_the_click_the_page_asks_nobody_else_and_says_who_would_learn_what(
    announced: Any, drawn: None, visit: Any
) -> None:
    page = read(visit, announced(trailer_url=YOUTUBE, trailer_picture=STILL, trailer_text_de="Kinder winken."))

    assert "youtube" not in page.html.lower().replace("bei youtube", "").replace("erfährt youtube", "")
    assert "frame-src" not in page.response.headers["Content-Security-Policy"]
    assert "Erst wenn Sie ihn abspielen, erfährt YouTube Ihre Internetadresse" in page.text
    assert "Was im Trailer zu sehen und zu hören ist" in page.text
    assert "Kinder winken." in page.text
    assert Tags(page.html).all("img", src=f"/pictures/{STILL}", width="1280", height="720", alt="Standbild aus dem Trailer")  # fmt: skip


def test_after_the_click_the_player_comes_and_only_its_host_may_be_asked(announced: Any, visit: Any) -> None:
    event = announced(trailer_url=YOUTUBE)
    before = read(visit, event)

    form = before.form("trailer")
    page = read(
        visit, event, query=f"?lang=de&{form.buttons[0][1]}={form.buttons[0][2]}", Sec_Fetch_Site="same-origin"
    )

    assert form.method == "get"
    [frame] = Tags(page.html).all("iframe")
    assert frame["src"] == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&rel=0"
    assert frame["title"] == "Trailer"
    policy = page.response.headers["Content-Security-Policy"]
    assert "frame-src https://www.youtube-nocookie.com" in policy
    assert "media-src" not in policy
    assert "script-src 'self';" in policy
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.links("Film wieder ausblenden") == [f"/e/{event.slug}?lang=de"]


@pytest.mark.parametrize(
    ("headers", "plays"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Referer": "https://events.example.org/"}, False),
        ({"Referer": "https://events.example.org/e/x"}, True),
        ({"Referer": "https://events.example.org.evil.example/"}, False),
        ({}, False),
    ],
)
def test_an_address_with_the_player_in_it_that_somebody_passed_on_asks_nobody(
    announced: Any, visit: Any, headers: dict[str, str], plays: bool
) -> None:
    page = read(visit, announced(trailer_url=YOUTUBE), query="?trailer=play", **headers)

    assert bool(Tags(page.html).all("iframe")) is plays
    assert ("frame-src" in page.response.headers["Content-Security-Policy"]) is plays
    assert any("Trailer abspielen" in words for form in page.forms for words, *_ in form.buttons) is not plays


def test_a_film_that_is_a_file_plays_in_the_page(announced: Any, visit: Any) -> None:
    page = read(visit, announced(trailer_url="https://cdn.example.org/t.mp4"), query="?trailer=play", **BY_BUTTON)

    assert Tags(page.html).all("video", src="https://cdn.example.org/t.mp4", controls="")
    policy = page.response.headers["Content-Security-Policy"]
    assert "media-src https://cdn.example.org" in policy
    assert "frame-src" not in policy


def test_a_portal_that_we_do_not_know_gets_an_ordinary_link(announced: Any, visit: Any) -> None:
    url = "https://video.example.org/embed/1"

    for headers in ({}, BY_BUTTON):
        page = read(visit, announced(trailer_url=url), query="?trailer=play", **headers)

        assert page.links("Trailer bei video.example.org ansehen") == [url]
        assert not Tags(page.html).all("iframe")
        assert "frame-src" not in page.response.headers["Content-Security-Policy"]
        assert "Mit diesem Link verlassen Sie unsere Seite." in page.text


def test_a_trailer_that_is_no_address_of_the_web_is_not_shown(announced: Any, visit: Any) -> None:
    page = read(visit, announced(trailer_url="javascript:alert(1)", recording_url="javascript:alert(2)"))

    assert "javascript:" not in page.html
    assert "Trailer" not in page.text


def test_a_picture_without_a_film_is_a_picture(announced: Any, drawn: None, visit: Any) -> None:
    page = read(visit, announced(trailer_picture=STILL, trailer_text_de="Fünf Häuser"))

    assert Tags(page.html).all("img", src=f"/pictures/{STILL}", alt="Fünf Häuser")
    assert "Trailer" not in page.text


# --- what it tells ----------------------------------------------------------------------------------------------


def test_themes_and_programme_are_lists_under_headings_of_their_own(announced: Any, visit: Any) -> None:
    event = announced(
        themes_title_de="Drei Fragen", themes_de="Wo?\nWie?\n\n Warum? ", programme_de="Begrüßung: Grußwort\nFilme"
    )

    page = read(visit, event)

    assert '<h2 id="themes">Drei Fragen</h2>' in page.html
    assert page.html.count("<li><span>") == 3
    assert "Was Sie erwartet" in page.text
    assert "<b>Begrüßung</b><p>Grußwort</p>" in page.html
    assert "<li><b>Filme</b></li>" in page.html


def test_themes_without_a_heading_get_one(announced: Any, visit: Any) -> None:
    page = read(visit, announced(themes_de="Wo?", themes_en="Where?"))

    assert '<h2 id="themes">Dem gehen wir nach</h2>' in page.html


def test_lists_in_another_language_than_the_page_are_marked_and_our_headings_are_not(
    announced: Any, visit: Any
) -> None:
    only_german = {"title_en": "", "subtitle_en": "", "description_en": ""}
    page = read(visit, announced(themes_de="Wo?", programme_de="Filme", **only_german), "en")

    assert '<ol class="questions" role="list" lang="de">' in page.html
    assert '<ol class="line" role="list" lang="de">' in page.html
    assert '<h2 id="themes">What we look into</h2>' in page.html


def test_what_was_not_said_leaves_no_empty_heading(announced: Any, visit: Any) -> None:
    bare = announced(description_de="", subtitle_de="", hosted_by="", help_phone="", help_email="", partners=(), panelists=())  # fmt: skip

    ids = {a["id"] for a in Tags(read(visit, bare).html).all("h2") if "id" in a}

    assert ids == {"facts", "access", "without", "join-in"}


def test_logos_have_the_name_as_their_text_and_lead_to_their_bodies(
    announced: Any, drawn: None, visit: Any
) -> None:
    event = announced(
        hosted_by="Ministerium", hosted_by_url="https://ministry.example.org", hosted_by_logo=LOGO,
        partners=(Partner("Verband", url="javascript:alert(1)", logo=LOGO), Partner("Verein")),
    )  # fmt: skip

    page = read(visit, event)

    image = f'<img src="/pictures/{LOGO}" width="300" height="100" alt="%s">'
    assert (
        f'<li><a href="https://ministry.example.org" rel="noopener">{image % "Ministerium"}</a></li>' in page.html
    )
    assert f"<li>{image % 'Verband'}</li>" in page.html
    assert page.html.count('class="logos"') == 1
    assert "javascript:" not in page.html


def test_a_picture_that_is_gone_leaves_the_name(announced: Any, visit: Any) -> None:
    page = read(visit, announced(hosted_by="Ministerium", hosted_by_url="", hosted_by_logo="d" * 64))

    assert not Tags(page.html).all("img")
    assert "<li>Ministerium</li>" in page.html


def test_partners_with_the_same_role_stand_under_one_word(announced: Any, visit: Any) -> None:
    page = read(
        visit, announced(partners=(Partner("Verband"), Partner("Verein"), Partner("Stiftung", "Gefördert von")))
    )

    assert "<dt>In Kooperation mit</dt><dd>Verband</dd>\n<dd>Verein</dd>\n<dt>Gefördert von</dt>" in page.html


@pytest.mark.parametrize(("second", "shown"), [(FACE, 2), ("", 0)])
def test_portraits_are_shown_of_all_or_of_none(
    announced: Any, drawn: None, visit: Any, second: str, shown: int
) -> None:
    speakers = (Panelist("Petra", portrait=FACE), Panelist("Paul", portrait=second))

    page = read(visit, announced(panelists=speakers))

    assert len(Tags(page.html).all("img", src=f"/pictures/{FACE}", alt="")) == shown
    assert "Petra" in page.text


def test_accessibility_services_are_said_in_sentences_with_the_way_to_ask_for_more(
    announced: Any, visit: Any
) -> None:
    nothing = read(visit, announced())
    page = read(visit, announced(captions=True, sign_language=True, plain_language=True))

    for words in (
        "können Sie auf dem Bildschirm mitlesen",
        "Dolmetscherinnen und Dolmetscher sind",
        "in kurzen Sätzen",
    ):
        assert words in page.text
        assert words not in nothing.text
    for one in (page, nothing):
        assert "Brauchen Sie noch etwas, um teilnehmen zu können?" in one.text


def test_participation_invites_questions(announced: Any, visit: Any) -> None:
    assert "Ihre Fragen an das Podium" in read(visit, announced(participation=True)).text
    assert "Ihre Fragen an das Podium" not in read(visit, announced()).text


def test_the_way_to_a_lost_link_stands_on_the_page_until_the_event_is_over(
    event: Event, visit: Any, clock: Any
) -> None:
    assert read(visit, event).links("Zugangslink noch einmal schicken") == [f"/e/{event.slug}/link"]
    clock.set(event.ends_at)
    assert not read(visit, event).links("Zugangslink noch einmal schicken")


def test_the_readers_own_time_is_left_to_a_script_and_hidden_without(event: Event, visit: Any) -> None:
    [line] = [a for a in Tags(read(visit, event).html).all("p") if "data-zone" in a]

    assert "hidden" in line
    assert line["data-zone"] == "Europe/Berlin"
    assert (line["data-from"], line["data-until"]) == ("2026-09-07T10:00+02:00", "2026-09-07T11:30+02:00")


# --- before and after -------------------------------------------------------------------------------------------


def test_after_the_event_there_are_thanks_and_the_recording_and_nothing_to_register(
    announced: Any, visit: Any, clock: Any
) -> None:
    event = announced(
        thanks_de="Danke, dass **Sie** da waren.", recording_url="https://rec.example.org/w/1",
        captions=True, participation=True,
    )  # fmt: skip
    before = read(visit, event)
    clock.set(event.ends_at + timedelta(days=400))
    page = read(visit, event)

    assert "da waren" not in before.text
    assert not before.links("Aufzeichnung")
    assert "Danke, dass <strong>Sie</strong> da waren." in page.html
    assert page.links("Zur Aufzeichnung") == ["https://rec.example.org/w/1"] * 2
    assert page.links("Aufzeichnung bei rec.example.org ansehen") == ["https://rec.example.org/w/1"]
    assert not page.forms
    assert not page.links("Zur Anmeldung")
    for words in ("Zoom ohne Installation: So geht es", "Brauchen Sie noch etwas", "Ihre Fragen an das Podium"):
        assert words in before.text
        assert words not in page.text


def test_where_the_button_was_stands_why_there_is_none(announced: Any, visit: Any) -> None:
    page = read(visit, announced(closes_at=datetime.fromisoformat("2026-08-01T08:00+00:00")))

    assert page.text.count("Anmeldung geschlossen") == 3  # the band, the poster, the end
    assert not page.links("Zur Anmeldung")


# --- what others read of it -------------------------------------------------------------------------------------


def test_search_engines_learn_who_what_when_and_that_our_page_is_the_place(
    announced: Any, drawn: None, visit: Any
) -> None:
    event = announced(hosted_by_logo=LOGO, trailer_picture=STILL, capacity=50)

    data = told(read(visit, event, "en"))

    page = f"https://events.example.org/e/{event.slug}?lang=en"
    assert data["@type"] == "Event"
    assert data["name"] == "Good neighbours"
    assert (data["startDate"], data["endDate"]) == ("2026-09-07T10:00:00+02:00", "2026-09-07T11:30:00+02:00")
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert data["location"] == {"@type": "VirtualLocation", "url": page}
    assert data["organizer"] == {
        "@type": "Organization", "name": "Umweltministerium", "url": "https://ministry.example.org",
        "logo": f"https://events.example.org/pictures/{LOGO}",
    }  # fmt: skip
    assert data["contributor"][0]["name"] == "Landesarbeitsgemeinschaft"
    assert data["performer"][0]["jobTitle"] == "Ministerin"
    assert data["image"] == f"https://events.example.org/pictures/{STILL}"
    assert data["maximumVirtualAttendeeCapacity"] == 50
    assert "previousStartDate" not in data


def test_search_engines_learn_that_it_is_moved_or_cancelled(bridge: Any, event: Event, visit: Any) -> None:
    moved = a_draft(
        starts_wall=datetime(2026, 9, 8, 14, 0), ends_wall=datetime(2026, 9, 8, 15, 30), zoom_host=event.zoom_host
    )
    hosting.change_event(bridge.db, event.id, moved, bridge.clock())
    after_moving = told(read(visit, event))
    hosting.cancel_event(bridge.db, event.id, bridge.clock())
    after_cancelling = told(read(visit, event))

    assert after_moving["eventStatus"] == "https://schema.org/EventRescheduled"
    assert after_moving["previousStartDate"] == "2026-09-07T10:00:00+02:00"
    assert after_moving["startDate"] == "2026-09-08T14:00:00+02:00"
    assert after_cancelling["eventStatus"] == "https://schema.org/EventCancelled"


def test_nobody_learns_a_join_link_from_the_page(bridge: Any, event: Event, visit: Any, work: Any) -> None:
    work()

    html = read(visit, event).html

    assert "VirtualLocation" in html
    assert "zoom.example.org" not in html
    assert "/z/" not in html


def test_texts_cannot_leave_the_data_they_stand_in(announced: Any, visit: Any) -> None:
    event = announced(title_de=HOSTILE, subtitle_de=HOSTILE, hosted_by=HOSTILE, panelists=(Panelist(HOSTILE),))

    page = read(visit, event)

    assert "alert(1)</script>" not in page.html
    assert "<script>alert" not in page.html
    assert told(page)["name"] == HOSTILE
    assert told(page)["performer"][0]["name"] == HOSTILE
    assert {a.get("type") for a in Tags(page.html).all("script")} == {"application/ld+json", "module"}


def test_link_previews_get_title_date_and_picture(announced: Any, drawn: None, visit: Any) -> None:
    event = announced(trailer_picture=STILL)

    tags = Tags(read(visit, event).html)

    shown = {
        a["property"]: a["content"].replace("\N{NO-BREAK SPACE}", " ") for a in tags.all("meta") if "property" in a
    }
    assert shown["og:title"] == "Gute Nachbarschaft"
    assert shown["og:description"].startswith(
        "Montag, 7. September 2026, 10.00 bis 11.30 Uhr. Was wir aus der Zeit"
    )
    assert shown["og:url"] == f"https://events.example.org/e/{event.slug}?lang=de"
    assert shown["og:image"] == f"https://events.example.org/pictures/{STILL}"
    assert tags.all("link", rel="canonical", href=shown["og:url"])


def test_a_draft_is_told_to_nobody(bridge: Any, event: Event, olga: Any) -> None:
    draft = hosting.create_event(bridge.db, a_draft(title_de="Entwurf"), bridge.clock())

    html = olga.open(f"/e/{draft.slug}").html

    assert "Entwurf" in html
    assert "ld+json" not in html
    assert "og:title" not in html


def test_a_long_description_is_summed_up_at_a_word(announced: Any, visit: Any) -> None:
    event = announced(subtitle_de="", description_de="## Worum\n\n" + "Nachbarschaft, " * 40)

    [summary] = Tags(read(visit, event).html).all("meta", name="description")

    assert summary["content"].startswith("Worum Nachbarschaft, Nachbarschaft")
    assert summary["content"].endswith("Nachbarschaft …")
    assert len(summary["content"]) <= 202


# --- how it travels ---------------------------------------------------------------------------------------------


def test_a_page_that_is_still_the_same_is_not_sent_again(event: Event, visit: Any, clock: Any) -> None:
    first = read(visit, event).response
    asked = visit()
    asked.headers["If-None-Match"] = first.headers["ETag"]

    again = asked.open(f"/e/{event.slug}").response
    clock.set(event.starts_at)
    later = asked.open(f"/e/{event.slug}").response

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "public, no-cache"
    assert "Accept-Language" in again.headers["Vary"]
    assert later.status_code == 200
    assert "Läuft seit" in later.text


def test_the_page_shows_a_change_at_once(bridge: Any, event: Event, visit: Any) -> None:
    read(visit, event)
    hosting.change_event(bridge.db, event.id, a_draft(captions=True, zoom_host=event.zoom_host), bridge.clock())

    assert "Untertitel" in read(visit, event).text


def test_the_page_weighs_little_and_asks_for_little(announced: Any, drawn: None, visit: Any) -> None:
    event = announced(
        trailer_url=YOUTUBE, trailer_picture=STILL, themes_de="Wo?\nWie?", programme_de="a: b\nc", captions=True,
        sign_language=True, plain_language=True, participation=True, hosted_by_logo=LOGO,
        panelists=tuple(Panelist(f"Person {n}", "Amt", "Haus") for n in range(8)),
    )  # fmt: skip

    page = read(visit, event)
    tags = Tags(page.html)
    linked = [a["href"] for a in tags.all("link") if a["rel"] in ("icon", "stylesheet")]
    linked += [a["src"] for a in tags.all("script") if "src" in a]
    sizes = [len(visit().open(address, buffered=True).response.data) for address in linked]

    assert len(linked) + 1 <= 5
    assert len(page.html.encode()) + sum(sizes) < 60_000
