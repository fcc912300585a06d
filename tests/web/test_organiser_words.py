"""States in words: every one has some, and what goes wrong is said in the reader's language. Needs no database."""

from datetime import timedelta

import pytest

from tests.builders import a_registration, a_webinar, an_event
from tests.clock import NOW
from zoom_bridge.domain.attendance import Match
from zoom_bridge.domain.message import LETTING_IN, Kind, Skip
from zoom_bridge.domain.registration import Standing, ZoomStanding
from zoom_bridge.domain.reminder import Reminder
from zoom_bridge.i18n import speech, translations
from zoom_bridge.store import reminders
from zoom_bridge.store.overviews import LetterLine
from zoom_bridge.web import in_words
from zoom_bridge.web.mail_plan import MailPlan
from zoom_bridge.zoom import answers

GERMAN = speech("de")
NBSP = "\N{NO-BREAK SPACE}"


def test_every_state_has_words():
    assert set(in_words.LETTERS) == set(Kind) - LETTING_IN
    assert set(in_words.SKIPS) == set(Skip)
    assert set(in_words.MATCHES) == set(Match)
    assert set(in_words.STANDINGS) == set(Standing)
    assert set(in_words.ZOOM_STANDINGS) == set(ZoomStanding)


@pytest.mark.parametrize("sentence", answers.SENTENCES)
def test_what_zoom_does_to_us_is_said_in_german(sentence):
    said = in_words.failure_in_words(f"{sentence}{answers.SAYS}Something.", GERMAN)

    assert translations("de").gettext(sentence) != sentence
    assert said == f"{translations('de').gettext(sentence)} Zoom sagt: „Something.“"


def test_the_mail_servers_own_words_stay_as_they_are():
    said = in_words.failure_in_words("The mail server refuses the letter: “spam: no” (554)", GERMAN)

    assert said == "Der Mailserver lehnt die E‑Mail ab: “spam: no” (554)"


def test_what_nobody_foresaw_is_still_shown_in_short():
    assert in_words.failure_in_words(None, GERMAN) == "Der Grund ist nicht bekannt."
    assert len(in_words.failure_in_words("x" * 5000, GERMAN)) < 400


@pytest.mark.parametrize(
    ("webinar", "words"),
    [
        (None, "Kein Webinar"),
        (a_webinar(), "Zoom ist auf dem Stand"),
        (a_webinar(synced_revision=0, zoom_id=None), "Das Webinar wird eingerichtet"),
        (a_webinar(synced_revision=0), "Die Änderung ist unterwegs zu Zoom"),
        (a_webinar(synced_revision=0, last_error="x"), "Die Änderung ist noch nicht bei Zoom"),
        (a_webinar(synced_revision=0, zoom_id=None, last_error="x"), "Bei Zoom gibt es noch kein Webinar"),
        (a_webinar(gave_up_at=NOW), "Zoom lehnt diese Veranstaltung ab"),
        (a_webinar(gone_at=NOW), "Das Webinar wurde bei Zoom gelöscht"),
    ],
)
def test_every_standing_of_a_webinar_is_a_sentence(webinar, words):
    said = in_words.webinar_in_words(an_event(), webinar, GERMAN)

    assert said.words == words
    assert said.sentences


def test_a_removed_webinar_of_a_cancelled_event_is_no_alarm():
    said = in_words.webinar_in_words(an_event(cancelled_at=NOW), a_webinar(), GERMAN)

    assert (said.words, said.tone) == ("Entfernt", "")


def test_somebody_who_waits_for_zoom_knows_why_and_until_when():
    waiting = a_registration(
        revision=2, attempts=3, last_error="Zoom asks us to wait.", due_at=NOW + timedelta(minutes=5)
    )

    said = in_words.zoom_standing_in_words(waiting, "Europe/Berlin", GERMAN)

    assert said.words == "wartet"
    assert said.sentences == ("Zoom bittet uns zu warten.", f"Nächster Versuch am 01.09.2026, 10.05{NBSP}Uhr.")


def a_reminder(kind, days, **changes):
    planned_at = NOW + timedelta(days=days)
    rule = "1d" if kind is Kind.DAY_BEFORE else "1h"
    return Reminder(**({"id": 1, "event_id": 1, "kind": kind, "rule": rule, "schedule_revision": 1, "due_at": planned_at, "planned_at": planned_at, "useful_until": planned_at} | changes))  # fmt: skip


def steps(letters=(), reminders=(), event=None):
    plan = MailPlan(event or an_event(), list(letters), list(reminders), 2, NOW, GERMAN)
    return {step.title: (step.look, " ".join(step.sentences)) for step in plan.steps()}


def test_the_plan_of_an_untouched_event_begins_with_the_confirmation_and_ends_with_erasure():
    titles = [title.replace(NBSP, " ") for title in steps()]

    assert titles == [
        "Bestätigung",
        "Heute, Dienstag, 1. September 2026 (jetzt)",
        "Mittwoch, 7. Oktober 2026: Löschung",
    ]


def test_letters_that_were_not_sent_say_why():
    said = steps(
        [
            LetterLine(
                Kind.CONFIRMATION, waiting=1, sent=2, skipped=3, gave_up=1, last_error="Zoom cannot be reached.",
                skips=((Skip.EXPIRED, 2), (Skip.FORGOTTEN, 1)),
            )
        ]
    )  # fmt: skip

    look, words = said["Bestätigung"]
    assert look == "stopped"
    assert "2 an den Mailserver übergeben. 1 wartet. Zoom ist nicht erreichbar." in words
    assert "3 nicht verschickt: 2 × ihre Zeit war vorbei, 1 × die Angaben der Person waren gelöscht." in words


def test_reminders_stand_before_and_after_today():
    said = steps(
        [LetterLine(Kind.DAY_BEFORE, 0, 2, 0, 0, None)],
        [a_reminder(Kind.DAY_BEFORE, -1, queued_at=NOW), a_reminder(Kind.JOIN_LINK, 1)],
    )

    titles = list(said)
    assert [title.partition(": ")[2] for title in titles[1:4]] == [
        "Erinnerung am Vortag",
        "",
        "Zugangslink eine Stunde vorher",
    ]
    assert said[titles[1]] == ("done", "2 an den Mailserver übergeben.")
    assert said[titles[3]][0] == ""


def test_each_reminder_has_its_own_name_and_its_own_numbers():
    said = steps(
        [
            LetterLine(Kind.DAY_BEFORE, 0, 2, 1, 0, None, reminder_id=7, skips=((Skip.EXPIRED, 1),)),
            LetterLine(Kind.DAY_BEFORE, 3, 0, 0, 0, None, reminder_id=8),
        ],
        [
            a_reminder(Kind.DAY_BEFORE, -3, id=7, rule="3d", queued_at=NOW),
            a_reminder(Kind.DAY_BEFORE, -1, id=8, queued_at=NOW),
            a_reminder(Kind.JOIN_LINK, 1, id=9, rule="30m"),
        ],
    )

    by_name = {title.partition(": ")[2]: words for title, words in said.items()}
    assert by_name["Erinnerung 3 Tage vorher"] == (
        "done",
        "2 an den Mailserver übergeben. 1 nicht verschickt: 1 × ihre Zeit war vorbei.",
    )
    assert by_name["Erinnerung am Vortag"] == ("", "3 warten.")
    assert by_name["Zugangslink 30 Minuten vorher"][0] == ""


def test_a_dropped_reminder_says_why():
    (said,) = [
        words for title, words in steps(reminders=[a_reminder(Kind.DAY_BEFORE, -1, dropped_at=NOW, drop_reason="past")]).items() if "Vortag" in title
    ]  # fmt: skip

    assert said == ("stopped", "Nicht verschickt: Ihr Zeitpunkt war schon vorbei, als sie geplant wurde.")


def test_every_reason_a_reminder_is_dropped_for_has_words_of_its_own():
    assert reminders.SWITCHED_OFF in in_words.DROPS
    assert len(set(in_words.DROPS.values())) == len(in_words.DROPS)


def test_reminders_of_an_older_date_that_were_never_sent_are_not_shown():
    said = steps(reminders=[a_reminder(Kind.DAY_BEFORE, 1)], event=an_event(schedule_revision=2))

    assert not [title for title in said if "Vortag" in title]
