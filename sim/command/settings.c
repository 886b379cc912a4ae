/* settings.c - see settings.h. Values are judged by the table of scenario files, so that an option
 * and a setting mean the same and are refused alike. */
#include "command/settings.h"

#include <stdio.h>

static const char description[] =
    "Plays one game of the Byzantine generals and tells who said what to whom, what each general "
    "counted and obeyed, and whether the two conditions of Lamport, Shostak and Pease hold. IC1: "
    "all loyal lieutenants obey the same order. IC2: if the commander is loyal, they obey the "
    "order that he gave.\n"
    "Traitors say what their strategy tells them, loyal generals what the algorithm does; nobody "
    "can make himself pass for another. Every message arrives, or its absence is noticed; a value "
    "that is absent or no order at all counts as retreat.\n"
    "The game is the one of --scenario FILE, or OM(1) of four loyal generals; options change it. "
    "The same options and the same seed give the same game, byte for byte.\n"
    "What the theory promises nothing for is refused and the bound is named; --beyond plays it all "
    "the same.";

static const char ending[] =
    "STRATEGIES\n"
    "       loyal     does nothing wrong           garbage   says what is no order\n"
    "       silent    says nothing                 forge     sm: signs for loyal generals\n"
    "       lie       one order to all, always     truncate  sm: leaves signatures off\n"
    "       flip      the opposite of what is due  replay    repeats what is past\n"
    "       split     attack to one half, retreat  collude   traitors share keys and a plan\n"
    "                 to the other                 script    what the scenario file says\n"
    "       random    by the seed                  worst     searches for what breaks the game\n"
    "       late      what is due, too late\n"
    "\n"
    "GRAPHS\n"
    "       On a graph that is not complete, om plays OM(m,p) of LSP82, chapter 5, and sm\n"
    "       passes chains on from neighbour to neighbour.\n"
    "\n"
    "JSON\n"
    "       One object; its keys stand in a fixed order. What was played: name, algorithm,\n"
    "       generals, m, p, commander, order, orders, interactive_consistency,\n"
    "       private_orders, traitors, strategies, graph, round_rule, beyond, seed. What came\n"
    "       of it: rounds, messages, messages_formula, packets, packets_formula, signatures,\n"
    "       verifications (formulas are of a game without traitors, null where there is\n"
    "       none), decisions (of each general), vectors (interactive consistency and naive,\n"
    "       else null), acted (how often each traitor did otherwise than a loyal general),\n"
    "       verdicts (what receivers made of the messages; null if too many), ic1, ic2 (true:\n"
    "       holds), ic1_reason, ic2_reason, ic2_has_case, expected_ic1, expected_ic2,\n"
    "       search (what came of the strategy worst, else null).\n"
    "\n"
    "EXAMPLES\n"
    "       strategos-sim generals --algorithm om --generals 4 --m 1 --traitors 2 \\\n"
    "           --strategy flip\n"
    "       strategos-sim generals --algorithm om --generals 3 --traitors 2 \\\n"
    "           --strategy worst --beyond\n"
    "       strategos-sim generals --algorithm sm --generals 6 --graph ring --traitors 2 \\\n"
    "           --strategy silent\n"
    "       strategos-sim generals --scenario configs/scenarios/nine-generals-naive.conf\n"
    "       strategos-sim generals --scenario FILE --html game.html\n"
    "       strategos-sim generals --seed 7 --traitors-count 1 --json | jq .decisions\n"
    "\n"
    "SEE ALSO\n"
    "       strategos-sim help-scenario, configs/scenarios/, docs/generals.md,\n"
    "       docs/protocols.md\n";

static const char exit_status[] = "       0  both IC1 and IC2 hold\n"
                                  "       1  one of them is violated\n"
                                  "       2  not played: wrong usage, a scenario or file that is "
                                  "refused\n";

/* Options that a scenario's setting stands behind. A flag stands for `flag`. */
struct setting_option {
    enum scenario_setting setting;
    const char *name;        /* with the dashes, for messages */
    const char *placeholder; /* NULL: a flag */
    const char *flag;
    const char *help;
};

static const struct setting_option setting_options[] = {
    {SCENARIO_ALGORITHM, "--algorithm", "om|sm|naive", NULL,
     "om: oral messages. sm: signed messages. naive: each tells all others his own order, and all "
     "obey the majority. Default: om."},
    {SCENARIO_GENERALS, "--generals", "N", NULL,
     "How many generals there are, the commander included: 2 to 64. Default: as many as the graph "
     "has, else 4."},
    {SCENARIO_M, "--m", "M", NULL,
     "How many traitors the algorithm is made for; it takes m + 1 rounds. 0 to 31; default: 1."},
    {SCENARIO_COMMANDER, "--commander", "C", NULL, "Who commands. Default: general 0."},
    {SCENARIO_ORDER, "--order", "V", NULL,
     "The commander's order: attack, retreat or any other word. Default: attack."},
    {SCENARIO_PRIVATE_ORDERS, "--orders", "V,V,...", NULL,
     "Each general's own order, for naive and --interactive-consistency. Default: the "
     "commander's for all."},
    {SCENARIO_TRAITORS, "--traitors", "LIST", NULL, "Who betrays, as in 2,5 or 0-2."},
    {SCENARIO_TRAITORS_COUNT, "--traitors-count", "K", NULL,
     "How many betray; the seed draws who."},
    {SCENARIO_STRATEGY, "--strategy", "NAME|LIST", NULL,
     "What traitors do: one strategy for all, or each his own, as in 5=silent,2=split. Default: "
     "random; script if the scenario file has lies."},
    {SCENARIO_LIE_ORDER, "--lie", "V", NULL,
     "What traitors with the strategy lie tell everybody. Default: retreat."},
    {SCENARIO_GRAPH, "--graph", "NAME|FILE", NULL,
     "Who can talk to whom: complete, ring, petersen, cube ... (a wrong name lists them all) or a "
     "file with an edge on each line. Default: complete."},
    {SCENARIO_P, "--p", "P", NULL,
     "Size of the regular sets of OM(m,p). Default: 0, the most that the graph has."},
    {SCENARIO_INTERACTIVE, "--interactive-consistency", NULL, "yes",
     "Every general commands once, with his own order: all learn everybody's."},
    {SCENARIO_ROUND_RULE, "--no-round-rule", NULL, "no",
     "sm: take messages with fewer signatures than rounds have passed. It breaks without that "
     "rule; this shows how."},
    {SCENARIO_BEYOND, "--beyond", NULL, "yes", "Play what the theory promises nothing for."},
    {SCENARIO_SEED, "--seed", "S", NULL, "Of all that is drawn. Default: 1."},
    {SCENARIO_MEMORY_MIB, "--memory", "MIB", NULL,
     "Refuse a game that needs more memory than this. Default: 2048."},
};

#define SETTING_OPTION_COUNT (sizeof setting_options / sizeof setting_options[0])

/* What the parser writes to. */
struct raw_settings {
    const char *texts[SETTING_OPTION_COUNT];
    bool flags[SETTING_OPTION_COUNT];
    const char *scenario;
    const char *tree;
};

#define OWN_OPTIONS 7u

static void make_options(struct generals_settings *settings, struct raw_settings *raw,
                         struct argument_option *options)
{
    size_t count = 0;
    options[count++] =
        (struct argument_option){.name = "scenario",
                                 .kind = ARGUMENT_TEXT,
                                 .value = &raw->scenario,
                                 .placeholder = "FILE",
                                 .help = "Play this file's game; the options below change it."};
    for (size_t i = 0; i < SETTING_OPTION_COUNT; i++) {
        const struct setting_option *from = &setting_options[i];
        bool is_flag = from->placeholder == NULL;
        options[count++] = (struct argument_option){.name = from->name + 2,
                                                    .kind = is_flag ? ARGUMENT_FLAG : ARGUMENT_TEXT,
                                                    .value = is_flag ? (void *)&raw->flags[i]
                                                                     : (void *)&raw->texts[i],
                                                    .placeholder = from->placeholder,
                                                    .help = from->help};
    }
    const struct argument_option own[OWN_OPTIONS] = {
        {.name = "tree",
         .kind = ARGUMENT_TEXT,
         .value = &raw->tree,
         .placeholder = "GENERAL",
         .help = "om: show all that this general was told, and what it came to, as a tree; also "
                 "the one that --svg draws."},
        {.name = "json", .kind = ARGUMENT_FLAG, .value = &settings->json, .help = "Write JSON."},
        {.name = "quiet",
         .kind = ARGUMENT_FLAG,
         .value = &settings->quiet,
         .help = "Write nothing; the exit status tells."},
        {.name = "svg",
         .kind = ARGUMENT_TEXT,
         .value = &settings->svg,
         .placeholder = "FILE",
         .help = "Draw the game as a picture."},
        {.name = "html",
         .kind = ARGUMENT_TEXT,
         .value = &settings->html,
         .placeholder = "FILE",
         .help = "Make a page of it to click through; it needs no network."},
        {.name = "save",
         .kind = ARGUMENT_TEXT,
         .value = &settings->save,
         .placeholder = "FILE",
         .help = "Write the game as a scenario file, lies that worst has found included."},
        {.name = NULL},
    };
    for (size_t i = 0; i < OWN_OPTIONS; i++) {
        options[count++] = own[i];
    }
}

/* The file's error has its place in front; an option's names the option. */
static int refuse(const struct generals_settings *settings, const struct error_text *text)
{
    (void)fprintf(stderr, "%s: %s\n", settings->command.name, text->text);
    return EXIT_USAGE;
}

static enum error fill_sheet(struct scenario_sheet *sheet, const struct raw_settings *raw,
                             struct error_text *text)
{
    if (raw->scenario != NULL) {
        TRY(sheet_read(sheet, raw->scenario, text));
    }
    for (size_t i = 0; i < SETTING_OPTION_COUNT; i++) {
        const struct setting_option *option = &setting_options[i];
        const char *value = raw->flags[i] ? option->flag : raw->texts[i];
        if (value != NULL) {
            TRY(sheet_option(sheet, option->setting, option->name, value, text));
        }
    }
    return OK;
}

static int read_tree(struct generals_settings *settings, const char *tree)
{
    unsigned general = 0;
    const char *digit = tree;
    for (; *digit >= '0' && *digit <= '9' && general < GENERALS_MAX; digit++) {
        general = general * 10 + (unsigned)(*digit - '0');
    }
    if (digit == tree || *digit != '\0' || general >= settings->scenario.generals) {
        return arguments_refuse(&settings->command, "--tree = '%s': must be a general, 0 to %u",
                                tree, settings->scenario.generals - 1);
    }
    settings->has_tree = true;
    settings->tree_of = (general_id)general;
    return EXIT_DONE;
}

bool settings_parse(struct generals_settings *settings, int argc, char **argv, int *exit_code)
{
    struct raw_settings raw = {0};
    struct argument_option options[1 + SETTING_OPTION_COUNT + OWN_OPTIONS];
    struct arguments arguments;
    struct error_text text = {""};
    *settings = (struct generals_settings){
        .command = {.name = "strategos-sim generals",
                    .usage = "[--scenario FILE] [--algorithm om|sm|naive] [--generals N] [--m M] "
                             "[OPTION ...]",
                    .summary = "play one game of the Byzantine generals, and show it",
                    .description = description,
                    .options = options,
                    .ending = ending,
                    .exit_status = exit_status}};
    sheet_init(&settings->sheet);
    scenario_init(&settings->scenario);
    make_options(settings, &raw, options);
    bool is_parsed = arguments_parse(&settings->command, argc, argv, &arguments, exit_code);
    settings->command.options = NULL; /* on our stack */
    if (!is_parsed) {
        return false;
    }
    if (settings->json && settings->quiet) {
        *exit_code = arguments_refuse(&settings->command, "--json does not go with --quiet");
        return false;
    }
    enum error error = fill_sheet(&settings->sheet, &raw, &text);
    error = error == OK ? sheet_apply(&settings->sheet, &settings->scenario, &text) : error;
    *exit_code = error == OK ? EXIT_DONE : refuse(settings, &text);
    if (*exit_code == EXIT_DONE && raw.tree != NULL) {
        *exit_code = read_tree(settings, raw.tree);
    }
    return *exit_code == EXIT_DONE;
}

void settings_fini(struct generals_settings *settings)
{
    scenario_fini(&settings->scenario);
    sheet_fini(&settings->sheet);
}
