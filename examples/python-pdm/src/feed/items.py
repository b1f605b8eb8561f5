VERSION = "1"


def greet():
    return f"Hello from PDM, version {VERSION}\n"
