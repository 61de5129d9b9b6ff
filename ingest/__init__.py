"""The door of ingesting: article files and URLs go in, and the index is up to date with them.

from index import open_index
from ingest import ingest
with open_index(settings) as index:
    for done in ingest(["articles"], index):
        print(done.outcome, done.place, done.error or "")
"""

from ingest.describe import normalise_url
from ingest.pipeline import Ingested, ingest, read_articles

__all__ = ["Ingested", "ingest", "normalise_url", "read_articles"]
