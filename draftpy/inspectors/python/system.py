"""Python packages that need packages of the system: to be built, or to run."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPackages:
    """Debian packages by when they are needed."""

    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


def _needs(build: str = "", run: str = "") -> SystemPackages:
    return SystemPackages(build=tuple(build.split()), run=tuple(run.split()))


_C = "gcc libc6-dev"
_SCREEN = _needs(run="libgl1 libglib2.0-0")
# Only what has no wheel for Linux is built; what is loaded when it runs is in no wheel.
_TABLE = {
    "psycopg2": _needs(f"{_C} libpq-dev", "libpq5"),
    "psycopg": _needs(run="libpq5"),
    "psycopg-c": _needs(f"{_C} libpq-dev", "libpq5"),
    "mysqlclient": _needs(f"{_C} pkg-config default-libmysqlclient-dev", "libmariadb3"),
    "mariadb": _needs(f"{_C} libmariadb-dev", "libmariadb3"),
    "pyodbc": _needs(run="unixodbc"),
    "python-ldap": _needs(f"{_C} libldap2-dev libsasl2-dev", "libldap2 libsasl2-2"),
    "django-auth-ldap": _needs(f"{_C} libldap2-dev libsasl2-dev", "libldap2 libsasl2-2"),
    "xmlsec": _needs(run="libxmlsec1-openssl"),
    "pycairo": _needs(f"{_C} pkg-config libcairo2-dev", "libcairo2"),
    "pygobject": _needs(
        f"{_C} pkg-config libcairo2-dev libgirepository-2.0-dev", "libgirepository-2.0-0"
    ),
    "cairosvg": _needs(run="libcairo2"),
    "cairocffi": _needs(run="libcairo2"),
    "weasyprint": _needs(
        run="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
    ),
    "xhtml2pdf": _needs(f"{_C} pkg-config libcairo2-dev", "libcairo2"),
    "rlpycairo": _needs(f"{_C} pkg-config libcairo2-dev", "libcairo2"),
    "opencv-python": _SCREEN,
    "opencv-contrib-python": _SCREEN,
    "ultralytics": _SCREEN,
    "mediapipe": _SCREEN,
    "deepface": _SCREEN,
    "paddleocr": _SCREEN,
    "open3d": _SCREEN,
    "vtk": _needs(run="libgl1 libxrender1"),
    "rdkit": _needs(run="libxrender1 libxext6 libexpat1"),
    "pyvista": _needs(run="libgl1 libxrender1"),
    "dlib": _needs("g++ cmake make"),
    "face-recognition": _needs("g++ cmake make"),
    "lightgbm": _needs(run="libgomp1"),
    "xgboost": _needs(run="libgomp1"),
    "gdal": _needs("g++ libgdal-dev", "gdal-bin"),
    "djangorestframework-gis": _needs(run="gdal-bin"),
    "pygraphviz": _needs(f"{_C} pkg-config libgraphviz-dev", "graphviz"),
    "graphviz": _needs(run="graphviz"),
    "pydot": _needs(run="graphviz"),
    "python-magic": _needs(run="libmagic1"),
    "pdf2image": _needs(run="poppler-utils"),
    "pytesseract": _needs(run="tesseract-ocr"),
    "tesserocr": _needs("g++ pkg-config libtesseract-dev", "tesseract-ocr"),
    "ocrmypdf": _needs(run="tesseract-ocr ghostscript"),
    "pypandoc": _needs(run="pandoc"),
    "wand": _needs(run="imagemagick"),
    "pyvips": _needs(run="libvips42"),
    "pyzbar": _needs(run="libzbar0"),
    "pylibdmtx": _needs(run="libdmtx0b"),
    "pyenchant": _needs(run="libenchant-2-2"),
    "pydub": _needs(run="ffmpeg"),
    "ffmpeg-python": _needs(run="ffmpeg"),
    "moviepy": _needs(run="ffmpeg"),
    "openai-whisper": _needs(run="ffmpeg"),
    "yt-dlp": _needs(run="ffmpeg"),
    "pyaudio": _needs(f"{_C} portaudio19-dev", "libportaudio2"),
    "sounddevice": _needs(run="libportaudio2"),
    "python-vlc": _needs(run="vlc"),
    "uwsgi": _needs(_C),
    "netifaces": _needs(_C),
    "pylibmc": _needs(f"{_C} libmemcached-dev zlib1g-dev", "libmemcached11"),
    "pycups": _needs(f"{_C} libcups2-dev", "libcups2"),
    "pyswisseph": _needs(_C),
    "crcmod": _needs(_C),
    "fasttext": _needs("g++"),
    "pybluez": _needs(f"{_C} libbluetooth-dev", "libbluetooth3"),
    "gitpython": _needs(run="git"),
}
# With these extras the package brings its own library.
_SELF_CONTAINED = {"psycopg": frozenset({"binary"})}
_BUILT_WITH = {"psycopg": ("c", "psycopg-c")}


def find_system_packages(
    names: Iterable[str], extras: dict[str, frozenset[str]], *, needs_git: bool
) -> SystemPackages:
    """What the packages of these names need; `extras` are those asked for, by name."""
    build: set[str] = {"git"} if needs_git else set()
    run: set[str] = set()
    for name in names:
        own = extras.get(name, frozenset())
        if own & _SELF_CONTAINED.get(name, frozenset()):
            continue
        extra, other = _BUILT_WITH.get(name, ("", ""))
        needs = _TABLE.get(other if extra in own else name, SystemPackages())
        build.update(needs.build)
        run.update(needs.run)
    return SystemPackages(build=tuple(sorted(build)), run=tuple(sorted(run)))
