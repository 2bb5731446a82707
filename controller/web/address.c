/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, trying and printing a listen address. Names are not looked up: see the header. */
#include "web/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

static int refuse(const char *text, struct err *err)
{
    return err_set(err, ERR_REFUSED, 0,
                   "%s is no address to listen on: write IP:PORT, [IPv6]:PORT or :PORT, such as "
                   "127.0.0.1:8080",
                   text);
}

/* Splits at the colon before the port; a host in brackets loses them. */
static bool split(const char *text, struct str *ret_host, int64_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || !str_to_int64(str_of(colon + 1), ret_port) || *ret_port < 0 ||
        *ret_port > 65535) {
        return false;
    }
    struct str host = {text, (size_t)(colon - text)};
    bool has_brackets = host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    if (has_brackets) {
        host = (struct str){host.ptr + 1, host.len - 2};
    } else if (memchr(host.ptr, ':', host.len) != NULL) {
        return false; /* an IPv6 address without brackets is ambiguous */
    }
    *ret_host = host;
    return host.len < ADDRESS_TEXT_SIZE && (!has_brackets || host.len > 0);
}

int address_parse(const char *text, struct address *ret_address, struct err *err)
{
    struct address address = {0};
    struct str host;
    int64_t port;
    struct in6_addr binary;
    if (!split(text, &host, &port)) {
        return refuse(text, err);
    }
    if (str_is(host, "localhost")) {
        host = STR("127.0.0.1");
    }
    memcpy(address.host, host.ptr, host.len);
    address.port = (int)port;
    if (host.len > 0 && inet_pton(AF_INET6, address.host, &binary) == 1) {
        address.ipv6 = true;
    } else if (host.len > 0 && inet_pton(AF_INET, address.host, &binary) != 1) {
        return refuse(text, err);
    }
    *ret_address = address;
    return 0;
}

bool address_has_ipv6(void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd < 0) {
        return false;
    }
    bool is_bound = bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0;
    close(fd);
    return is_bound;
}

static socklen_t fill(const struct address *address, struct sockaddr_storage *ret_socket)
{
    bool ipv6 = address->host[0] != '\0' ? address->ipv6 : address_has_ipv6();
    memset(ret_socket, 0, sizeof(*ret_socket));
    if (ipv6) {
        struct sockaddr_in6 *to = (struct sockaddr_in6 *)ret_socket;
        to->sin6_family = AF_INET6;
        to->sin6_port = htons((uint16_t)address->port);
        inet_pton(AF_INET6, address->host[0] != '\0' ? address->host : "::", &to->sin6_addr);
        return sizeof(*to);
    }
    struct sockaddr_in *to = (struct sockaddr_in *)ret_socket;
    to->sin_family = AF_INET;
    to->sin_port = htons((uint16_t)address->port);
    inet_pton(AF_INET, address->host[0] != '\0' ? address->host : "0.0.0.0", &to->sin_addr);
    return sizeof(*to);
}

int address_probe(const struct address *address, struct err *err)
{
    struct sockaddr_storage to;
    char text[ADDRESS_TEXT_SIZE + 16];
    socklen_t len = fill(address, &to);
    int one = 1;
    int fd = socket(to.ss_family, SOCK_STREAM, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    }
    int code = fd < 0 || bind(fd, (const struct sockaddr *)&to, len) != 0 || listen(fd, 1) != 0
                   ? errno
                   : 0;
    if (fd >= 0) {
        close(fd);
    }
    if (code == 0) {
        return 0;
    }
    return err_set(err, ERR_SYSTEM, code,
                   "cannot listen on %s: %s; choose another address with --health-addr",
                   address_text(address, address->port, text), strerror(code));
}

char *address_text(const struct address *address, int port, char *out)
{
    const char *host = address->host[0] != '\0' ? address->host : "0.0.0.0";
    snprintf(out, ADDRESS_TEXT_SIZE + 16, address->ipv6 ? "[%s]:%d" : "%s:%d", host, port);
    return out;
}
