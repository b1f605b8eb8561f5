import time

VERSION = "1"


def work(number):
    print(f"version {VERSION}: finished job {number}", flush=True)


if __name__ == "__main__":
    number = 0
    while True:
        number += 1
        work(number)
        time.sleep(2)
