"""What a webinar leaves behind, read from Zoom's answers."""

import pytest
import responses

from tests.zoom.stage import API
from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import proceedings
from zoom_bridge.zoom.answers import NO_REPORT
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.raw_json import Malformed

UUID = "/ab//c=="
TWICE = "%252Fab%252F%252Fc%253D%253D"


def a_report(**details: object) -> dict[str, object]:
    return {"questions": [{"name": "Anna", "email": "anna@example.org", "question_details": [details]}]}


def test_a_uuid_that_would_break_the_path_is_encoded_twice(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(f"{API}/report/webinars/{TWICE}/qa", json=a_report(question="Warum?", answer=""))
    network.get(f"{API}/report/webinars/{TWICE}/polls", json=a_report(question="Ja?", answer="Ja", polling_id="p"))
    network.get(f"{API}/meetings/{TWICE}/recordings", status=404, json={"code": 3301, "message": "none"})

    assert [one.question for one in zoom.report_questions(UUID)] == ["Warum?"]
    assert [one.answer for one in zoom.report_votes(UUID)] == ["Ja"]
    assert zoom.find_recording(UUID) is None


def test_a_report_that_is_not_there_yet_is_worth_another_attempt(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(f"{API}/report/webinars/u/qa", status=404, json={"code": 3001, "message": "not end"})

    with pytest.raises(Failure, match=NO_REPORT) as failure:
        zoom.report_questions("u")

    assert not failure.value.permanent


@pytest.mark.parametrize(
    ("details", "answers", "spoken"),
    [
        ({"answer": "Ja."}, ("Ja.",), False),
        ({"answer": "live answered", "question_status": "answered"}, (), True),
        ({"question_status": "answered"}, (), True),
        ({"question_status": "open"}, (), False),
        ({"answer": "A, B", "answer_details": [{"content": "A"}, {"content": "B"}]}, ("A", "B"), False),
    ],
)
def test_answers_are_written_or_spoken(details: dict[str, object], answers: tuple[str, ...], spoken: bool) -> None:
    (asked,) = proceedings.read_questions(a_report(question="Warum?", **details))

    assert (asked.answers, asked.spoken) == (answers, spoken)


def test_deleted_questions_stay_deleted() -> None:
    assert proceedings.read_questions(a_report(question="Warum?", question_status="deleted")) == []


def test_of_a_survey_what_was_left_empty_is_no_answer() -> None:
    details = [{"question": "Wie?", "question_id": "q", "answer": "Gut"}, {"question": "Was?", "answer": " "}, {}]
    told = {"survey_answers": [{"name": "Anna", "answer_details": details}, {"name": "Ben"}]}

    assert [(one.poll_id, one.question, one.answer) for one in proceedings.read_survey(told)] == [
        ("q", "Wie?", "Gut")
    ]


def test_half_a_report_is_none() -> None:
    with pytest.raises(Malformed):
        proceedings.read_questions({"id": 1})
    with pytest.raises(Malformed):
        proceedings.read_survey({"webinar_id": 1})


def test_of_a_recording_only_web_addresses_are_kept_and_files_that_are_ready() -> None:
    file = {"file_type": "MP4", "file_size": 10, "play_url": "javascript:alert(1)", "status": "completed"}
    other = {"file_type": "M4A", "play_url": "https://zoom.example.org/play/a", "status": "completed"}
    told = {"recording_files": [file, other, {"file_type": "CHAT", "status": "processing"}], "password": "x"}

    recorded = proceedings.read_recording(told | {"recording_play_passcode": "key"})

    assert recorded is not None
    assert [(one.kind, one.play_url) for one in recorded.files] == [
        ("MP4", ""),
        ("M4A", "https://zoom.example.org/play/a"),
    ]
    assert recorded.link == "https://zoom.example.org/play/a?pwd=key"
    assert proceedings.read_recording({"recording_files": []}) is None
