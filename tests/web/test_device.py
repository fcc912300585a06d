"""Which browser somebody uses, and what to expect of Zoom in it."""

import pytest

from zoom_bridge.web.device import Outlook, recognise

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "browser", "version", "outlook"),
    [
        (f"{WINDOWS} Chrome/124.0.0.0 Safari/537.36", "Chrome", "124", Outlook.GOOD),
        (f"{WINDOWS} Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0", "Edge", "124", Outlook.GOOD),
        (f"{WINDOWS} Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0", "Opera", "110", Outlook.GOOD),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0", "Firefox", "125", Outlook.GOOD),
        (f"{MAC} Version/17.4 Safari/605.1.15", "Safari", "17", Outlook.GOOD),
        (f"{MAC} Version/13.1.2 Safari/605.1.15", "Safari", "13", Outlook.OLD),
        (f"{WINDOWS} Chrome/79.0.0.0 Safari/537.36", "Chrome", "79", Outlook.OLD),
        (f"{PHONE} Version/17.4 Mobile/15E148 Safari/604.1", "Safari", "17", Outlook.APP_IS_BETTER),
        (f"{PHONE} CriOS/124.0.0 Mobile/15E148 Safari/604.1", "Chrome", "124", Outlook.APP_IS_BETTER),
        (f"{ANDROID} Chrome/124.0.0.0 Mobile Safari/537.36", "Chrome", "124", Outlook.APP_IS_BETTER),
        (
            f"{ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Samsung Internet",
            "25",
            Outlook.APP_IS_BETTER,
        ),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer", "11", Outlook.OLD),
        ("", "", "", Outlook.UNKNOWN),
        ("Lynx/2.9", "", "", Outlook.UNKNOWN),
        ("Chrome/" + "9" * 5000, "Chrome", "9999", Outlook.GOOD),
    ],
)
def test_browsers_are_known_by_what_they_say(said: str, browser: str, version: str, outlook: Outlook) -> None:
    device = recognise(said)

    assert (device.browser, device.version, device.outlook) == (browser, version, outlook)
