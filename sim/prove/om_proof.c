/* om_proof.c - see om_proof.h. */
#include "prove/om_proof.h"

bool om_proof_root(const struct om_question *question, bool is_commander_loyal, struct cell *root)
{
    unsigned k = question->traitors;
    unsigned lieutenants = question->generals - 1;
    if (is_commander_loyal ? k > lieutenants : k < 1 || k - 1 > lieutenants) {
        return false;
    }
    root->depth = question->m;
    root->traitors = is_commander_loyal ? k : k - 1;
    root->loyal = lieutenants - root->traitors;
    return true;
}

general_set om_proof_traitors(const struct om_question *question, bool is_commander_loyal)
{
    general_set traitors = is_commander_loyal ? 0 : general_bit(0);
    unsigned among = question->traitors - !is_commander_loyal;
    for (unsigned i = 0; i < among; i++) {
        traitors |= general_bit((general_id)(question->generals - 1 - i));
    }
    return traitors;
}

bool om_proof_find(const struct outcomes *outcomes, order_nr order, struct om_proof *proof)
{
    const struct cell *root = &outcomes->root;
    bool is_found = false;
    for (unsigned weight = 0; weight <= root->loyal; weight++) {
        lie_count_nr lies =
            outcomes_lies(outcomes, root, outcomes->is_commander_loyal, order, weight);
        /* IC1: all loyal lieutenants obey the same order. IC2: a loyal commander's. */
        bool ic1 = weight == 0 || weight == root->loyal;
        bool ic2 = !outcomes->is_commander_loyal || weight == order * root->loyal;
        if (lies == LIES_NEVER || (ic1 && ic2)) {
            continue;
        }
        bool is_first = proof->ic1 && proof->ic2;
        proof->ic1 = proof->ic1 && ic1;
        proof->ic2 = proof->ic2 && ic2;
        if (is_first || lies < proof->cheapest.lies) {
            proof->cheapest = (struct om_break){outcomes->is_commander_loyal, order, weight, lies};
        }
        is_found = true;
    }
    return is_found;
}

enum error om_proof_decide(const struct om_question *question, enum outcomes_goal goal,
                           struct om_proof *proof, struct error_text *text)
{
    *proof = (struct om_proof){.ic1 = true, .ic2 = true};
    for (unsigned kind = 0; kind < 2; kind++) {
        struct cell root;
        struct outcomes outcomes;
        bool is_commander_loyal = kind == 0;
        if (!om_proof_root(question, is_commander_loyal, &root)) {
            continue;
        }
        TRY(outcomes_init(&outcomes, &root, is_commander_loyal, goal, text));
        (void)om_proof_find(&outcomes, ATTACK, proof);
        (void)om_proof_find(&outcomes, RETREAT, proof);
        outcomes_fini(&outcomes);
    }
    return OK;
}
