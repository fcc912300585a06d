"""Placeholders: which there are, and that nothing else in an event's own words means anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom_bridge.domain.letter_text import (
    PLACEHOLDERS,
    Placeholder,
    balanced,
    filled,
    unknown,
    used,
    written,
)

VALUES = {placeholder: f"<{placeholder}>" for placeholder in Placeholder}


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_language_has_a_word_for_every_placeholder(language):
    assert sorted(PLACEHOLDERS[language].values()) == sorted(Placeholder)
    for placeholder in Placeholder:
        assert filled(written(placeholder, language), language, VALUES) == VALUES[placeholder]


@pytest.mark.parametrize("typed", ["{Hilfe-Telefon}", "{hilfe-telefon}", "{ Hilfe Telefon }", "{HILFE  TELEFON}"])
def test_capitals_blanks_and_hyphens_make_no_difference(typed):
    assert unknown(typed, "de") == []
    assert filled(f"Rufen Sie {typed} an.", "de", VALUES) == "Rufen Sie <help_phone> an."


def test_a_placeholder_of_the_other_language_is_unknown():
    assert unknown("Liebe {Name}, am {Date}", "de") == ["{Date}"]
    assert unknown("Dear {Name}, on {Datum}", "en") == ["{Datum}"]


@pytest.mark.parametrize(
    "template", ["{{ 7*7 }}", "{% if x %}", "{0}", "{}", "{Name.__class__}", "{Name!r}", "{Titel:>9}"]
)
def test_what_other_languages_of_templates_mean_is_refused_and_stays_text(template):
    assert unknown(template, "de") or not balanced(template)
    assert "49" not in filled(template, "de", VALUES)
    assert filled(template, "de", VALUES) == template


@pytest.mark.parametrize(
    ("text", "good"),
    [("{Name}", True), ("", True), ("{Name", False), ("Name}", False), ("{{Name}}", False), ("}{", False)],
)
def test_every_brace_needs_its_other_half(text, good):
    assert balanced(text) is good


def test_a_value_that_looks_like_a_placeholder_is_none():
    values = VALUES | {Placeholder.TITLE: "{Name}"}

    assert filled("{Titel} {Name}", "de", values) == "{Name} <name>"


def test_which_placeholders_are_used():
    assert used("Guten Tag {name}, bis {Datum}. {Unsinn}", "de") == {Placeholder.NAME, Placeholder.DATE}


@given(st.text(), st.sampled_from(["de", "en"]))
def test_text_without_placeholders_stays_as_it_is(text, language):
    if not used(text, language):
        assert filled(text, language, VALUES) == text
