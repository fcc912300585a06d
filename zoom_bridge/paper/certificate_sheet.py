"""A certificate as a sheet of A4: who was at which event, when and for how long, and how a third person checks it."""

import io
from dataclasses import dataclass
from datetime import datetime

import segno

from zoom_bridge.domain.certificate import CertificateRule, written
from zoom_bridge.domain.event import Event
from zoom_bridge.i18n import speech
from zoom_bridge.links import Links
from zoom_bridge.paper import press

#: Longer ones would not leave the sheet its margin.
LONGEST_TEXT = 1500


@dataclass(frozen=True)
class Issuer:
    """Whose name stands above it: the event's host, or else the body that runs the service. `logo`: a picture's bytes,
    of any kind that browsers show, or none."""

    name: str
    logo: bytes = b""


@dataclass(frozen=True)
class Bearer:
    """What differs from sheet to sheet. Without a code it is a specimen, and says so."""

    name: str
    minutes: int
    issued_at: datetime
    code: str = ""


def sheet(
    event: Event, rule: CertificateRule, issuer: Issuer, bearer: Bearer, language: str, links: Links
) -> bytes:
    """The PDF. Its language is the reader's; the event's title stands in the one that it has."""
    say, speak = speech(language).say, speech(language)
    wording = event.wording(language)
    title = say("Certificate of attendance")
    data = {
        "language": language,
        "title": f"{title}: {wording.title}",
        "issuer": issuer.name,
        "logo": bool(issuer.logo),
        "logo_name": issuer.name or say("Logo"),
        "heading": title,
        "bearer": bearer.name,
        "took_part": say("took part in the online event"),
        "event": wording.title,
        "subtitle": wording.subtitle,
        "event_language": wording.language,
        "when": [
            [say("Date"), speak.date(event.starts_at, event.timezone)],
            [say("Time"), speak.span(event.starts_at, event.ends_at, event.timezone)],
            [say("Was there for"), speak.say_n("%(n)s minute", "%(n)s minutes", bearer.minutes)],
        ],
        "text": rule.text(language) or ours(language),
        "signed_by": rule.signed_by,
        "issued": say("Issued on %(date)s", date=speak.day(bearer.issued_at, event.timezone)),
        "specimen": "" if bearer.code else say("Specimen"),
        "check": say("Is it genuine? Anybody can check that here, with the code:"),
        "address": links.certificate(),
        "code": written(bearer.code),
        "code_name": say("Check code"),
        "qr_name": say("QR code with the address of the page that checks this certificate"),
    }
    files = {"logo": issuer.logo} if issuer.logo else {}
    return press.printed(_SHEET, data, {**files, "qr.svg": _qr(links.certificate(bearer.code))})


def ours(language: str) -> str:
    """What stands below the facts unless the organiser writes something else."""
    return speech(language).say(
        "The time was measured to the minute in the online room. This certificate was made by machine and is valid "
        "without a signature."
    )


def _qr(address: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(address, error="m").save(buffer, kind="svg", border=0, xmldecl=False, svgns=True, scale=4)
    return buffer.getvalue()


#: Everything that somebody wrote comes from `data` and is set as it is.
_SHEET = (
    press.SOFT
    + """
#let d = json("data.json")
#set document(title: d.title, date: none)
#set page(paper: "a4", margin: (x: 28mm, top: 26mm, bottom: 24mm))
#set text(font: "Libertinus Serif", lang: d.language, size: 12pt)
#set par(leading: 0.7em, spacing: 1.1em)
#show heading: set text(size: 28pt, weight: "bold")
#show heading: set block(below: 14mm)

#let rule = line(length: 100%, stroke: 0.6pt)

#grid(
  columns: (1fr, auto), align: (left + horizon, right + horizon), column-gutter: 8mm,
  text(size: 13pt, weight: "bold", soft(d.issuer)),
  if d.logo { box(width: 40mm, height: 20mm, image("logo", alt: d.logo_name, width: 100%, height: 100%, fit: "contain")) },
)
#v(2mm)
#rule
#v(16mm)

#if d.specimen != "" [#text(size: 13pt, weight: "bold", upper(d.specimen))]

= #d.heading

#text(size: 22pt, soft(d.bearer))

#d.took_part

#block(above: 6mm, below: 8mm)[
  #text(size: 17pt, weight: "bold", lang: d.event_language, soft(d.event))
  #if d.subtitle != "" [#parbreak() #text(lang: d.event_language, soft(d.subtitle))]
]

#for (name, value) in d.when [
  / #box(width: 32mm, name): #value
]

#v(4mm)

#for paragraph in soft(d.text).split(regex("\\n[ \\t]*\\n")) [
  #paragraph.trim().split("\\n").join(linebreak())
  #parbreak()
]

#v(8mm)
#d.issued
#if d.signed_by != "" [#parbreak() #text(weight: "bold", soft(d.signed_by))]

#v(1fr)
#rule
#grid(
  columns: (24mm, 1fr), column-gutter: 8mm, align: (left + horizon, left + horizon),
  image("qr.svg", alt: d.qr_name, width: 24mm),
  [
    #set text(size: 10.5pt)
    #d.check #parbreak()
    #link(d.address) #parbreak()
    #if d.code != "" [#d.code_name: #text(font: "DejaVu Sans Mono", size: 10.5pt, d.code)]
  ],
)
"""
)
