/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/memory_priv.h"

static int read_text(const char *text, struct arena *arena, const struct memory **ret_memory,
                     struct err *err)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    int result = memory_from_json(json, arena, ret_memory, err);
    json_decref(json);
    return result;
}

/* One of everything. */
static const char WHOLE[] =
    "{\"v\":1,\"t\":1772420400,\"d\":7,\"b\":5,\"a\":1,\"ms\":1,\"st\":1,\"mu\":1,\"dr\":1,"
    "\"r\":[1,10],\"q\":6,\"qm\":\"0123456789ab\",\"rq\":[6,1772420300],"
    "\"c\":{\"t\":1772420399,\"by\":\"kubectl\",\"n\":3,\"h\":1,\"r\":[1,2,3]},\"n\":12,"
    "\"e\":\"ContestedHold\",\"mv\":[[1772420390,2],[1772420395,-1]],\"m\":[\"vm-1\",\"vm-2\"],"
    "\"p\":[{\"n\":\"lunch\",\"as\":1,\"mn\":1,\"mx\":10,\"fl\":7,\"wn\":[9,\"noon\"],"
    "\"fi\":[1772420400,7,\"noon\"],\"o\":[5,[354484080,7]],\"i\":[30,[59080679,9],[59080680,7]],"
    "\"pu\":[1772420460,22],\"ps\":[6,[2954034000,22,1]],\"du\":1772420700,"
    "\"x\":[{\"n\":\"cpu\",\"f\":2,\"z\":1,\"s\":[-1,1772420000],\"k\":3,"
    "\"l\":[60,[295403400,500,250000000]]}],\"u\":\"b4f1183f889d000000000001\","
    "\"ua\":[[1,1772420500]]}]}";

Test(memory, reading_and_writing_are_exact_inverses)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    const struct memory *memory = NULL;
    struct err err = {0};
    cr_assert_eq(read_text(WHOLE, &arena, &memory, &err), 0, "%s", err.text);
    json_t *json = memory_to_json(memory);
    char *text = json_dumps(json, JSON_COMPACT);
    cr_assert_str_eq(text, WHOLE);
    cr_assert_leq(strlen(text), memory_size_bound(memory));
    cr_assert(memory_is_same(memory, memory_copy(memory, &arena)));
    free(text);
    json_decref(json);
}

Test(memory, newer_or_damaged_memories_are_refused_with_a_sentence)
{
    static const char *const ROWS[] = {
        "{}",
        "[]",
        "null",
        "{\"v\":2}",
        "{\"v\":\"1\"}",
        "{\"v\":1}",
        "{\"v\":1,\"d\":-1,\"b\":0,\"r\":[0,1],\"n\":0}",
        "{\"v\":1,\"d\":1.5,\"b\":0,\"r\":[0,1],\"n\":0}",
        "{\"v\":1,\"d\":1,\"b\":0,\"r\":[0],\"n\":0}",
        "{\"v\":1,\"d\":1,\"b\":0,\"r\":[0,1],\"n\":0,\"e\":\"NoSuchWord\"}",
        "{\"v\":1,\"d\":1,\"b\":0,\"r\":[0,1],\"n\":0,\"p\":[{\"n\":\"b\"},{\"n\":\"a\"}]}",
        "{\"v\":1,\"d\":1,\"b\":0,\"r\":[0,1],\"n\":0,\"p\":[{\"n\":\"a\",\"u\":\"zz\"}]}",
        "{\"v\":1,\"d\":1,\"b\":0,\"r\":[0,1],\"n\":0,\"p\":[{\"n\":\"a\",\"i\":[0,[1,1]]}]}",
        "{\"v\":1,\"d\":1,\"b\":0,\"r\":[0,1],\"n\":0,\"t\":99999999999999}",
        ("{\"v\":1,\"d\":1,\"b\":0,\"r\":[0,1],\"n\":0,\"c\":{\"t\":1,\"by\":\"x\",\"n\":1,\"r\":["
         "1,"
         "2,3,4]}}"),
    };
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        CLEANUP(arena_clear) struct arena arena = {0};
        const struct memory *memory = NULL;
        struct err err = {0};
        cr_assert_eq(read_text(ROWS[i], &arena, &memory, &err), -1, "%s", ROWS[i]);
        cr_assert_eq(err.kind, ERR_REFUSED);
        cr_assert(strstr(err.text, "status.memory") != NULL);
    }
}

Test(memory, what_the_clock_moves_owes_no_write)
{
    CLEANUP(arena_clear) struct arena arena = {0};
    const struct memory *memory = NULL;
    struct err err = {0};
    cr_assert_eq(read_text(WHOLE, &arena, &memory, &err), 0);
    struct memory *later = memory_clone(memory, &arena);
    later->evaluated.s += 5;
    later->bindings[0].in.items[1].bucket++;
    later->bindings[0].panic_count = 0;
    cr_assert(memory_is_same(memory, later));
    later->bindings[0].in.items[0].bucket++;
    cr_assert_not(memory_is_same(memory, later));
}
