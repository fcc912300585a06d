"""What we ask Zoom for, what it tells, and where the two differ."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom_bridge.zoom import discrepancies, payloads
from zoom_bridge.zoom.payloads import (
    Malformed,
    Person,
    Webinar,
    WebinarRequest,
    cut_agenda,
    cut_topic,
    read_participant,
    read_registrant,
    read_webinar,
)

START = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)


def a_request(**changes: Any) -> WebinarRequest:
    usual = {
        "topic": "Gute Nachbarschaft",
        "agenda": "Was wir lernen können.\n\nMit Filmen.",
        "start_time": START,
        "minutes": 90,
        "timezone": "Europe/Berlin",
    }
    return WebinarRequest(**usual | changes)


def told(request: WebinarRequest, **changes: Any) -> dict[str, Any]:
    """What Zoom reads back when it does as it is asked."""
    webinar = request.to_create() | {
        "id": 95000000001,
        "uuid": "mK3xP0wQT2abc==",
        "host_id": "hOst1",
        "host_email": "olga@example.org",
        "created_at": "2026-09-01T08:00:00Z",
        "join_url": "https://zoom.example.org/j/95000000001",
        "start_url": "https://zoom.example.org/s/95000000001?zak=SECRET",
    }
    settings = webinar["settings"] | {"registrants_confirmation_email": True} | changes.pop("settings", {})
    return webinar | {"settings": settings} | changes


def differing(request: WebinarRequest, webinar: Webinar) -> tuple[str, ...]:
    return discrepancies.differing(discrepancies.compare(request, webinar))


def test_a_webinar_is_asked_for_with_registration_behind_a_closed_door() -> None:
    asked = a_request().to_create()

    assert asked["type"] == 5
    assert asked["settings"]["approval_type"] == 1
    assert asked["settings"]["practice_session"] is True
    assert asked["settings"]["audio"] == "both"


@pytest.mark.parametrize("wanted", [True, False])
def test_questions_and_answers_are_asked_for_or_forbidden(wanted: bool) -> None:
    request = a_request(question_and_answer=wanted)

    created, updated = (
        asked["settings"]["question_and_answer"] for asked in (request.to_create(), request.to_update())
    )
    assert created == updated
    assert created["enable"] is wanted
    # Who may not ask need not be told how.
    assert ("allow_submit_questions" in created, "answer_questions" in created) == (wanted, wanted)
    otherwise = told(request, settings={"question_and_answer": {"enable": not wanted}})
    assert differing(request, read_webinar(otherwise)) == ("question_and_answer",)


def test_every_mail_of_zooms_own_is_switched_off() -> None:
    created, updated = a_request().to_create()["settings"], a_request().to_update()["settings"]

    for settings in (created, updated):
        assert settings["registrants_email_notification"] is False
        assert settings["panelists_invitation_email_notification"] is False
        assert settings["attendees_and_panelists_reminder_email_notification"] == {"enable": False}
        assert settings["follow_up_attendees_email_notification"] == {"enable": False}
        assert settings["follow_up_absentees_email_notification"] == {"enable": False}
    # Zoom's create request does not know these two.
    assert "registrants_confirmation_email" not in created
    assert "notify_registrants" not in created
    assert updated["registrants_confirmation_email"] is False
    assert updated["notify_registrants"] is False


def test_the_start_is_told_in_utc() -> None:
    berlin = START.astimezone(timezone(timedelta(hours=2)))

    asked = a_request(start_time=berlin).to_create()

    assert (asked["start_time"], asked["timezone"]) == ("2026-09-07T08:00:00Z", "Europe/Berlin")
    assert asked["duration"] == 90


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        a_request(start_time=datetime(2026, 9, 7, 8, 0))


def test_a_long_title_is_cut_at_a_word() -> None:
    topic = cut_topic("Nachbarschaft " * 20)

    assert len(topic) <= 200
    assert topic.endswith("Nachbarschaft…")


def test_a_title_that_fits_exactly_stays_whole() -> None:
    assert cut_topic("x" * 200) == "x" * 200
    assert cut_topic("wort " * 39 + "wort.") == "wort " * 39 + "wort."


def test_a_title_of_one_long_word_is_cut_in_the_word() -> None:
    assert cut_topic("ä" * 300) == "ä" * 199 + "…"


@given(st.text(max_size=3000))
def test_no_topic_and_no_agenda_is_too_long_or_carries_control_characters(words: str) -> None:
    topic, agenda = cut_topic(words), cut_agenda(words)

    assert len(topic) <= 200
    assert len(agenda) <= 2000
    assert not any(char in topic for char in "\n\r\t\x00\u2028\u202e\ud800")
    assert not any(char in agenda for char in "\r\t\x00\u2028\u202e\ud800")


def test_the_agenda_keeps_its_paragraphs() -> None:
    assert cut_agenda("Eins.\r\n\r\nZwei.\n") == "Eins.\n\nZwei."


def test_zoom_answered_as_asked_and_nothing_differs() -> None:
    request = a_request()

    assert differing(request, read_webinar(told(request))) == ()


def test_a_long_title_does_not_differ_because_it_was_cut() -> None:
    request = a_request(topic="Nachbarschaft " * 20, agenda="Wort " * 1000)

    assert differing(request, read_webinar(told(request))) == ()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("topic", {"topic": "Schlechte Nachbarschaft"}),
        ("agenda", {"agenda": "Anders."}),
        ("start_time", {"start_time": "2026-09-07T09:00:00Z"}),
        ("duration", {"duration": "60"}),
        ("approval_type", {"settings": {"approval_type": 0}}),
        ("practice_session", {"settings": {"practice_session": False}}),
        ("audio", {"settings": {"audio": "voip"}}),
        ("question_and_answer", {"settings": {"question_and_answer": {"enable": False}}}),
        ("panelists_invitation_email_notification", {"settings": {"panelists_invitation_email_notification": True}}),
        ("follow_up_attendees_email_notification", {"settings": {"follow_up_attendees_email_notification": {"enable": True, "type": 1}}}),
        ("allow_multiple_devices", {"settings": {"allow_multiple_devices": "true"}}),
        ("auto_recording", {"settings": {"auto_recording": "cloud"}}),
        ("alternative_hosts", {"settings": {"alternative_hosts": "ben@example.org"}}),
        ("email_language", {"settings": {"email_language": "de-DE"}}),
        ("allow_anonymous_questions", {"settings": {"question_and_answer": {"enable": True, "allow_anonymous_questions": False}}}),
    ],
)  # fmt: skip
def test_what_zoom_reads_back_otherwise_is_named(name: str, changes: dict[str, Any]) -> None:
    request = a_request()

    assert differing(request, read_webinar(told(request, **changes))) == (name,)


def test_hosts_that_zoom_names_in_another_order_are_the_same_hosts() -> None:
    request = a_request(alternative_hosts=("ben@example.org", "Anna@example.org"))

    assert request.to_create()["settings"]["alternative_hosts"] == "anna@example.org,ben@example.org"
    otherwise_told = told(request, settings={"alternative_hosts": "Ben@example.org; anna@example.org"})
    assert differing(request, read_webinar(otherwise_told)) == ()


def test_an_open_door_asks_for_no_approval() -> None:
    assert a_request(open_door=True).to_create()["settings"]["approval_type"] == 0


def test_zoom_is_told_of_a_contact_only_when_there_is_one() -> None:
    nobody, somebody = a_request(), a_request(contact_name="Hotline", contact_email="hilfe@example.org")

    assert not {"contact_name", "contact_email"} & set(nobody.to_create()["settings"])
    assert somebody.to_create()["settings"]["contact_email"] == "hilfe@example.org"
    assert differing(somebody, read_webinar(told(somebody, settings={"contact_name": "Olga"}))) == (
        "contact_name",
    )


def test_zooms_confirmation_differs_only_while_its_mails_are_on() -> None:
    request = a_request()

    webinar = read_webinar(told(request, settings={"registrants_email_notification": True}))

    assert differing(request, webinar) == ("registrants_email_notification", "registrants_confirmation_email")


def test_what_zoom_does_not_tell_does_not_differ() -> None:
    request = a_request()
    bare = {"id": "1", "topic": request.topic, "agenda": request.agenda, "settings": None, "start_time": None}

    assert differing(request, read_webinar(bare)) == ()


def test_a_webinar_is_read_from_numbers_as_from_text() -> None:
    webinar = read_webinar(told(a_request(), id="95000000001", duration="90", settings={"approval_type": "1"}))

    assert (webinar.id, webinar.minutes, webinar.approval_type) == ("95000000001", 90, 1)
    assert read_webinar(told(a_request())).id == "95000000001"
    assert webinar.created_at == datetime(2026, 9, 1, 8, tzinfo=UTC)


def test_a_webinar_from_a_list_tells_less() -> None:
    webinar = read_webinar({"id": 95000000001, "topic": "Gute Nachbarschaft", "type": 5})

    assert (webinar.start_url, webinar.start_time, webinar.minutes, dict(webinar.settings)) == ("", None, None, {})


@pytest.mark.parametrize(
    "nobody", [{}, {"id": None}, {"id": True}, {"id": []}, {"id": ""}, {"id": "x" * 65}, {"id": 1.5}]
)
def test_without_an_id_there_is_no_webinar_and_no_registrant(nobody: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_webinar(nobody)
    with pytest.raises(Malformed):
        read_registrant(nobody)


def test_a_registrant_is_read_from_a_list_and_from_an_answer_to_adding() -> None:
    listed = read_registrant(
        {"id": "aAbB", "email": "anna@example.org", "first_name": "Anna", "last_name": None, "join_url": "",
         "create_time": "2026-09-01T08:00:00Z"}, "pending",
    )  # fmt: skip
    added = read_registrant(
        {"registrant_id": "aAbB", "id": 95000000001, "join_url": "https://zoom.example.org/w/1?tk=x"}
    )

    assert (listed.id, listed.join_url, listed.status, listed.last_name) == ("aAbB", None, "pending", "")
    assert listed.created_at == datetime(2026, 9, 1, 8, tzinfo=UTC)
    assert (added.id, added.join_url, added.status) == ("aAbB", "https://zoom.example.org/w/1?tk=x", None)


def test_a_row_of_the_report_is_one_stay() -> None:
    stay = read_participant(
        {"id": "", "user_id": "16778240", "participant_user_id": "", "name": "Anna Albers",
         "user_email": "anna@example.org", "registrant_id": "aAbB", "join_time": "2026-09-07T08:02:03Z",
         "leave_time": "2026-09-07T09:31:00Z", "duration": 5337, "status": "in_meeting"}
    )  # fmt: skip

    assert (stay.user_id, stay.registrant_id, stay.email) == ("16778240", "aAbB", "anna@example.org")
    assert (stay.seconds, stay.status) == (5337, "in_meeting")
    assert stay.leave_time is not None
    assert stay.join_time is not None


def test_secrets_and_addresses_do_not_show_in_logs() -> None:
    webinar = read_webinar(told(a_request()))
    person = Person(email="anna@example.org", first_name="Anna", last_name="Albers")
    registrant = read_registrant(
        {"id": "a", "email": "anna@example.org", "join_url": "https://zoom.example.org/w/1?tk=SECRET"}
    )

    shown = f"{webinar!r} {person!r} {registrant!r}"

    assert "SECRET" not in shown
    assert "anna@" not in shown
    assert "Albers" not in shown
    assert "olga@" not in shown


def test_a_persons_name_is_one_line_that_zoom_takes() -> None:
    mallory = Person(email="mallory@example.org", first_name="Mal\r\nlory\u202e" + "y" * 100, last_name="\x00")

    wire = mallory.to_wire()

    assert wire["first_name"].startswith("Mal lory yyy")
    assert len(wire["first_name"]) == payloads.LONGEST_NAME
    assert wire["last_name"] == ""
