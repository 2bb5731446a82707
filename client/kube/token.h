/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KUBE_TOKEN_H
#define KUBE_TOKEN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

/*
 * A bearer token that lives in a file and changes there (a pod's is replaced every hour). The file
 * is read again when the token is 50 s old, and at once after the server refused it. While
 * the file cannot be read the last token stays in use.
 */

#define TOKEN_KEEP_MS 50000
#define TOKEN_CEILING_BYTES ((size_t)64 << 10)

struct token {
    const char *path; /* NULL or "" = a fixed token */
    struct buf text;  /* trimmed */
    struct mono read; /* when; meaningful once have is true */
    bool have;
};

/* path may be ""; fixed may be "". Both texts must outlive the token. */
void token_init(struct token *token, const char *path, const char *fixed);
void token_clear(struct token *token);
/*
 * The token to send now; "" = send none. Lives until the next call. ret_trouble may be NULL; it is
 * set, kind ERR_NONE if all is well, when the file could not be read.
 */
const char *token_now(struct token *token, struct mono now, struct err *ret_trouble);
/* The server answered 401 to a request that began at `began`: a token older than that is dropped.
 */
void token_refused(struct token *token, struct mono began);

#endif
