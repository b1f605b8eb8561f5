(ns birds.server
  (:require [org.httpkit.server :as http]))

(def version "1")

(defn app [_request]
  {:status 200
   :headers {"Content-Type" "text/plain"}
   :body (str "Hello from http-kit, version " version)})

(defn -main [& _]
  (http/run-server app {:port 8085})
  @(promise))
