"""By what the engines show that they hold the same version of a chunk."""

import hashlib
import json

from byline.records import Chunk


def fingerprint(chunk: Chunk) -> str:
    """Sixteen hexadecimal digits that change with anything that an engine holds of a chunk: text, offsets, filters.

    The article's digest stands for the rest of what is embedded and searched by words along with the text.
    """
    article = chunk.article
    published = article.published.isoformat() if article.published else None
    about = [article.digest, article.title, article.url, article.source, published, article.language]
    held = [article.id, *about, chunk.start, chunk.text]
    return hashlib.sha256(json.dumps(held, ensure_ascii=False).encode()).hexdigest()[:16]
