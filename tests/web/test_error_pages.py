"""What people see when something is refused or breaks."""

import logging
import re
from typing import Any

import pytest

from tests.cast import ANNA
from zoom_bridge.domain import refusals
from zoom_bridge.i18n import translations
from zoom_bridge.web.error_pages import FORM_EXPIRED, OTHERS, REFUSALS

BASE = "https://events.example.org"


def all_kinds(kind: type = refusals.Refusal) -> list[type]:
    return [kind] + [deeper for below in kind.__subclasses__() for deeper in all_kinds(below)]


def test_every_refusal_has_a_page_of_its_own_or_of_its_kind() -> None:
    without = [
        kind for kind in all_kinds() if not kind.__subclasses__() and not any(k in REFUSALS for k in kind.__mro__)
    ]

    assert without == []


def test_every_error_page_speaks_german() -> None:
    german = translations("de")

    for page in [*REFUSALS.values(), *OTHERS.values(), FORM_EXPIRED]:
        for text in (page.title, page.sentence, page.next_step):
            assert not text or german.gettext(text) != text


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Diese Seite gibt es nicht"), ("en", "This page does not exist")]
)
def test_an_unknown_address_has_a_page(visit: Any, language: str, words: str) -> None:
    page = visit(language).open("/no/such/page")

    assert page.status == 404
    assert words in page.text


def test_an_accident_shows_a_number_and_logs_no_message(
    bridge: Any, app: Any, visit: Any, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/breaks/<token>")
    def breaks(token: str) -> str:
        raise RuntimeError(f"{ANNA.email} {token}")

    with caplog.at_level(logging.ERROR):
        page = visit().open("/breaks/secret-token")

    assert page.status == 500
    assert "Das hat nicht geklappt, und es lag an uns" in page.text
    number = re.search(r"Nummer dieses Fehlers: ([0-9a-f]{8})", page.text)
    assert number
    assert number[1] in caplog.text
    assert "RuntimeError" in caplog.text
    for secret in ("secret-token", "anna@example.org"):
        assert secret not in caplog.text
        assert secret not in page.html.replace("/breaks/secret-token", "")
    assert "Traceback" not in page.html


def test_a_database_that_is_away_asks_for_a_moment(bridge: Any, event: Any, visit: Any) -> None:
    with bridge.db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE partners")

    page = visit().open(f"/e/{event.slug}")

    assert page.status == 503
    assert page.response.headers["Retry-After"]
    assert "Bitte versuchen Sie es gleich noch einmal" in page.text


def test_a_wrong_method_says_which_one_is_right(visit: Any) -> None:
    page = visit().open("/sign-out")

    assert page.status == 405
    assert "POST" in page.response.headers["Allow"]


def test_too_much_at_once_is_refused(event: Any, visit: Any) -> None:
    visitor = visit()
    form = visitor.open(f"/e/{event.slug}/register").form("first_name")

    large = visitor.post(form.action, form.filled({"first_name": "x" * 2_000_000}, None))
    many = visitor.client.post(
        form.action,
        base_url=BASE,
        data=b"".join(b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n' for _ in range(2000))
        + b"--x--",
        content_type="multipart/form-data; boundary=x",
    )

    assert large.status == 413
    assert "Das war zu viel auf einmal" in large.text
    assert many.status_code == 413


def test_the_language_links_of_an_error_page_stay_with_us(client: Any) -> None:
    for path in ("//evil.example.com/x", "/%2Fevil.example.com/x", "/\\evil.example.com"):
        answer = client.get("/", base_url=BASE, environ_overrides={"PATH_INFO": path})

        assert 'href="//' not in answer.text
        assert 'href="/\\' not in answer.text
        assert answer.headers.get("Location", BASE).startswith(BASE)


def test_a_referer_that_is_no_address_breaks_no_page(visit: Any, event: Any) -> None:
    page = visit().post("/sign-out", [], headers={"Referer": "http://["})

    assert page.status == 403
    assert page.links("English") == ["/?lang=en"]
