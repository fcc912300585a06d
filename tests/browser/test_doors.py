"""What only a real browser knows of our doors: where the policy lets a form lead, and where the focus is."""

from playwright.sync_api import Browser

from tests.browser.repertoire import Show
from tests.browser.walking import Watched, new_context


def test_the_join_button_leads_through_our_policy_to_zoom(browser: Browser, show: Show) -> None:
    context = new_context(browser, "de", width=390)
    watched = Watched(context.new_page())
    watched.page.goto(f"{show.address('web')}/z/{show.names['at_the_door'].token}")

    watched.page.click("text=Im Browser teilnehmen")
    watched.page.wait_for_url(f"{show.address('zoom')}/w/**")

    assert watched.complaints == []
    context.close()


def test_a_wrong_form_puts_the_focus_on_what_is_wrong_without_any_script(browser: Browser, show: Show) -> None:
    context = new_context(browser, "de", scripts=False, width=390)
    page = context.new_page()
    page.goto(f"{show.address('web')}/e/{show.names['open'].slug}/register")

    page.fill("#first_name", "Anna")
    page.click("main form button")

    assert page.title().startswith("Fehler:")
    assert page.locator("#errors:focus").count() == 1
    assert page.locator("#first_name").input_value() == "Anna"
    context.close()
