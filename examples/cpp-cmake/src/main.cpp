#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <string>

constexpr auto version = "1";

int main() {
    const char* given = std::getenv("PORT");
    const int port = given ? std::atoi(given) : 8000;

    const int server = socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(server, 16) != 0) {
        fmt::print(stderr, "cannot listen on {}\n", port);
        return 1;
    }
    for (;;) {
        const int client = accept(server, nullptr, nullptr);
        char request[4096];
        if (read(client, request, sizeof request) > 0) {
            const auto body =
                fmt::format("Hello from C++ with zlib {}, version {}\n", zlibVersion(), version);
            const auto answer = fmt::format(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                body.size(), body);
            if (write(client, answer.data(), answer.size()) < 0) {
                fmt::print(stderr, "cannot answer\n");
            }
        }
        close(client);
    }
}
