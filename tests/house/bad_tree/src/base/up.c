/* Looks up: the layering test must refuse this tree. */
#include "wire/message.h"
