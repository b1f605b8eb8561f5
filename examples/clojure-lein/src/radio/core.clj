(ns radio.core
  (:gen-class)
  (:import (com.sun.net.httpserver HttpHandler HttpServer)
           (java.net InetSocketAddress)))

(def version "1")

(defn handler []
  (reify HttpHandler
    (handle [_ exchange]
      (let [body (.getBytes (str "Hello from Clojure, version " version))]
        (.sendResponseHeaders exchange 200 (count body))
        (with-open [out (.getResponseBody exchange)]
          (.write out body))))))

(defn -main [& _]
  (let [port (Integer/parseInt (or (System/getenv "PORT") "3000"))
        server (HttpServer/create (InetSocketAddress. port) 0)]
    (.createContext server "/" (handler))
    (.start server)))
