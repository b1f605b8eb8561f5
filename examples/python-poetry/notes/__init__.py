from flask import Flask

VERSION = "1"


def create_app(config=None):
    app = Flask(__name__)
    app.config.update(config or {})

    @app.get("/")
    def index():
        return f"Hello from Poetry, version {VERSION}\n"

    return app
