from pathlib import Path

import pytest

from draftpy.inspectors.jvm.edn import EdnBroken, Pairs, Symbol, parse_edn
from tests.support.source import facts_of

MAIN = "(ns shop.core (:gen-class))\n(defn -main [& args] 1)\n"
LEIN = '(defproject shop "1.0"\n  :dependencies [[org.clojure/clojure "1.12.0"]]\n  {})\n'


def lein(rest: str = "") -> str:
    return LEIN.replace("{}", rest)


def test_uberjar(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"project.clj": lein(":main shop.core"), "src/shop/core.clj": MAIN})
    assert facts.find_value("clojure.product") == "target/shop-1.0-standalone.jar"
    assert facts.find_value("clojure.start") == (
        *("java", "-cp", "/app/app.jar"),
        *("clojure.main", "-m", "shop.core"),
    )
    assert facts.find_value("clojure.kind") == "worker"


@pytest.mark.parametrize(
    ("rest", "product"),
    [
        (':target-path "target/%s"', "target/uberjar/shop-1.0-standalone.jar"),
        (':uberjar-name "run.jar"', "target/run.jar"),
        (':profiles {:uberjar {:uberjar-name "app.jar" :aot :all}}', "target/app.jar"),
    ],
)
def test_jar_of_another_name(tmp_path: Path, rest: str, product: str) -> None:
    files = {"project.clj": lein(rest), "src/shop/core.clj": MAIN}
    assert facts_of(tmp_path, files).find_value("clojure.product") == product


def test_ring_handler(tmp_path: Path) -> None:
    project = lein(":ring {:handler shop.core/app}")
    facts = facts_of(tmp_path, {"project.clj": project, "src/shop/core.clj": "(ns shop.core)"})
    assert facts.find_value("clojure.build") == ("lein ring uberjar",)
    assert facts.find_value("clojure.port") == 3000
    assert facts.find_value("clojure.kind") == "web"


def test_framework_and_port(tmp_path: Path) -> None:
    project = lein().replace("]]", ']\n [ring/ring-jetty-adapter "1.12.1"]]')
    code = MAIN.replace("1)", "(run-jetty app {:port 3030}))")
    facts = facts_of(tmp_path, {"project.clj": project, "src/shop/core.clj": code})
    assert facts.find_value("clojure.framework_title") == "Ring"
    assert facts.find_value("clojure.framework_version") == "1.12"
    assert facts.find_value("clojure.port") == 3030


def test_port_variable(tmp_path: Path) -> None:
    code = MAIN.replace("1)", '(run-server app {:port (System/getenv "HTTP_PORT")}))')
    facts = facts_of(tmp_path, {"project.clj": lein(), "src/shop/core.clj": code})
    assert facts.find_value("clojure.port_variable") == "HTTP_PORT"


def test_alias_that_runs(tmp_path: Path) -> None:
    deps = '{:paths ["src" "resources"] :aliases {:run {:main-opts ["-m" "shop.core"]}}}'
    files = {"deps.edn": deps, "src/shop/core.clj": MAIN, "resources/a": ""}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("clojure.paths") == ("src", "resources")
    assert facts.find_value("clojure.start") == (
        *("java", "-cp", "/app/src:/app/resources:/app/lib/*"),
        *("clojure.main", "-m", "shop.core"),
    )
    assert "clojure -A:run -P" in str(facts.find_value("clojure.build"))


def test_alias_with_a_function(tmp_path: Path) -> None:
    deps = "{:aliases {:run-x {:exec-fn shop.core/serve}}}"
    facts = facts_of(tmp_path, {"deps.edn": deps, "src/shop/core.clj": "(ns shop.core)"})
    assert "requiring-resolve 'shop.core/serve" in str(facts.find_value("clojure.start"))


def test_deps_without_aliases(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"deps.edn": "{:deps {}}", "src/shop/core.clj": MAIN})
    assert "shop.core" in str(facts.find_value("clojure.start"))


def test_broken_project_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"project.clj": '(defproject shop "1"\n  :main x'})
    assert facts.problems[0].place == "project.clj:2"


def test_library(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"deps.edn": "{}", "src/a.clj": "(ns a)"})
    assert facts.find_value("clojure.start") is None
    assert "no program" in facts.problems[0].what


def test_notation() -> None:
    form = parse_edn('#_(x y) {:a [1 "b\\"c"] ; note\n :d #{^:private e}}')[0]
    assert isinstance(form, Pairs)
    assert form.get(":a") == (Symbol("1"), 'b"c')
    assert form.get(":d") == (Symbol("e"),)


@pytest.mark.parametrize("text", ["(", "[)", "}", '"', "(" * 100])
def test_broken_notation(text: str) -> None:
    with pytest.raises(EdnBroken):
        parse_edn(text)
