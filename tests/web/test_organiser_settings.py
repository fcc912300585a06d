"""The settings' first page: the notices that a public body owes its readers."""

import pytest

from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.store import notices

SETTINGS = "/organiser/settings"
NASTY = "# Impressum\n\n<script>alert(1)</script> [böse](javascript:alert(1)) [gut](https://example.org)"


def newest(bridge, kind=NoticeKind.IMPRINT, language="de"):
    with bridge.db.reading() as connection:
        return notices.newest(connection, kind, language)


def test_a_notice_is_kept_and_previewed_safely(olga, bridge):
    page = olga.open(SETTINGS).submit("/settings/imprint", text_de=NASTY, text_en="Imprint")

    assert "Gespeichert." in page.text
    assert newest(bridge).text == NASTY
    assert newest(bridge, language="en").text == "Imprint"
    assert "<script>" not in page.html
    assert 'href="javascript' not in page.html
    assert 'href="https://example.org"' in page.html


def test_only_a_change_makes_a_new_version(olga, bridge):
    page = olga.open(SETTINGS).submit("/settings/imprint", text_de="Eins")

    same = page.submit("/settings/imprint")
    assert newest(bridge).version == 1
    same.submit("/settings/imprint", text_de="Zwei")

    assert "Es hat sich nichts geändert." in same.text
    assert newest(bridge).version == 2


def test_publishing_waits_for_imprint_and_privacy_notice(olga):
    page = olga.open(SETTINGS)
    before = page.text

    page = page.submit("/settings/imprint", text_de="Impressum").submit("/settings/privacy", text_de="Datenschutz")

    assert "Noch kann nichts veröffentlicht werden" in before
    assert "Noch kann nichts veröffentlicht werden" not in page.text


def test_a_text_that_is_too_long_comes_back_whole(olga, bridge):
    page = olga.open(SETTINGS).submit("/settings/privacy", text_de="x" * 30_001)

    assert page.status == 422
    assert "<title>Fehler: Rechtstexte</title>" in page.html
    assert "x" * 30_001 in page.html
    assert newest(bridge, NoticeKind.PRIVACY) is None


@pytest.mark.parametrize("kind", ["terms", "IMPRINT", "imprint%00"])
def test_there_are_no_other_notices(olga, kind):
    token = dict(olga.open(SETTINGS).form("/settings/imprint").fields)["csrf_token"]

    assert olga.post(f"{SETTINGS}/{kind}", [("csrf_token", token), ("text_de", "x")]).status == 404


def test_an_expired_form_comes_back_with_what_was_typed(olga, bridge):
    page = olga.post(f"{SETTINGS}/imprint", [("csrf_token", "stale"), ("text_de", "Lang getippt")])

    assert page.status == 403
    assert "Lang getippt" in page.html
    assert newest(bridge) is None
