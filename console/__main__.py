"""The entry of `saj-bnmp` and `python -m console`."""

import sys

from runtime.leash import hold_on_to_parent


def main() -> None:
    """Take hold of the parent where asked, before the imports that take their time, then run the command line."""
    if "--exit-with-parent" in sys.argv:
        hold_on_to_parent()
    from console.main import main as run  # noqa: PLC0415 (see above)

    run()


if __name__ == "__main__":
    main()
