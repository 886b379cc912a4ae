/* registry_test.c - built-in machines by name; plugins by file and digest, and every way to refuse
 * one; the example plugin at work. */
#include "support_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void built_in_machines_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(registry_find("kv"), &machine_kv);
    assert_ptr_equal(registry_find("counter"), &machine_counter);
    assert_null(registry_find("nothing"));
    assert_null(registry_find(""));
    size_t count = 0;
    for (; registry_name(count) != NULL; count++) {
        assert_non_null(registry_find(registry_name(count)));
    }
    assert_int_equal(count, 2);
}

static const struct world_reply *run(struct world *world, struct lane *lane, const char *command)
{
    return world_run(world, lane, slice_of_text(command));
}

static void bank_moves_money_and_loses_none(void **state)
{
    (void)state;
    struct digest digest;
    struct error_text text;
    struct plugin plugin;
    assert_int_equal(plugin_digest(BANK, &digest, &text), OK);
    assert_int_equal(plugin_load(&plugin, BANK, &digest, &text), OK);
    assert_string_equal(plugin.machine->name, "bank");
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world_init(world, plugin.machine);
    struct lane lane;
    lane_begin(world, &lane, 1, 1);
    assert_int_equal(run(world, &lane, "open alice 100")->outcome, OUTCOME_DONE);
    assert_int_equal(run(world, &lane, "open alice 100")->outcome, OUTCOME_REFUSED);
    assert_int_equal(run(world, &lane, "open bob 5")->outcome, OUTCOME_DONE);
    assert_int_equal(run(world, &lane, "transfer alice bob 30")->outcome, OUTCOME_DONE);
    const struct world_reply *reply = run(world, &lane, "transfer alice bob 71");
    assert_int_equal(reply->outcome, OUTCOME_REFUSED);
    assert_string_equal((const char *)reply->bytes, "not enough money");
    assert_int_equal(run(world, &lane, "transfer alice nobody 1")->outcome, OUTCOME_REFUSED);
    assert_string_equal((const char *)run(world, &lane, "balance alice")->bytes, "70");
    assert_string_equal((const char *)run(world, &lane, "balance bob")->bytes, "35");
    assert_int_equal(run(world, &lane, "transfer alice bob 1 ")->outcome, OUTCOME_MALFORMED);
    assert_int_equal(run(world, &lane, "")->outcome, OUTCOME_MALFORMED);
    struct reply answer;
    assert_int_equal(executor_query(world->executor, &lane.tip.lane.client,
                                    slice_of_text("balance bob"), &answer),
                     OK);
    assert_true(slice_is_equal(answer.result, slice_of_text("35")));
    assert_int_equal(executor_query(world->executor, &lane.tip.lane.client,
                                    slice_of_text("open eve 5"), &answer),
                     OK);
    assert_int_equal(answer.outcome, OUTCOME_MALFORMED);
    world_fini(world);
    free(world);
    plugin_unload(&plugin);
}

static void missing_file_is_refused(void **state)
{
    (void)state;
    struct digest digest = {{0}};
    struct error_text text;
    struct plugin plugin;
    assert_int_equal(plugin_digest("/nowhere/machine.so", &digest, &text), ERROR_MISSING);
    assert_int_equal(plugin_load(&plugin, "/nowhere/machine.so", &digest, &text), ERROR_MISSING);
    assert_non_null(strstr(text.text, "/nowhere/machine.so"));
    assert_null(plugin.library);
}

static void folder_is_refused(void **state)
{
    (void)state;
    struct digest digest = {{0}};
    struct error_text text;
    struct plugin plugin;
    assert_int_equal(plugin_load(&plugin, "/", &digest, &text), ERROR_INVALID);
}

static void wrong_digest_is_refused(void **state)
{
    (void)state;
    struct digest digest;
    struct error_text text;
    struct plugin plugin;
    assert_int_equal(plugin_digest(BANK, &digest, &text), OK);
    digest.bytes[31] ^= 1;
    assert_int_equal(plugin_load(&plugin, BANK, &digest, &text), ERROR_FOREIGN);
    assert_non_null(strstr(text.text, "pins"));
    assert_null(plugin.library);
}

static void file_that_is_no_library_is_refused(void **state)
{
    (void)state;
    struct digest digest;
    struct error_text text;
    struct plugin plugin;
    assert_int_equal(plugin_digest(__FILE__, &digest, &text), OK);
    assert_int_equal(plugin_load(&plugin, __FILE__, &digest, &text), ERROR_INVALID);
    assert_non_null(strstr(text.text, "cannot be loaded"));
}

static void refuse(const char *file, enum error expected, const char *words)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", BAD_PLUGINS, file);
    struct digest digest;
    struct error_text text;
    struct plugin plugin;
    assert_int_equal(plugin_digest(path, &digest, &text), OK);
    assert_int_equal(plugin_load(&plugin, path, &digest, &text), expected);
    assert_non_null(strstr(text.text, words));
    assert_non_null(strstr(text.text, path));
    assert_null(plugin.library);
}

static void unsound_machines_are_refused(void **state)
{
    (void)state;
    refuse("bad_symbol.so", ERROR_INVALID, "no symbol strategos_machine");
    refuse("bad_abi.so", ERROR_FOREIGN, "ABI 99");
    refuse("bad_name.so", ERROR_INVALID, "name");
    refuse("bad_apply.so", ERROR_INVALID, "no apply");
}

static void plugin_changed_after_loading_runs_as_it_was(void **state)
{
    (void)state;
    char path[] = "/tmp/strategos-plugin-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *from = fopen(BANK, "rb");
    FILE *to = fdopen(descriptor, "wb");
    assert_true(from != NULL && to != NULL);
    for (int byte = fgetc(from); byte != EOF; byte = fgetc(from)) {
        assert_int_equal(fputc(byte, to), byte);
    }
    assert_int_equal(fclose(from), 0);
    assert_int_equal(fclose(to), 0);
    struct digest digest;
    struct error_text text;
    struct plugin first;
    struct plugin second;
    assert_int_equal(plugin_digest(path, &digest, &text), OK);
    assert_int_equal(plugin_load(&first, path, &digest, &text), OK);
    assert_int_equal(truncate(path, 100), 0);
    assert_string_equal(first.machine->name, "bank");
    assert_int_equal(plugin_load(&second, path, &digest, &text), ERROR_FOREIGN);
    assert_int_equal(unlink(path), 0);
    /* A second plugin is not mistaken for the first one. */
    assert_int_equal(plugin_load(&second, BANK, &digest, &text), OK);
    assert_ptr_not_equal(first.machine, second.machine);
    plugin_unload(&first);
    plugin_unload(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in_machines_are_found_by_name),
        cmocka_unit_test(bank_moves_money_and_loses_none),
        cmocka_unit_test(missing_file_is_refused),
        cmocka_unit_test(folder_is_refused),
        cmocka_unit_test(wrong_digest_is_refused),
        cmocka_unit_test(file_that_is_no_library_is_refused),
        cmocka_unit_test(unsound_machines_are_refused),
        cmocka_unit_test(plugin_changed_after_loading_runs_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
