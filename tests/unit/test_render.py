import time

import pytest

from draftpy.errors import PackInvalid
from draftpy.render import render


def one(text: str, **variables: object) -> str:
    return render({"t": text}, "t", variables)


def test_last_newline_is_kept() -> None:
    assert one("a\n") == "a\n"


def test_exec_form_quotes() -> None:
    assert one("CMD {{ c | exec }}", c=("a", 'say "é"')) == 'CMD ["a", "say \\"é\\""]'


def test_shell_quotes_one_word_and_many() -> None:
    assert one("{{ a | shell }} {{ b | shell }}", a="x y", b=("p>=1", "q")) == "'x y' 'p>=1' q"


@pytest.mark.parametrize(
    "text",
    [
        "{{ missing }}",
        "{{ a.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{% for x in range(10000000) %}{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{{ a | unknown }}",
        "{% if %}",
        "{{ lipsum.__globals__ }}",
        "{{ a.append(1) }}",
    ],
)
def test_what_a_pack_may_not_do(text: str) -> None:
    with pytest.raises(PackInvalid, match="cannot be rendered"):
        one(text, a=[1])


NESTED = "{% for a in range(1000) %}" * 4 + "{% endfor %}" * 4


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        "{% set r = range(1000) | list %}" + NESTED.replace("range(1000)", "r"),
        "{% set x = 'x' %}" + "{% set x = x ~ x %}" * 60,
        "{% set x = 'x' %}" + "{% set x = x + x %}" * 60,
        "{% set x = 'xx' %}" + "{% set x = x | replace('x', x) %}" * 60,
        "{{ 'x' * 10 ** 10 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ '%9999999999d' | format(1) }}",
        "{{ 'x' | center(9999999999) }}",
        "{{ 'x'.ljust(9999999999) }}",
        "{{ 'x'.replace('x', 'y') }}",
        "{{ '{:9999999999}'.format(1) }}",
        "{{ lipsum(n=99999999) }}",
        "{% include 't' %}{% include 't' %}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) ~ m(n - 1) }}{% endif %}{% endmacro %}{{ m(99) }}",
        "{{ ['x'] * 99999999999 }}",
        "{% set n = namespace(x='x') %}"
        "{% for i in range(60) %}{% set n.x = [n.x, n.x] | join(n.x) %}{% endfor %}",
        "{{ [1] | batch(9999999999, 'x') | list }}",
        "{{ [1] | tojson(9999999999) }}",
    ],
)
def test_pack_takes_neither_all_time_nor_all_memory(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(PackInvalid, match="cannot be rendered"):
        one(text)
    assert time.monotonic() - begun < 5


def test_what_templates_are_made_of_still_works() -> None:
    text = (
        "{% macro twice(a) %}{{ a }}{{ a }}{% endmacro %}{{ twice('x' ~ 1) }} {{ 'a' + 'b' }}"
        " {% for a in [1, 2] %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}"
        " {{ 7 % 4 * 2 }} {{ 'a-b' | replace('-', '_') }} {{ 'a b'.split() | join('+') }}"
    )
    assert one(text) == "x1x1 ab 1,2 6 a_b a+b"


def test_mistake_is_named_with_its_line() -> None:
    with pytest.raises(PackInvalid, match="t line 2"):
        one("fine\n{% iff %}\n")
