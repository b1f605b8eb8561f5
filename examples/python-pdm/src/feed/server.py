import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from feed.items import greet


async def index(request):
    return PlainTextResponse(greet())


app = Starlette(routes=[Route("/", index)])


def main():
    uvicorn.run(app, port=5000)


if __name__ == "__main__":
    main()
