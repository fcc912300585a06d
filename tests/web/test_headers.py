"""The headers of every answer."""

import re
from typing import Any

import pytest

BASE = "https://events.example.org"


def directives(answer: Any) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/no/such/page", "/health", "/organiser/", "/z/x", "/static/style.css", "/zoom/webhooks"],
)
def test_every_answer_carries_the_strict_headers(client: Any, path: str) -> None:
    answer = client.get(path, base_url=BASE, buffered=True)

    policy = directives(answer)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["img-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_forms_lead_to_ourselves_only_and_the_join_button_to_zoom(client: Any) -> None:
    assert directives(client.get("/", base_url=BASE))["form-action"] == "'self'"
    assert directives(client.get("/z/x", base_url=BASE))["form-action"] == "'self' https:"
    assert directives(client.get("/sign-in", base_url=BASE))["form-action"] == "'self'"


def test_the_session_cookie_is_bound_to_this_host_and_hidden_from_scripts(client: Any) -> None:
    cookie = client.get("/sign-in", base_url=BASE).headers["Set-Cookie"]

    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_the_stylesheet_may_be_kept_and_its_address_changes_with_it(visit: Any) -> None:
    page = visit().open("/")
    address = page.html.split('rel="stylesheet" href="')[1].split('"')[0]

    answer = page.visitor.open(address, buffered=True).response

    assert "?v=" in address
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.mimetype == "text/css"


def test_no_page_asks_anybody_else_for_anything(event: Any, visit: Any) -> None:
    for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register", "/sign-in"):
        html = visit().open(path).html

        assert "<script>" not in html
        assert " style=" not in html
        assert all(address.startswith("/") for address in re.findall(r'src="([^"]*)"', html))
        assert "@import" not in html


@pytest.mark.parametrize("host", ["evil.example.com", "events.example.org.evil.com", "127.0.0.1", "localhost", ""])
def test_a_foreign_host_is_refused_without_a_page(client: Any, host: str) -> None:
    answer = client.get("/", base_url=BASE, headers={"Host": host})

    assert answer.status_code == 400
    assert "<" not in answer.text


def test_without_configured_proxies_their_headers_count_for_nothing(client: Any) -> None:
    forged = {"X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "http", "X-Forwarded-For": "1.2.3.4"}

    answer = client.get("/organiser/", base_url=BASE, headers=forged)

    assert answer.headers["Location"] == "/sign-in"
