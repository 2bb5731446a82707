/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

#define LOOPBACK "127.0.0.1:0"

/* Output of a real curl: "BODY STATUS", or curl's exit code if it failed. */
static const char *curl(const struct web *web, const char *options, const char *path)
{
    static char output[4096];
    char command[512];
    snprintf(command, sizeof(command), "curl -s -m 10 -w ' %%{http_code}' %s 'http://%s%s' 2>&1",
             options, web_address(web), path);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe != NULL);
    size_t len = fread(output, 1, sizeof(output) - 1, pipe);
    output[len] = '\0';
    int code = pclose(pipe);
    if (code != 0 && len == 0) {
        snprintf(output, sizeof(output), "curl ended with %d", code);
    }
    return output;
}

#define expect_curl(web, options, path, words)                                                     \
    do {                                                                                           \
        const char *said_ = curl(web, options, path);                                              \
        cr_expect(strcmp(said_, words) == 0, "curl %s %s: %s", options, path, said_);              \
    } while (0)

Test(server, serves_health_readiness_and_metrics_to_curl)
{
    struct web *web = serve_on(LOOPBACK);
    expect_curl(web, "", "/healthz", "ok\n 200");
    expect_curl(web, "", "/readyz", "starting\n 503");
    expect_curl(web, "", "/metrics", "starting\n 503");
    web_publish(web, snapshot_of(3, "12 of 100 groups looked at"));
    expect_curl(web, "", "/readyz", "12 of 100 groups looked at\n 503");
    expect_curl(web, "", "/metrics", "mmm 200");
    web_publish(web, snapshot_of(4, ""));
    expect_curl(web, "", "/readyz", "ok\n 200");
    expect_curl(web, "", "/metrics", "mmmm 200");
    expect_curl(web, "", "/metrics?format=text", "mmmm 200");
    web_stop(web);
}

Test(server, names_its_paths_to_who_asks_for_another)
{
    struct web *web = serve_on(LOOPBACK);
    expect_curl(web, "", "/", "nothing here; look at /healthz, /readyz or /metrics\n 404");
    expect_curl(web, "--path-as-is", "/../../etc/passwd",
                "nothing here; look at /healthz, /readyz or /metrics\n 404");
    web_stop(web);
}

Test(server, answers_get_and_head_only)
{
    struct web *web = serve_on(LOOPBACK);
    web_publish(web, snapshot_of(1000, ""));
    expect_curl(web, "-I -o /dev/null", "/metrics", " 200");
    const char *head = ask(web, "HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    cr_expect(strstr(head, "content-length: 1000") != NULL && strstr(head, "mmm") == NULL, "%s",
              head);
    expect_curl(web, "-X POST -d a=b", "/metrics", "only GET and HEAD are served\n 405");
    expect_curl(web, "-X DELETE", "/healthz", "only GET and HEAD are served\n 405");
    expect_curl(web, "-X PUT -d x", "/readyz", "only GET and HEAD are served\n 405");
    web_stop(web);
}

Test(server, keeps_a_connection_for_the_next_request)
{
    struct web *web = serve_on(LOOPBACK);
    char urls[256];
    snprintf(urls, sizeof(urls), "http://%s/healthz http://%s/nothing", web_address(web),
             web_address(web));
    char options[512];
    snprintf(options, sizeof(options), "-w '%%{num_connects} ' -o /dev/null -o /dev/null %s", urls);
    const char *said = curl(web, options, "/healthz");
    cr_expect(strncmp(said, "1 0 ", 4) == 0, "%s", said);
    web_stop(web);
}

Test(server, hangs_up_on_upgrades_and_on_http2)
{
    struct web *web = serve_on(LOOPBACK);
    const char *websocket = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
                            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const char *h2c = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                      "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
    cr_expect(strstr(ask(web, websocket), "101") == NULL);
    cr_expect(strstr(ask(web, h2c), "101") == NULL);
    cr_expect(strstr(ask(web, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "200") == NULL);
    expect_curl(web, "", "/healthz", "ok\n 200");
    web_stop(web);
}

Test(server, outlives_garbage_and_headers_that_are_too_large)
{
    struct web *web = serve_on(LOOPBACK);
    static char large[20000];
    static const char *const garbage[] = {
        "\r\n\r\n",
        "GARBAGE\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01",
        "GET /\x01\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
        (void)ask(web, garbage[i]);
    }
    int used = snprintf(large, sizeof(large), "GET /healthz HTTP/1.1\r\nX: ");
    memset(large + used, 'a', sizeof(large) - (size_t)used - 1);
    cr_expect(strstr(ask(web, large), "200") == NULL);
    expect_curl(web, "", "/healthz", "ok\n 200");
    web_stop(web);
}

/* ---- slow, many and gone ---- */

Test(server, sends_a_large_reply_whole_while_others_replace_it)
{
    struct web *web = serve_on(LOOPBACK);
    web_publish(web, snapshot_of(5000000, ""));
    int fd = dial(web);
    static char reply[6000000];
    cr_assert(send_text(fd, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    wait_ms(50);
    for (int i = 0; i < 10; i++) {
        web_publish(web, snapshot_of(10, ""));
    }
    receive(fd, reply, sizeof(reply), sizeof(reply));
    const char *body = strstr(reply, "\r\n\r\n");
    cr_assert(body != NULL);
    cr_expect(strspn(body + 4, "m") == 5000000 && strlen(body + 4) == 5000000);
    close(fd);
    web_stop(web);
}

Test(server, is_not_held_up_by_slow_readers_and_does_not_spin)
{
    struct web *web = serve_on(LOOPBACK);
    int slow[20];
    web_publish(web, snapshot_of(20000000, ""));
    for (int i = 0; i < 20; i++) {
        slow[i] = dial(web);
        cr_assert(slow[i] >= 0 && send_text(slow[i], "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    wait_ms(300);
    expect_curl(web, "", "/healthz", "ok\n 200");
    double before = processor_seconds();
    wait_ms(1000);
    cr_expect(processor_seconds() - before < 0.2, "slow readers cost %f s",
              processor_seconds() - before);
    for (int i = 0; i < 20; i++) {
        struct linger reset = {.l_onoff = i % 2};
        setsockopt(slow[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        close(slow[i]);
    }
    wait_ms(300);
    before = processor_seconds();
    wait_ms(1000);
    cr_expect(processor_seconds() - before < 0.2, "vanished readers cost %f s",
              processor_seconds() - before);
    expect_curl(web, "", "/healthz", "ok\n 200");
    web_stop(web);
}

/* How many of the connections are still open: a peer that has hung up shows an end at once. */
static int count_open(const int *fds, int count)
{
    int open = 0;
    for (int i = 0; i < count; i++) {
        char byte;
        open += fds[i] >= 0 && recv(fds[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
    }
    return open;
}

Test(server, holds_at_most_64_of_a_thousand_connections)
{
    struct web *web = serve_on(LOOPBACK);
    static int fds[1000];
    for (int i = 0; i < 1000; i++) {
        fds[i] = dial(web);
    }
    wait_ms(500);
    int open = count_open(fds, 1000);
    cr_expect(open > 0 && open <= 64, "%d are open", open);
    for (int i = 0; i < 1000; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    wait_ms(300);
    expect_curl(web, "", "/healthz", "ok\n 200");
    web_stop(web);
}

Test(server, hangs_up_on_who_never_ends_a_request)
{
    struct web *web = serve_on(LOOPBACK);
    int fds[64];
    for (int i = 0; i < 64; i++) {
        fds[i] = dial(web);
        cr_assert(fds[i] >= 0 && send_text(fds[i], "GET /healthz HTTP/1.1\r\nX: "));
    }
    int waited_ms = 0;
    for (; waited_ms < 20000 && count_open(fds, 64) > 0; waited_ms += 250) {
        wait_ms(250);
    }
    cr_expect(waited_ms < 20000, "%d are still open", count_open(fds, 64));
    expect_curl(web, "", "/healthz", "ok\n 200");
    for (int i = 0; i < 64; i++) {
        close(fds[i]);
    }
    web_stop(web);
}

/* ---- life ---- */

Test(server, stops_with_open_connections_and_leaves_the_port)
{
    struct web *web = serve_on(LOOPBACK);
    char address[64];
    snprintf(address, sizeof(address), "%s", web_address(web));
    web_publish(web, snapshot_of(20000000, ""));
    int idle = dial(web);
    int busy = dial(web);
    cr_assert(send_text(busy, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    wait_ms(100);
    web_stop(web);
    close(idle);
    close(busy);
    web = serve_on(address);
    expect_curl(web, "", "/healthz", "ok\n 200");
    web_stop(web);
    web_stop(NULL);
}

Test(server, says_why_it_cannot_listen)
{
    struct web *first = serve_on(LOOPBACK);
    struct web *second = NULL;
    struct err err = {0};
    cr_expect(web_start(web_address(first), &second, &err) != 0 && second == NULL);
    cr_expect(err.kind == ERR_SYSTEM && strstr(err.text, "Address already in use") != NULL &&
                  strstr(err.text, "--health-addr") != NULL,
              "%s", err.text);
    cr_expect(web_start("192.0.2.1:0", &second, &err) != 0);
    cr_expect(strstr(err.text, "cannot listen on 192.0.2.1:0") != NULL, "%s", err.text);
    cr_expect(web_start("elsewhere:80", &second, &err) != 0 && err.kind == ERR_REFUSED);
    web_stop(first);
}

Test(server, serves_ipv6_where_there_is_some)
{
    struct web *web = NULL;
    struct err err = {0};
    if (web_start("[::1]:0", &web, &err) != 0) {
        cr_skip_test("no IPv6 here: %s", err.text);
    }
    cr_expect(strncmp(web_address(web), "[::1]:", 6) == 0, "%s", web_address(web));
    expect_curl(web, "-g", "/healthz", "ok\n 200");
    web_stop(web);
}

Test(server, on_every_address_is_reached_by_the_loopback)
{
    struct web *web = serve_on(":0");
    cr_expect(strncmp(web_address(web), "0.0.0.0:", 8) == 0, "%s", web_address(web));
    cr_expect(strstr(ask(web, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                     "200") != NULL);
    web_stop(web);
}
