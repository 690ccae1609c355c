"""These tests are of containers and of nothing else; the head of a run says whether there are any."""

from tests.edges.servers import CONTAINERS, edges

collect_ignore_glob = [] if edges() == CONTAINERS else ["test_*.py"]
