/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

struct web *serve_on(const char *address)
{
    struct web *web = NULL;
    struct err err = {0};
    cr_assert(web_start(address, &web, &err) == 0, "%s", err.text);
    return web;
}

struct web_snapshot *snapshot_of(size_t bytes, const char *not_ready)
{
    struct web_snapshot *snapshot = mem_new(1, sizeof(*snapshot));
    snapshot->ready = not_ready[0] == '\0';
    snapshot->ready_message = mem_dup(not_ready);
    snapshot->metrics = mem_new(bytes + 1, 1);
    memset(snapshot->metrics, 'm', bytes);
    return snapshot;
}

int port_of(const struct web *web)
{
    return (int)strtol(strrchr(web_address(web), ':') + 1, NULL, 10);
}

int dial(const struct web *web)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((unsigned short)port_of(web)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 5};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool send_text(int fd, const char *text)
{
    size_t len = strlen(text);
    return send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

size_t receive(int fd, char *out, size_t room, size_t want)
{
    size_t got = 0;
    while (got < want && got + 1 < room) {
        ssize_t n = recv(fd, out + got, room - 1 - got, 0);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
    }
    out[got] = '\0';
    return got;
}

const char *ask(const struct web *web, const char *request)
{
    static char reply[8192];
    int fd = dial(web);
    cr_assert(fd >= 0);
    if (!send_text(fd, request)) {
        reply[0] = '\0';
    } else {
        shutdown(fd, SHUT_WR);
        receive(fd, reply, sizeof(reply), sizeof(reply));
    }
    close(fd);
    return reply;
}

double processor_seconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

void wait_ms(int ms)
{
    poll(NULL, 0, ms);
}
