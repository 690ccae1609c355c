"""A simulator of BNMP 2.0: an independent second reading of the registry.

It imports nothing of ours (only the standard library and aiohttp), keeps its own book of persons and
pieces, its own numbers and its own idea of which piece may follow which, so that it cannot agree with
our mistakes. One port speaks the registry's API, a second one steers the simulator. What it does not
do is listed in LIMITATIONS.md beside this file.
"""
