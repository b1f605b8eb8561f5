from http.server import BaseHTTPRequestHandler, HTTPServer

VERSION = "1"


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"Hello from an own Dockerfile, version {VERSION}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HTTPServer(("0.0.0.0", 9000), Hello).serve_forever()
