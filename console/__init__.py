"""The faces: the command line, and later the web console in Portuguese.

A command parses, calls one function of another room, prints what came back and chooses the exit
status. What does not live here: any decision.
"""
