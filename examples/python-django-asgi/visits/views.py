from django.shortcuts import render

from .models import Visit

VERSION = "1"


async def index(request):
    await Visit.objects.acreate()
    visits = await Visit.objects.acount()
    return render(request, "visits/index.html", {"version": VERSION, "visits": visits})
