from fastapi import FastAPI

VERSION = "1"

app = FastAPI()


@app.get("/")
def index():
    return {"message": "Hello from FastAPI", "version": VERSION}


@app.get("/healthz")
def healthz():
    return {"status": "ok"}
