;; A web server of one page.
(use-modules (web server))

(define version "1")

(define (answer request body)
  (values '((content-type . (text/plain)))
          (string-append "Hello from Scheme, version " version "\n")))

(define port (string->number (or (getenv "PORT") "8080")))

(format #t "listening on ~a~%" port)
(force-output)
(run-server answer 'http `(#:port ,port #:addr ,INADDR_ANY))
