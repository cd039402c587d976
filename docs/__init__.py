"""The written part of the house, and the program that draws some of it from the rules."""
