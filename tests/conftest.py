"""What holds for all tests: they leave nothing beside them."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
# The same examples each time: a run that turns red says something about the change and not about chance.
settings.register_profile("house", database=None, derandomize=True)
settings.load_profile("house")
