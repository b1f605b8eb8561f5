(defproject radio "0.1.0-SNAPSHOT"
  :description "Says what is on"
  :dependencies [[org.clojure/clojure "1.12.0"]]
  :main ^:skip-aot radio.core
  :target-path "target/%s"
  :profiles {:uberjar {:aot :all}})
