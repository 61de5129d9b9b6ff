"""The articles of a run, ingested first: a suite over some of them would measure something else."""

from collections.abc import Iterable

from byline.errors import CaseError
from ingest import Ingested


def refuse_failed(ingested: Iterable[Ingested]) -> None:
    """Goes through all of them. Raises CaseError where any cannot be ingested."""
    failed = [done for done in ingested if done.outcome == "failed"]
    if failed:
        raise CaseError(f"{len(failed)} of the articles cannot be ingested, the first: {failed[0].error}")
