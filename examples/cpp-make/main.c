#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 9090
#define VERSION "1"

int main(void) {
    const char *answer =
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nHello from C, version " VERSION "\n";
    int server = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 16)) {
        perror("listen");
        return 1;
    }
    for (;;) {
        int client = accept(server, NULL, NULL);
        char request[4096];
        if (read(client, request, sizeof request) > 0 && write(client, answer, strlen(answer)) < 0) {
            perror("write");
        }
        close(client);
    }
}
