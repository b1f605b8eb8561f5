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


def test_mistake_is_named_with_its_line() -> None:
    with pytest.raises(PackInvalid, match="t line 2"):
        one("fine\n{% iff %}\n")
