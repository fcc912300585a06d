"""Pictures at the addresses that their content gives them."""

from typing import Any

import pytest

from zoom_bridge.domain.picture import Picture
from zoom_bridge.store import pictures

DIGEST = "0a" * 32


@pytest.fixture
def picture(bridge: Any, clock: Any) -> Picture:
    kept = Picture(DIGEST, "image/webp", 30, 20, b"RIFF and so on", clock())
    with bridge.db.transaction() as connection:
        pictures.keep(connection, kept)
    return kept


def test_a_picture_may_be_kept_for_good_and_can_do_nothing(picture: Picture, visit: Any) -> None:
    response = visit().open(f"/pictures/{DIGEST}").response

    assert (response.status_code, response.data, response.mimetype) == (200, picture.data, "image/webp")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in response.headers


def test_a_picture_that_is_known_is_not_sent_again(picture: Picture, visit: Any) -> None:
    asking = visit()
    asking.headers["If-None-Match"] = f'"{DIGEST}"'

    response = asking.open(f"/pictures/{DIGEST}").response

    assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize("digest", ["1b" * 32, "x", "%00", "..%2f..%2fetc%2fpasswd"])
def test_what_is_no_picture_is_a_page_that_says_so(picture: Picture, visit: Any, digest: str) -> None:
    page = visit().open(f"/pictures/{digest}")

    assert page.status == 404
    assert "Diese Seite gibt es nicht" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"


def test_the_language_does_not_change_a_pictures_address(bridge: Any, app: Any, picture: Picture) -> None:
    with app.test_request_context("/?lang=en", base_url="https://events.example.org"):
        shown = app.jinja_env.from_string(
            '{% from "pieces.html" import picture %}{{ picture(digest, "Das <Amt>", {"loading": "lazy"}) }}|{{ picture("", "x") }}|{{ picture("f" * 64, "x") }}'
        ).render(digest=DIGEST)

    assert shown == f'<img src="/pictures/{DIGEST}" width="30" height="20" alt="Das &lt;Amt&gt;" loading="lazy">||'


def test_a_picture_that_comes_later_is_found_later(bridge: Any, app: Any, clock: Any) -> None:
    size = app.jinja_env.globals["picture_size"]
    with app.test_request_context("/", base_url="https://events.example.org"):
        assert size(DIGEST) is None
        with bridge.db.transaction() as connection:
            pictures.keep(connection, Picture(DIGEST, "image/png", 3, 2, b"", clock()))
        assert size(DIGEST) == (3, 2)
