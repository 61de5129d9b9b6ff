"""Is the right article found? Questions through the index alone: no language model is asked, so a run takes minutes.

COLLECTION ─read_collection─► articles, questions ─► each way's ranking of articles ─► measures, intervals, differences
"""
