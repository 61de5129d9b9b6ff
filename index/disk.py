"""Files of the store that cannot be read or written, as errors of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from byline.errors import StoreError


@contextmanager
def using(path: Path) -> Iterator[None]:
    """A full disk, or a folder that may not be written to, is a StoreError that says which and what to do."""
    try:
        yield
    except OSError as error:
        raise unusable(path, error.strerror or str(error)) from error


def unusable(path: Path, why: str) -> StoreError:
    return StoreError(f"{path} cannot be read or written ({why}); make room or allow it there, then try again")
