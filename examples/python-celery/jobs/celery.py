import os

from celery import Celery
from celery.signals import worker_ready

VERSION = "1"

# memory:// needs no broker, so this worker runs alone; others cannot send it work.
app = Celery("jobs", broker=os.environ.get("BROKER_URL", "memory://"))


@app.task
def add(a, b):
    return a + b


@worker_ready.connect
def greet(**_):
    print(f"version {VERSION}: waiting for work", flush=True)
