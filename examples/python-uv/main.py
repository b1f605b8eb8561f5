import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from clock_words import say

VERSION = "1"


class Clock(BaseHTTPRequestHandler):
    def do_GET(self):
        body = say(VERSION).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(port=int(os.environ.get("PORT", 8000))):
    ThreadingHTTPServer(("0.0.0.0", port), Clock).serve_forever()


if __name__ == "__main__":
    main()
