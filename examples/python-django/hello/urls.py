from django.http import HttpResponse
from django.urls import path

VERSION = "1"


def index(request):
    return HttpResponse(f"Hello from Django, version {VERSION}\n")


urlpatterns = [path("", index)]
