/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "web/address.h"

Test(address, is_read_as_people_write_it)
{
    static const struct {
        const char *text, *host;
        int port;
        bool ipv6;
    } rows[] = {
        {"127.0.0.1:8080", "127.0.0.1", 8080, false},
        {"0.0.0.0:1", "0.0.0.0", 1, false},
        {"[::1]:8080", "::1", 8080, true},
        {"[::]:0", "::", 0, true},
        {":65535", "", 65535, false},
        {"localhost:80", "127.0.0.1", 80, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct address address;
        struct err err = {0};
        cr_expect(address_parse(rows[i].text, &address, &err) == 0, "%s", err.text);
        cr_expect(strcmp(address.host, rows[i].host) == 0 && address.port == rows[i].port &&
                      address.ipv6 == rows[i].ipv6,
                  "%s", rows[i].text);
    }
}

Test(address, of_another_form_is_refused_with_the_remedy)
{
    static const char *const bad[] = {
        "",
        ":",
        "8080",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:http",
        "::1:80",
        "[::1]",
        "[]:80",
        "256.0.0.1:80",
        "host:80",
        "127.0.0.1:80 ",
        "[127.0.0.1]:x",
        ("1111111111111111111111111111111111111111111111111111111111111"
         "11111111111:80")};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct address address;
        struct err err = {0};
        cr_expect(address_parse(bad[i], &address, &err) != 0, "%s", bad[i]);
        cr_expect(err.kind == ERR_REFUSED && strstr(err.text, "127.0.0.1:8080") != NULL, "%s",
                  err.text);
    }
}
