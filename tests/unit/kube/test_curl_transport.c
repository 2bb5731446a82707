/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real transport against a real HTTP/2 and TLS peer on the loopback address (peer.js).
 * Skipped, by name, where node or openssl is missing.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/str.h"
#include "kube/curl_transport.h"
#include "kube/uv_clock.h"

static char dir[64];
static pid_t peer;
static int peer_stdin;
static int port;
static uv_loop_t loop;
static struct clock *uvclock;
static struct transport *transport;
static struct kube_config config;
static struct curl_transport_options options;
static char server[64];

static bool make_certificates(void)
{
    char command[2048];
    snprintf(dir, sizeof(dir), "/tmp/peerXXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(command, sizeof(command),
             "cd %s && exec 2>/dev/null && K='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
             "-nodes -days 2' && openssl req -x509 $K -keyout ca.key -out ca.crt -subj /CN=ca && "
             "openssl req $K -keyout s.key -out s.csr -subj /CN=server && "
             "printf 'subjectAltName=IP:127.0.0.1,DNS:alias.test' >ext && "
             "openssl x509 -req -in s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 "
             "-extfile ext -out s.crt && "
             "openssl req $K -keyout c.key -out c.csr -subj /CN=me && "
             "openssl x509 -req -in c.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 "
             "-out c.crt && printf old >token",
             dir);
    return system(command) == 0 && system("node --version >/dev/null 2>&1") == 0;
}

static const char *read_pem(const char *name)
{
    char path[128];
    static char texts[8][8192];
    static int used;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    char *text = texts[used++ % 8];
    text[fread(text, 1, 8191, file)] = '\0';
    fclose(file);
    return text;
}

static void start_peer(const char *streams, const char *alpn)
{
    int in[2];
    int out[2];
    char text[64] = "";
    char cert[96], key[96], ca[96];
    snprintf(cert, sizeof(cert), "%s/s.crt", dir);
    snprintf(key, sizeof(key), "%s/s.key", dir);
    snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
    cr_assert(pipe(in) == 0 && pipe(out) == 0);
    peer = fork();
    if (peer == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        execlp("node", "node", SOURCE_DIR "/tests/unit/kube/peer.js", cert, key, ca, streams, alpn,
               (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    peer_stdin = in[1];
    for (size_t len = 0; strchr(text, '\n') == NULL && len < sizeof(text) - 1; len++) {
        cr_assert_eq(read(out[0], text + len, 1), 1, "the peer did not start");
    }
    close(out[0]);
    cr_assert_eq(sscanf(text, "port %d", &port), 1);
}

static void begin(const char *streams, const char *alpn)
{
    if (!make_certificates()) {
        cr_skip_test("node or openssl is missing");
    }
    start_peer(streams, alpn);
    snprintf(server, sizeof(server), "https://127.0.0.1:%d", port);
    config = (struct kube_config){
        .source = "the test",
        .server = server,
        .ns = "default",
        .tls_server_name = "",
        .ca_pem = read_pem("ca.crt"),
        .cert_pem = "",
        .key_pem = "",
        .token = "",
        .token_file = "",
        .username = "",
        .password = "",
        .as = "",
        .as_uid = "",
    };
    uv_loop_init(&loop);
    uvclock = uv_clock_new(&loop);
}

static void open_transport(void)
{
    struct err err = {0};
    cr_assert_eq(curl_transport_new(&loop, uvclock, &config, &options, &transport, &err), 0, "%s",
                 err.text);
}

static void finish(void)
{
    curl_transport_free(transport);
    transport = NULL;
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(uv_loop_close(&loop), 0, "something is still on the loop");
    uv_clock_free(uvclock);
    kill(peer, SIGKILL);
    waitpid(peer, NULL, 0);
    close(peer_stdin);
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

/* One exchange and what came of it. */
struct talk {
    struct exchange *exchange;
    int heads, ends, status, retry_after_s;
    bool cancel_on_data, chain;
    char warning[128];
    struct buf body;
    struct err err;
    struct talk *next; /* sent from on_end, with chain */
    const char *next_path;
};

static void send_talk(struct talk *talk, const char *path, struct transport_request request);

static void on_head(void *arg, const struct transport_head *head)
{
    struct talk *talk = arg;
    talk->heads++;
    talk->status = head->status;
    talk->retry_after_s = head->retry_after_s;
    snprintf(talk->warning, sizeof(talk->warning), "%s",
             head->warning == NULL ? "" : head->warning);
}

static void on_data(void *arg, const char *bytes, size_t len)
{
    struct talk *talk = arg;
    cr_assert_eq(talk->heads, 1, "data before the head");
    cr_assert_eq(talk->ends, 0, "data after the end");
    if (talk->body.len < 100000) {
        buf_add(&talk->body, bytes, len);
    }
    if (talk->cancel_on_data) {
        transport_cancel(transport, talk->exchange);
        talk->ends++;
    }
}

static void on_end(void *arg, const struct err *err)
{
    struct talk *talk = arg;
    talk->ends++;
    if (err != NULL) {
        talk->err = *err;
    }
    if (talk->chain) {
        send_talk(talk->next, talk->next_path, (struct transport_request){0});
    }
}

static void send_talk(struct talk *talk, const char *path, struct transport_request request)
{
    struct transport_handler handler = {on_head, on_data, on_end, talk};
    request.path = path;
    request.method = request.method == NULL ? "GET" : request.method;
    talk->exchange = transport_send(transport, &request, &handler);
    cr_assert_eq(talk->heads + talk->ends, 0, "called back from inside send");
}

static void on_alarm(void *arg)
{
    *(bool *)arg = true;
}

/* Runs the loop until the talk ended, or ms are over; true if it ended. */
static bool run(const struct talk *talk, int64_t ms)
{
    bool over = false;
    struct timer *alarm = clock_timer_new(uvclock, on_alarm, &over);
    timer_start(alarm, ms);
    while (!over && (talk == NULL || talk->ends == 0)) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    clock_timer_free(alarm);
    return !over;
}

static bool says(const struct talk *talk, const char *part)
{
    return strstr(buf_text(&talk->body), part) != NULL;
}

static struct talk ask(const char *path)
{
    struct talk talk = {0};
    send_talk(&talk, path, (struct transport_request){.timeout_ms = 5000});
    cr_assert(run(&talk, 10000), "%s", path);
    return talk;
}

TestSuite(curl_transport);

Test(curl_transport, says_who_it_is_over_http2_and_both_sides_are_verified)
{
    begin("100", "");
    config.cert_pem = read_pem("c.crt");
    config.key_pem = read_pem("c.key");
    config.token = "tok";
    config.as = "jane";
    options.user_agent = "sluice/1 (linux/amd64)";
    open_transport();
    struct talk talk = {0};
    send_talk(&talk, "/echo?a=b",
              (struct transport_request){
                  .method = "PATCH",
                  .content_type = "application/merge-patch+json",
                  .body = "{\"a\":1}",
                  .body_len = 7,
              });
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.status, 200);
    cr_assert(says(&talk, "\"method\":\"PATCH\""));
    cr_assert(says(&talk, "\"agent\":\"sluice/1 (linux/amd64)\""));
    cr_assert(says(&talk, "\"accept\":\"application/json\""));
    cr_assert(says(&talk, "\"type\":\"application/merge-patch+json\""));
    cr_assert(says(&talk, "\"auth\":\"Bearer tok\""));
    cr_assert(says(&talk, "\"user\":\"jane\""));
    cr_assert(says(&talk, "\"client\":\"me\""));
    cr_assert(says(&talk, "\"version\":\"2.0\""));
    cr_assert(says(&talk, "{\\\"a\\\":1}"));
    buf_clear(&talk.body);
    finish();
}

Test(curl_transport, thirty_streams_and_ordinary_requests_share_one_connection)
{
    begin("100", "");
    open_transport();
    enum { N = 30 };
    struct talk streams[N] = {0};
    for (int i = 0; i < N; i++) {
        send_talk(&streams[i], "/stream", (struct transport_request){.stream = true});
    }
    run(NULL, 700);
    for (int i = 0; i < N; i++) {
        cr_assert(says(&streams[i], "tick"), "stream %d", i);
    }
    struct talk one = ask("/open");
    cr_assert(says(&one, "30"));
    cr_assert_eq(curl_transport_counts(transport).connections, 1);
    for (int i = 0; i < N; i++) {
        transport_cancel(transport, streams[i].exchange);
        cr_assert_eq(streams[i].ends, 0);
        buf_clear(&streams[i].body);
    }
    buf_clear(&one.body);
    one = ask("/open");
    cr_assert(says(&one, "0"), "a cancelled stream is closed at the server");
    buf_clear(&one.body);
    cr_assert_eq(curl_transport_counts(transport).connections, 1);
    finish();
}

Test(curl_transport, a_server_with_ten_streams_is_not_overrun_at_the_start)
{
    begin("10", "");
    open_transport();
    enum { N = 30 };
    struct talk streams[N] = {0};
    for (int i = 0; i < N; i++) {
        send_talk(&streams[i], "/stream", (struct transport_request){.stream = true});
    }
    run(NULL, 1500);
    for (int i = 0; i < N; i++) {
        cr_assert(streams[i].ends == 0 && says(&streams[i], "tick"), "stream %d: %s", i,
                  streams[i].err.text);
        buf_clear(&streams[i].body);
    }
    finish();
}

Test(curl_transport, the_status_lane_has_a_connection_of_its_own)
{
    begin("100", "");
    open_transport();
    struct talk stream = {0};
    struct talk write = {0};
    send_talk(&stream, "/stream", (struct transport_request){.stream = true});
    send_talk(&write, "/echo", (struct transport_request){.lane = TRANSPORT_LANE_STATUS});
    cr_assert(run(&write, 5000));
    cr_assert_eq(curl_transport_counts(transport).connections, 2);
    buf_clear(&stream.body);
    buf_clear(&write.body);
    finish();
}

Test(curl_transport, a_server_of_http1_alone_works_too)
{
    begin("100", "http/1.1");
    open_transport();
    struct talk stream = {0};
    send_talk(&stream, "/stream", (struct transport_request){.stream = true});
    struct talk talk = ask("/echo");
    cr_assert(says(&talk, "\"version\":\"1.1\""));
    run(NULL, 200);
    cr_assert(says(&stream, "tick"));
    buf_clear(&stream.body);
    buf_clear(&talk.body);
    finish();
}

Test(curl_transport, a_frozen_server_is_noticed_and_fresh_connections_follow)
{
    begin("100", "");
    options.probe_after_ms = 400;
    options.probe_timeout_ms = 400;
    options.connect_ms = 500;
    open_transport();
    struct talk silent = {0};
    struct talk write = {0};
    send_talk(&silent, "/silent", (struct transport_request){.stream = true});
    run(NULL, 2000);
    cr_assert_eq(silent.ends, 0, "silence alone is no death: the probe was answered");
    struct talk talk = ask("/freeze");
    run(NULL, 100);
    send_talk(&write, "/echo", (struct transport_request){.timeout_ms = 30000});
    cr_assert(run(&silent, 2000));
    cr_assert_eq(silent.err.kind, ERR_AGAIN);
    cr_assert_neq(strstr(silent.err.text, "does not answer"), NULL);
    cr_assert(run(&write, 100), "what else was under way is cut too");
    cr_assert_eq(curl_transport_counts(transport).cuts, 1);
    kill(peer, SIGCONT);
    buf_clear(&talk.body);
    talk = ask("/echo");
    cr_assert_eq(talk.status, 200);
    buf_clear(&talk.body);
    buf_clear(&silent.body);
    finish();
}

Test(curl_transport, limits_are_kept)
{
    begin("100", "");
    open_transport();
    struct talk talk = {0};
    send_talk(&talk, "/big", (struct transport_request){.body_ceiling_bytes = 1000000});
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.err.kind, ERR_GARBLED);
    buf_clear(&talk.body);
    talk = (struct talk){0};
    send_talk(&talk, "/mute", (struct transport_request){.timeout_ms = 300});
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.err.kind, ERR_AGAIN);
    cr_assert_eq(talk.heads, 0);
    talk = (struct talk){0};
    send_talk(&talk, "/silent", (struct transport_request){.stream = true, .idle_ms = 300});
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.err.kind, ERR_AGAIN);
    cr_assert_neq(strstr(talk.err.text, "silent"), NULL);
    buf_clear(&talk.body);
    finish();
}

Test(curl_transport, answers_are_answers_and_headers_are_read)
{
    begin("100", "");
    open_transport();
    struct talk talk = ask("/warn");
    cr_assert_eq(talk.status, 429);
    cr_assert_eq(talk.retry_after_s, 7);
    cr_assert_str_eq(talk.warning, "be \"careful\"");
    cr_assert_eq(talk.err.kind, ERR_NONE);
    buf_clear(&talk.body);
    talk = ask("/date");
    cr_assert_eq(talk.retry_after_s, -1, "only a whole number counts");
    buf_clear(&talk.body);
    talk = ask("/redirect");
    cr_assert_eq(talk.status, 302, "redirects are not followed");
    buf_clear(&talk.body);
    finish();
}

Test(curl_transport, a_401_makes_the_token_be_read_again_and_a_get_is_repeated_once)
{
    begin("100", "");
    char path[96];
    snprintf(path, sizeof(path), "%s/token", dir);
    config.token_file = path;
    config.token = "ignored: the file wins";
    open_transport();
    struct talk talk = ask("/secret");
    cr_assert_eq(talk.status, 401, "still the old token");
    cr_assert_eq(talk.heads, 1);
    buf_clear(&talk.body);
    FILE *file = fopen(path, "w");
    fputs("new\n", file);
    fclose(file);
    talk = ask("/secret");
    cr_assert_eq(talk.status, 200);
    cr_assert_eq(talk.heads, 1, "the handler sees one answer");
    buf_clear(&talk.body);
    cr_assert_eq(remove(path), 0);
    talk = ask("/secret");
    cr_assert_eq(talk.status, 200, "the last token stays in use");
    buf_clear(&talk.body);
    finish();
}

Test(curl_transport, breaks_end_once_and_the_next_request_works)
{
    static const char *const paths[] = {"/cut", "/goaway", "/reset"};
    begin("100", "");
    open_transport();
    for (int i = 0; i < 3; i++) {
        struct talk talk = ask(paths[i]);
        cr_assert_eq(talk.ends, 1);
        buf_clear(&talk.body);
        talk = ask("/echo");
        cr_assert_eq(talk.status, 200, "after %s: %s", paths[i], talk.err.text);
        buf_clear(&talk.body);
    }
    finish();
}

Test(curl_transport, cancelling_and_sending_inside_callbacks_is_legal)
{
    begin("100", "");
    open_transport();
    struct talk second = {0};
    struct talk first = {.chain = true, .next = &second, .next_path = "/echo"};
    struct talk stream = {.cancel_on_data = true};
    send_talk(&stream, "/stream", (struct transport_request){.stream = true});
    cr_assert(run(&stream, 5000));
    send_talk(&first, "/echo", (struct transport_request){0});
    cr_assert(run(&second, 5000));
    run(NULL, 100);
    cr_assert_eq(stream.ends, 1, "nothing after the cancel");
    buf_clear(&first.body);
    buf_clear(&second.body);
    buf_clear(&stream.body);
    finish();
}

Test(curl_transport, a_server_we_cannot_trust_is_refused_with_a_sentence)
{
    begin("100", "");
    open_transport();
    struct talk talk = {0};
    curl_transport_free(transport);
    config.ca_pem = read_pem("c.crt"); /* some other certificate */
    open_transport();
    send_talk(&talk, "/echo", (struct transport_request){0});
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.err.kind, ERR_DENIED);
    cr_assert_neq(strstr(talk.err.text, "is not trusted"), NULL);
    curl_transport_free(transport);
    config.ca_pem = read_pem("ca.crt");
    config.tls_server_name = "wrong.test";
    open_transport();
    talk = (struct talk){0};
    send_talk(&talk, "/echo", (struct transport_request){0});
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.err.kind, ERR_DENIED);
    curl_transport_free(transport);
    config.tls_server_name = "alias.test";
    open_transport();
    talk = ask("/echo");
    cr_assert_eq(talk.status, 200);
    buf_clear(&talk.body);
    finish();
}

Test(curl_transport, nobody_there_is_said_with_the_address)
{
    begin("100", "");
    kill(peer, SIGKILL);
    open_transport();
    struct talk talk = {0};
    send_talk(&talk, "/echo", (struct transport_request){0});
    cr_assert(run(&talk, 5000));
    cr_assert_eq(talk.err.kind, ERR_AGAIN);
    cr_assert_eq(strncmp(talk.err.text, server, strlen(server)), 0);
    finish();
}

Test(curl_transport, freeing_it_cancels_everything_without_a_word)
{
    begin("100", "");
    open_transport();
    struct talk streams[5] = {0};
    for (int i = 0; i < 5; i++) {
        send_talk(&streams[i], "/stream", (struct transport_request){.stream = true});
    }
    run(NULL, 300);
    finish();
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(streams[i].ends, 0);
        buf_clear(&streams[i].body);
    }
}

Test(curl_transport, a_burst_of_requests_stays_on_one_connection)
{
    begin("100", "");
    open_transport();
    enum { N = 400 };
    static struct talk talks[N];
    for (int i = 0; i < N; i++) {
        send_talk(&talks[i], "/livez", (struct transport_request){0});
    }
    for (int i = 0; i < N; i++) {
        cr_assert(talks[i].ends == 1 || run(&talks[i], 10000));
        cr_assert_eq(talks[i].status, 200);
        buf_clear(&talks[i].body);
    }
    cr_assert_eq(curl_transport_counts(transport).connections, 1);
    finish();
}

Test(curl_transport, where_nobody_is_all_hear_it_at_once)
{
    begin("100", "");
    kill(peer, SIGSTOP); /* the kernel still connects; TLS gets no answer */
    options.connect_ms = 300;
    open_transport();
    struct talk talks[10] = {0};
    for (int i = 0; i < 10; i++) {
        send_talk(&talks[i], "/livez", (struct transport_request){0});
    }
    run(NULL, 1000);
    for (int i = 0; i < 10; i++) {
        cr_assert_eq(talks[i].ends, 1);
        cr_assert_eq(talks[i].err.kind, ERR_AGAIN);
    }
    finish();
}
