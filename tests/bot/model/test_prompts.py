"""Prompts as files and the check that a tenant's own version must pass."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.prompts import (
    SIZE_LIMIT,
    BrokenPrompt,
    ShippedPrompts,
    check,
    parse,
    render,
    shipped,
    variables_used,
)

GOOD = "You work for {{ company }}. Allowed: {{ actions | join(', ') }}."


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_prompt_uses_exactly_the_variables_of_its_header(name):
    prompt = shipped()[name]

    assert prompt.purpose
    assert all(variable.meaning for variable in prompt.variables)
    assert variables_used(prompt.body) == {variable.name for variable in prompt.variables}


@pytest.mark.parametrize("name", [name for name, p in shipped().items() if p.is_editable])
def test_a_shipped_prompt_may_be_saved_as_it_is(name):
    assert check(name, shipped()[name].body) == []


async def test_version_zero_is_the_file():
    assert await ShippedPrompts().get(UUID(int=1), "support") == (0, shipped()["support"].body)


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("nonsense", GOOD, "There is no prompt"),
        ("rules", GOOD, "stays as it is"),
        ("support", "  ", "is empty"),
        ("support", GOOD + "x" * SIZE_LIMIT, "at most"),
        ("support", GOOD + "{{ customer }}", "no variable “customer”"),
        ("support", "No variable at all", "“actions” must appear"),
        ("support", GOOD + "{% if %}", "Line 1"),
        ("support", GOOD + "{{ company", "Line 1"),
        ("support", GOOD + "{{ company.__class__ }}", "not allowed"),
        ("support", GOOD + "{{ company['x'] }}", "not allowed"),
        ("support", GOOD + "{{ company() }}", "not allowed"),
        ("support", GOOD + "{{ 'a' * 1000000000 }}", "not allowed"),
        ("support", GOOD + "{{ 9 ** 99999 }}", "not allowed"),
        (
            "support",
            GOOD + "{% for a in actions %}{% for b in a %}{% endfor %}{% endfor %}",
            "loop",
        ),
        ("support", GOOD + "{% include 'rules' %}", "not allowed"),
        ("support", GOOD + "{% macro x() %}{% endmacro %}", "not allowed"),
        ("support", GOOD + "{% set x = 1 %}", "not allowed"),
        ("support", GOOD + "{{ company | attr('x') }}", "attr"),
        ("support", GOOD + "{{ company | format(1) }}", "format"),
        ("support", GOOD + "{% if company is callable %}{% endif %}", "callable"),
    ],
)
def test_what_no_prompt_needs_is_refused_when_it_is_saved(name, body, problem):
    assert any(problem in sentence for sentence in check(name, body))


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        GOOD + "{% if 'reply' in actions and language != 'de' %}x{% else %}y{% endif %}",
        GOOD + "{% for action in actions %}- {{ action | upper }}\n{% endfor %}",
        GOOD + "{{ language | default('en') }} {# a remark #}",
    ],
)
def test_plain_templates_are_saved(body):
    assert check("support", body) == []
    assert "Acme" in render(body, {"company": "Acme", "actions": ("reply",), "language": "en"})


def test_values_are_put_in_as_they_are_and_not_rendered_again():
    assert render("Hi {{ company }}", {"company": "{{ 7 * 7 }} <b>"}) == "Hi {{ 7 * 7 }} <b>\n"


@pytest.mark.parametrize(
    "body", ["{{ missing }}", "{{ a.b }}", "{% for a in x %}{{ a }}{% endfor %}"]
)
def test_what_cannot_be_rendered_says_so(body):
    with pytest.raises(BrokenPrompt):
        render(body, {"x": 5})


def test_endless_output_is_cut_off():
    with pytest.raises(BrokenPrompt, match="grows"):
        render("{% for a in x %}{{ x }}{% endfor %}", {"x": ("a" * 100,) * 1000})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no header", "header"),
        ("---\nname: x\n---\nbody", "purpose"),
        ("---\npurpose: x\n---\nbody", "name"),
        ("---\nname: x\npurpose y\n---\nbody", "colon"),
    ],
)
def test_a_file_without_a_proper_header_is_refused(text, problem):
    with pytest.raises(BrokenPrompt, match=problem):
        parse(text)


@given(st.text(max_size=200))
def test_any_text_is_checked_without_an_error(body):
    assert isinstance(check("support", body), list)
