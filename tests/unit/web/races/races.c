/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control thread publishes and beats as fast as it can while clients read, slowly and quickly;
 * built with ThreadSanitizer, which does not run under Criterion. Exits 0 if nothing was wrong.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "web/web.h"

#define CLIENTS 4
#define SNAPSHOTS 3000

struct client {
    int port;
    int replies;
    bool is_wrong;
};

static atomic_bool is_over;

static int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((unsigned short)port),
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

/* Every byte of one reply is of one snapshot: they differ in their letter. */
static void read_reply(struct client *client, int fd)
{
    static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    char *reply = mem_new(200000, 1);
    size_t len = 0;
    ssize_t n;
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0) {
        while (len < 199999 && (n = recv(fd, reply + len, 199999 - len, 0)) > 0) {
            len += (size_t)n;
        }
    }
    const char *body = strstr(reply, "\r\n\r\n");
    if (body != NULL && strstr(reply, " 200 ") != NULL) {
        const char letter[] = {body[4], '\0'};
        client->is_wrong |= strspn(body + 4, letter) != strlen(body + 4) || body[4] == '\0';
        client->replies++;
    }
    mem_free(reply);
}

static void *run_client(void *arg)
{
    struct client *client = arg;
    while (!atomic_load(&is_over)) {
        int fd = dial(client->port);
        if (fd >= 0) {
            read_reply(client, fd);
            close(fd);
        }
    }
    return NULL;
}

static void publish(struct web *web, int i)
{
    struct web_snapshot *snapshot = mem_new(1, sizeof(*snapshot));
    size_t len = (size_t)(1 + i * 37 % 100000);
    snapshot->ready = i % 2 == 0;
    snapshot->ready_message = mem_dup("not yet");
    snapshot->metrics = mem_new(len + 1, 1);
    memset(snapshot->metrics, 'a' + i % 26, len);
    web_publish(web, snapshot);
    web_beat(web);
    usleep(500);
}

int main(void)
{
    struct web *web;
    struct err err = {0};
    pthread_t threads[CLIENTS];
    struct client clients[CLIENTS] = {0};
    if (web_start("127.0.0.1:0", &web, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].port = (int)strtol(strrchr(web_address(web), ':') + 1, NULL, 10);
        pthread_create(&threads[i], NULL, run_client, &clients[i]);
    }
    for (int i = 0; i < SNAPSHOTS; i++) {
        publish(web, i);
    }
    atomic_store(&is_over, true);
    int failed = 0, replies = 0;
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
        replies += clients[i].replies;
        failed |= clients[i].is_wrong || clients[i].replies == 0;
    }
    web_stop(web);
    printf("%d snapshots, %d replies\n", SNAPSHOTS, replies);
    return failed;
}
