#include "dice.h"

int roll(unsigned int seed) { return (int)((seed * 1103515245u + 12345u) / 65536u % 6u) + 1; }
