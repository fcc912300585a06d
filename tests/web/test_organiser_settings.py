"""The settings: what a public body says of itself, and how the house is."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.store import notices, tables

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
    assert "<title>Fehler: Einstellungen</title>" in page.html
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


def test_jobs_say_what_fails_since_when_and_show_no_secret(olga, bridge, clock, settings):
    row = {"finished_at": clock(), "done": 0, "failed_since": clock() - timedelta(hours=1), "alarm": True}
    error = "The mail server refuses our user name or password: “authentication failed” (535)"
    with bridge.db.transaction() as connection:
        connection.execute(insert(tables.runs).values(job="send_mail", last_error=error, **row))
    page = olga.open(SETTINGS)

    assert "E‑Mails verschicken: gestört seit 01.09.2026, 9.00 Uhr" in page.text
    assert "Der Mailserver lehnt unseren Benutzernamen oder unser Passwort ab" in page.text
    for secret in (settings.zoom.client_secret, settings.zoom.webhook_secret, settings.web.secret_key):
        assert secret.get_secret_value() not in page.html
    assert settings.database.url not in page.html


def test_settings_say_when_nothing_has_run_yet(olga):
    assert "Noch ist keine Aufgabe gelaufen." in olga.open(SETTINGS).text
