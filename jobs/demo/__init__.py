"""A small county office lives through a year and the next January in a sandbox, and what a leader would ask of it.

Chance, from a seed, decides what people do; everything they do goes through the engine, and time moves only through
the pump. What is told afterwards is asked of the database that was left.
"""
