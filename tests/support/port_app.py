"""An app for the tests of held ports: kept connections, large bodies, a websocket."""

import base64
import hashlib
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = "1"
PORT = int(os.environ.get("PORT", "8000"))
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PIECE = bytes(range(256)) * 1024


class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.echo_frames()
        elif self.path.startswith("/big/"):
            self.send_pieces(int(self.path.removeprefix("/big/")))
        else:
            self.answer(f"version {VERSION}")

    def do_POST(self) -> None:
        digest, left = hashlib.sha256(), int(self.headers["Content-Length"])
        while left:
            piece = self.rfile.read(min(left, len(PIECE)))
            digest.update(piece)
            left -= len(piece)
        self.answer(f"{digest.hexdigest()} version {VERSION}")

    def answer(self, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_pieces(self, count: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(count * len(PIECE)))
        self.end_headers()
        for _ in range(count):
            self.wfile.write(PIECE)

    def echo_frames(self) -> None:
        """What comes after the handshake goes back as it is: enough of a websocket for a port."""
        key = self.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        while data := self.connection.recv(65536):
            self.connection.sendall(data)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Its log is not what is looked at."""


if __name__ == "__main__":
    print(f"listening on {PORT}", flush=True)  # noqa: T201
    ThreadingHTTPServer(("", PORT), App).serve_forever()
