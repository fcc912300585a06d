"""The certificate on paper: accessible by its structure, in the reader's language, and never taking what people wrote for
anything but words."""

import io
import sys
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.builders import an_event
from tests.cast import ANNA, MALLORY
from tests.mail.post import LINKS
from zoom_bridge.domain.certificate import CertificateRule, written
from zoom_bridge.paper import press
from zoom_bridge.paper.certificate_sheet import Bearer, Issuer, sheet

EVENT = an_event()
CODE = LINKS.certificate_code("k" * 22, EVENT.ends_at)


def a_logo() -> bytes:
    """As uploads become: WebP, see-through in places."""
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 32), (4, 85, 103, 128)).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def a_sheet(
    language: str = "de",
    name: str = ANNA.name,
    code: str = CODE,
    rule: CertificateRule | None = None,
    issuer: Issuer | None = None,
) -> PdfReader:
    bearer = Bearer(name, 85, EVENT.ends_at, code)
    made = sheet(EVENT, rule or CertificateRule(event_id=1), issuer or Issuer("Amt"), bearer, language, LINKS)
    return PdfReader(io.BytesIO(made))


def text(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\xa0", " ").split())


def elements(node: Any) -> list[Any]:
    """The structure tree, flat."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [one for child in node for one in elements(child)]
    if not isinstance(node, dict) or "/K" not in node:
        return [node] if isinstance(node, dict) else []
    return [node, *elements(node["/K"])]


@pytest.mark.parametrize(
    ("language", "title"), [("de", "Teilnahmebescheinigung"), ("en", "Certificate of attendance")]
)
def test_it_is_tagged_and_has_language_and_title(language: str, title: str) -> None:
    reader = a_sheet(language, issuer=Issuer("Amt", a_logo()))
    catalogue: Any = reader.root_object

    found = elements(catalogue["/StructTreeRoot"])

    assert catalogue["/Lang"] == language
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in catalogue["/Metadata"].get_data().decode()
    assert reader.metadata
    assert reader.metadata.title == f"{title}: {EVENT.wording(language).title}"
    kinds = [one.get("/S") for one in found]
    assert "/H1" in kinds
    assert next(one["/Alt"] for one in found if "/Alt" in one) == "Amt", "the logo"
    assert kinds.count("/Figure") == 2, "and the QR code"


def test_all_that_it_certifies_stands_on_it_and_how_to_check_it() -> None:
    rule = CertificateRule(event_id=1, text_de="Zwei Punkte.\n\nBitte *abheften*.", signed_by="Olga Osterkamp")

    said = text(a_sheet(rule=rule))

    for words in (
        "Anna Albers", "Gute Nachbarschaft", "Montag, 7. September 2026", "10.00 bis 11.30 Uhr", "85 Minuten",
        "Zwei Punkte.", "Bitte *abheften*.", "Olga Osterkamp", "7. September 2026", "Amt", written(CODE),
        LINKS.certificate(),
    ):  # fmt: skip
        assert words in said
    assert "Muster" not in said.title()


def test_without_a_code_it_says_that_it_is_a_specimen() -> None:
    assert "MUSTER" in text(a_sheet(code=""))


def test_what_people_wrote_is_set_as_it_is() -> None:
    hostile = f'#read("/etc/hostname") $x$ @a \\ *b* {MALLORY.name} \x00\ud800\u202e'

    said = text(a_sheet(name=hostile, issuer=Issuer("U" * 200), rule=CertificateRule(event_id=1, text_de=hostile)))

    # Long words are broken.
    together = said.replace("\u200b", "").replace(" ", "")
    assert together.count(r'#read("/etc/hostname")$x$@a\*b*Mallory"><script>alert(1)</script>') == 2


@pytest.mark.parametrize("name", ["王小明", "\ue000 Albers", "🎉"])
def test_a_name_in_letters_that_nobody_here_has_costs_nobody_the_certificate(name: str) -> None:
    assert len(a_sheet(name=name).pages) == 1


def test_where_the_press_is_not_installed_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)

    with pytest.raises(press.NotInstalled, match=r"pip install zoom-bridge\[pdf\]"):
        a_sheet()


def test_a_logo_of_a_body_without_a_name_costs_nobody_the_certificate() -> None:
    assert "Anna Albers" in text(a_sheet(issuer=Issuer("", a_logo())))
