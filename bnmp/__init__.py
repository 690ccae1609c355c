"""The registry. The HTTP client of BNMP 2.0 and the only room that knows its words.

Here live sessions per user and unit, the payload per kind, and the one function that turns an
answer of the registry into a fact. What does not live here: what to do about that fact (rules).
"""
