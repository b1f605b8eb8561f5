from bottle import Bottle, run

VERSION = "1"
shop = Bottle()


@shop.route("/")
def index():
    return f"Hello from Pipenv, version {VERSION}\n"


if __name__ == "__main__":
    run(shop, host="localhost", port=9090)
