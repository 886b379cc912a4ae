/* verdicts.h - whether a game that was played to its end kept the interactive consistency
 * conditions IC1 and IC2 (LSP82 §1; Pease, Shostak, Lamport 1980 for vectors), and why. */
#ifndef STRATEGOS_GENERALS_VERDICTS_H
#define STRATEGOS_GENERALS_VERDICTS_H

#include "generals/play.h"

/* From decisions and vectors: fills in has_ic2, ic1, ic2 and the reasons. */
void verdicts_judge(struct play *play);

#endif
