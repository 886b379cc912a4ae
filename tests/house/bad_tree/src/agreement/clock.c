/* Pure code that sees a clock, and a decoder. */
#include "wire/codec.h"
#include <time.h>
