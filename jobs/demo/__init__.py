"""A small county office lives through a quarter in a sandbox, and the questions a leader would ask of it.

Chance, from a seed, decides what people do; everything they do goes through the engine, and time moves only through
the pump. What is told afterwards is asked of the database that was left.
"""
