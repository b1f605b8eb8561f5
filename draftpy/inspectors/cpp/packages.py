"""What C and C++ builds look for → the Debian packages that have it."""

import re
from collections.abc import Iterable

# Names as find_package, pkg-config and the linker know them.
_PACKAGES = {
    "libssl-dev": "OpenSSL openssl libssl libcrypto -lssl -lcrypto",
    "zlib1g-dev": "ZLIB zlib -lz",
    "libcurl4-openssl-dev": "CURL libcurl -lcurl",
    "libpq-dev": "PostgreSQL libpq -lpq",
    "libpqxx-dev": "libpqxx -lpqxx",
    "libmariadb-dev": "MySQL libmariadb mysqlclient -lmysqlclient -lmariadb",
    "libsqlite3-dev": "SQLite3 sqlite3 -lsqlite3",
    "libhiredis-dev": "hiredis -lhiredis",
    "libfmt-dev": "fmt -lfmt",
    "libspdlog-dev": "spdlog",
    "nlohmann-json3-dev": "nlohmann_json",
    "rapidjson-dev": "RapidJSON",
    "libjsoncpp-dev": "jsoncpp JsonCpp -ljsoncpp",
    "libjansson-dev": "jansson -ljansson",
    "libcjson-dev": "cJSON libcjson -lcjson",
    "libyaml-cpp-dev": "yaml-cpp -lyaml-cpp",
    "libtinyxml2-dev": "tinyxml2",
    "libxml2-dev": "LibXml2 libxml-2.0 -lxml2",
    "protobuf-compiler libprotobuf-dev": "Protobuf protobuf -lprotobuf",
    "protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev": "gRPC grpc++ -lgrpc++",
    "libdrogon-dev": "Drogon drogon",
    "libcpp-httplib-dev": "httplib cpp-httplib",
    "libasio-dev": "asio",
    "libcpprest-dev": "cpprestsdk",
    "libpoco-dev": "Poco -lPocoNet -lPocoFoundation",
    "libuv1-dev": "libuv -luv",
    "libevent-dev": "Libevent libevent -levent",
    "libev-dev": "libev -lev",
    "libmicrohttpd-dev": "libmicrohttpd -lmicrohttpd",
    "libwebsockets-dev": "libwebsockets -lwebsockets",
    "libulfius-dev": "ulfius libulfius -lulfius",
    "libzmq3-dev": "ZeroMQ libzmq -lzmq",
    "libboost-dev": "Boost boost",
    "libboost-system-dev": "Boost::system -lboost_system",
    "libboost-thread-dev": "Boost::thread -lboost_thread",
    "libboost-filesystem-dev": "Boost::filesystem -lboost_filesystem",
    "libboost-program-options-dev": "Boost::program_options -lboost_program_options",
    "libboost-json-dev": "Boost::json -lboost_json",
    "libboost-url-dev": "Boost::url -lboost_url",
    "libboost-log-dev": "Boost::log -lboost_log",
    "libboost-regex-dev": "Boost::regex -lboost_regex",
    "libboost-date-time-dev": "Boost::date_time -lboost_date_time",
    "libeigen3-dev": "Eigen3 eigen3",
    "libtbb-dev": "TBB tbb -ltbb",
    "libabsl-dev": "absl",
    "libgtest-dev": "GTest gtest",
    "catch2": "Catch2",
    "libmagick++-dev": "ImageMagick Magick++",
    "libopencv-dev": "OpenCV opencv4",
    "libjpeg-dev": "JPEG libjpeg -ljpeg",
    "libpng-dev": "PNG libpng -lpng",
    "libuuid1 uuid-dev": "uuid -luuid",
    "libpcre2-dev": "libpcre2-8 -lpcre2-8",
    "libglib2.0-dev": "glib-2.0 gio-2.0 -lglib-2.0",
    "libsodium-dev": "libsodium sodium -lsodium",
    "libzstd-dev": "zstd libzstd -lzstd",
    "liblz4-dev": "lz4 liblz4 -llz4",
    "libncurses-dev": "Curses ncurses -lncurses",
    "libreadline-dev": "-lreadline",
    "libmosquitto-dev": "mosquitto libmosquitto -lmosquitto",
    "librdkafka-dev": "RdKafka rdkafka rdkafka++ -lrdkafka -lrdkafka++",
    "libfcgi-dev": "fcgi -lfcgi",
}
_BY_NAME = {name: packages for packages, names in _PACKAGES.items() for name in names.split()}
_HEADERS = {
    "openssl/": "libssl-dev",
    "curl/curl.h": "libcurl4-openssl-dev",
    "libpq-fe.h": "libpq-dev",
    "sqlite3.h": "libsqlite3-dev",
    "microhttpd.h": "libmicrohttpd-dev",
    "boost/": "libboost-dev",
    "nlohmann/json.hpp": "nlohmann-json3-dev",
    "fmt/": "libfmt-dev",
}


def find_packages(wants: Iterable[str]) -> tuple[str, ...]:
    """The packages that have what is looked for, sorted; unknown names are left to the build."""
    found: set[str] = set()
    for want in wants:
        known = _BY_NAME.get(want) or _BY_NAME.get(re.sub(r"[-_]?\d[\d.]*$", "", want), "")
        found.update(known.split())
    return tuple(sorted(found))


def find_by_headers(code: Iterable[str], own: Iterable[str]) -> tuple[str, ...]:
    """The packages whose headers are included and do not lie in the project itself."""
    mine = tuple(own)
    found: set[str] = set()
    for text in code:
        for header in re.findall(r"^\s*#\s*include\s*<([^>]+)>", text, re.MULTILINE):
            if any(path.endswith(f"/{header}") or path == header for path in mine):
                continue
            found.update(p for start, p in _HEADERS.items() if header.startswith(start))
    return tuple(sorted(found))
