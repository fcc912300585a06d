"""Who may send us a form."""

from typing import Any

import pytest

from zoom_bridge.store import registrations
from zoom_bridge.web.guards import _network, hosts_of, origins

BASE = "https://events.example.org"
ANNA = {"first_name": "Anna", "last_name": "Albers", "email": "anna@example.org"}


def count(bridge: Any, event: Any) -> int:
    with bridge.db.reading() as connection:
        return len(registrations.list_for_event(connection, event.id))


def test_without_token_or_key_no_form_does_anything(app: Any, client: Any) -> None:
    values = {"slug": "x", "token": "x"}
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    adapter = app.url_map.bind("events.example.org")

    for rule in posts:
        path = adapter.build(rule.endpoint, {name: values.get(name, 1) for name in rule.arguments}, method="POST")
        answer = client.post(path, base_url=BASE, data={"x": "1"})
        if rule.endpoint == "zoom_webhooks.receive":
            assert answer.status_code == 401
        elif rule.endpoint == "verifier.check":
            # It looks something up and does nothing; a stranger typed it.
            assert answer.status_code == 422
        else:
            # 303 and 404: strangers do not learn what the token would have opened.
            assert answer.status_code in {403, 404, 303}, rule.rule
            assert answer.status_code != 303 or answer.headers["Location"].startswith("/sign-in")


def test_attendees_get_no_cookie_and_need_none(bridge: Any, event: Any, visit: Any) -> None:
    """From the form to the join button; somebody whose browser refuses cookies comes in like everybody else."""
    answers = []

    def fresh(path: str) -> Any:
        page = visit().open(path)
        answers.append(page.response)
        return page

    answers.append(fresh(f"/e/{event.slug}/register").submit("first_name", **ANNA).response)
    answers.append(fresh(f"/e/{event.slug}/link").submit("email", email=ANNA["email"]).response)
    with bridge.db.reading() as connection:
        [anna] = registrations.list_for_event(connection, event.id)
    answers.append(fresh(bridge.links.confirm(anna.key)).submit("/confirm/").response)
    link = bridge.links.personal(anna.key)
    answers.append(fresh(f"{link}/edit").submit("first_name", first_name="Anne").response)
    answers.append(fresh(f"{link}/cancel").submit("/cancel").response)
    answers.append(fresh(link).submit("/return").response)

    assert [answer.status_code for answer in answers] == [200] * 12
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    with bridge.db.reading() as connection:
        [anna] = registrations.list_for_event(connection, event.id)
    assert (anna.first_name, anna.active) == ("Anne", True)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example.com"}, {"Origin": "http://events.example.org"},
     {"Origin": "https://events.example.org:8443"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}],
)  # fmt: skip
def test_a_form_from_elsewhere_is_refused(bridge: Any, event: Any, visit: Any, headers: dict[str, str]) -> None:
    visitor = visit()
    form = visitor.open(f"/e/{event.slug}/register").form("first_name")

    page = visitor.post(form.action, form.filled(ANNA, None), headers=headers)

    assert page.status == 403
    assert "nicht von unserer Seite" in page.text
    assert count(bridge, event) == 0


def test_a_page_that_names_no_origin_on_purpose_may_send_its_form(bridge: Any, event: Any, visit: Any) -> None:
    visitor = visit()
    form = visitor.open(f"/e/{event.slug}/register").form("first_name")

    page = visitor.post(
        form.action, form.filled(ANNA, None), headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    )

    assert page.path.endswith("/registered")


def test_another_visitors_token_is_no_good(visit: Any) -> None:
    of_mallory = dict(visit().open("/sign-in").form("email").fields)["csrf_token"]

    page = visit().open("/sign-in").submit("email", email="olga@example.org", csrf_token=of_mallory)

    assert page.status == 403
    assert "Bitte schicken Sie es noch einmal ab" in page.text
    assert dict(page.form("email").fields)["email"] == "olga@example.org"


def test_our_origins_are_those_of_the_base_url() -> None:
    assert origins("https://events.example.org") == {"https://events.example.org"}
    assert hosts_of("https://events.example.org:8443") == ("events.example.org",)
    assert "http://localhost:8000" in origins("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        # A socket for both kinds writes IPv4 like this; in one network, everybody would be locked out together.
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:127.0.0.1", None),
        ("127.0.0.1", None),
        ("::1", None),
        ("", "unknown"),
    ],
)
def test_limits_are_for_one_address_or_one_home(address: str, network: str | None) -> None:
    assert _network(address) == network
