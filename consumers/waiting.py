"""Waiting: the persons whose time has come, and who of them gets the next lane.

The most urgent goes first, whenever it came. Among the equally urgent those whose documents come for the first time and
those who come back (from an outage, a hold, a doubt) wait in two queues, and each gets its share: today's orders never wait
behind all of yesterday's, nor yesterday's for ever.
"""

import heapq

_Place = tuple[int, int, int]


class Waiting:
    """Places in two queues; a place is taken out once, and whoever asked twice has two."""

    def __init__(self, returned_share: float) -> None:
        """`returned_share` of the lanes, in (0, 1), is for those who come back, while others wait as well."""
        self._share = self._due = returned_share
        self._queues: dict[bool, list[_Place]] = {False: [], True: []}

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return any(self._queues.values())

    def add(self, urgent: int, since: int, person: int, *, returned: bool) -> None:
        """Let a person wait; lower is sooner, first by `urgent` and then by `since`."""
        heapq.heappush(self._queues[returned], (urgent, since, person))

    def take(self) -> int:
        """The person whose turn it is; raises IndexError where nobody waits."""
        first, back = self._queues[False], self._queues[True]
        if first and back and first[0][0] == back[0][0]:
            self._due += self._share
            returned = self._due >= 1
            self._due -= returned
        else:
            returned = not first or (bool(back) and back[0][0] < first[0][0])
        return heapq.heappop(self._queues[returned])[2]
