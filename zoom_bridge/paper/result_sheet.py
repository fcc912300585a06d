"""The result of an event on one sheet: what was, how many came, and the same charts as on the page, without any name."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from zoom_bridge.paper import press


@dataclass(frozen=True)
class Sheet:
    """Everything as it is said in the reader's language. above: whose event it was. charts and questions: form, title,
    head, rows (label, number, share of the longest), says, note, and for a curve corners, lines, ticks, highest."""

    language: str
    title: str
    above: str
    date: str
    sentences: Sequence[str]
    numbers: Sequence[tuple[str, str]]
    charts: Sequence[Mapping[str, object]]
    questions: Sequence[Mapping[str, object]]
    notes: Sequence[str]


def printed(sheet: Sheet) -> bytes:
    values: dict[str, Any] = asdict(sheet)
    return press.printed(_SHEET, values, {})


_SHEET = (
    press.SOFT
    + """
#let data = json("data.json")
#set document(title: data.title)
#set text(lang: data.language, font: "Libertinus Serif", size: 10.5pt, hyphenate: true)
#set page(paper: "a4", margin: (x: 2.2cm, top: 1.8cm, bottom: 1.6cm))
#set par(leading: 0.6em)
#show heading: set block(above: 0pt, below: 0.6em)
#let ink = rgb("#131c1f")
#let hue = rgb("#045766")
#let tint = rgb("#d5e7ea")
#let line-grey = rgb("#b9c4c7")
#set text(fill: ink)
#show heading: set text(hyphenate: false)

#let small(body) = text(size: 9pt, body)

#let bars(chart) = block(breakable: false, width: 100%, {
  strong(soft(chart.title))
  v(-0.3em)
  table(
    columns: (1.3fr, auto, 1fr),
    stroke: (x, y) => (bottom: if y == 0 { 1pt + ink } else { 0.5pt + line-grey }),
    inset: (left: 0pt, right: 8pt, y: 3.2pt),
    align: (start, end, start + horizon),
    table.header(small(chart.head.at(0)), small(chart.head.at(1)), []),
    ..for row in chart.rows {
      (
        small(soft(row.label, longest: 24)),
        small(row.number),
        if row.share > 0 { pdf.artifact(rect(width: row.share * 100%, height: 7pt, fill: tint, stroke: 0.7pt + hue)) },
      )
    }
  )
  if chart.says != "" { small(chart.says) }
})

#let curve-height = 4.2cm
#let left-edge = 1.1cm
#let curve-of(chart) = block(breakable: false, width: 100%, {
  strong(chart.title)
  figure(
    alt: chart.says,
    block(width: 100%, height: curve-height + 1.1cm, layout(size => {
      let wide = size.width - left-edge
      let top = 0.5cm
      let y(px) = top + (px - 28) / 200 * curve-height
      for line-of in chart.lines {
        place(dx: 0pt, dy: y(line-of.y), line(length: size.width, stroke: 0.5pt + line-grey))
        place(dx: 0pt, dy: y(line-of.y) - 9pt, small(line-of.label))
      }
      let points = chart.corners.map(corner => (left-edge + corner.at(0) / 1000 * wide, top + corner.at(1) / 200 * curve-height))
      place(polygon(
        fill: tint,
        (points.first().at(0), top + curve-height), ..points, (points.last().at(0), top + curve-height),
      ))
      place(curve(
        stroke: (paint: hue, thickness: 1.4pt, join: "round"),
        curve.move(points.first()), ..points.slice(1).map(point => curve.line(point)),
      ))
      place(dx: 0pt, dy: y(228), line(length: size.width, stroke: 1pt + ink))
      let set-at(at, dy, body) = {
        let width = measure(body).width
        let x = calc.max(0pt, calc.min(left-edge + at * wide - width / 2, size.width - width))
        place(dx: x, dy: dy, body)
      }
      for tick in chart.ticks {
        place(dx: left-edge + tick.at * wide, dy: y(228), line(length: 3pt, angle: 90deg, stroke: 1pt + ink))
        set-at(tick.at, y(228) + 5pt, small(tick.label))
      }
      if chart.note != "" { set-at(chart.highest, y(calc.min(..chart.corners.map(corner => corner.at(1) + 28))) - 12pt, strong(small(chart.note))) }
    })),
  )
})

#if data.above != "" { block(below: 0.9em, small(soft(data.above))) }
#heading(level: 1, text(size: 20pt, soft(data.title)))
#data.date

#text(size: 12pt, data.sentences.join(" "))

#if data.numbers.len() > 0 {
  v(0.2em)
  grid(
    columns: (1fr,) * data.numbers.len(),
    column-gutter: 10pt,
    ..data.numbers.map(number => block({
      text(size: 21pt, weight: "bold", number.at(0))
      linebreak()
      set text(hyphenate: false)
      small(number.at(1))
    })),
  )
}

#let curves = data.charts.filter(chart => chart.form != "bars")
#let tables = data.charts.filter(chart => chart.form == "bars") + data.questions
#for chart in curves { v(0.4em); curve-of(chart) }
#if tables.len() > 0 {
  grid(columns: (1fr, 1fr), column-gutter: 1cm, row-gutter: 0.9em, ..tables.map(bars))
}
#v(0.4em)
#for note in data.notes [#small(note) \\ ]
"""
)
