from flask import Flask, jsonify

VERSION = "1"

app = Flask(__name__)


@app.route("/")
def index():
    return f"Hello from Flask, version {VERSION}\n"


@app.route("/healthz")
def healthz():
    return jsonify(status="ok")
