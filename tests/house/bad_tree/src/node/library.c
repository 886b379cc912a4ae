/* A library outside its layer. */
#include <sodium.h>
