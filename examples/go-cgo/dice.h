int roll(unsigned int seed);
