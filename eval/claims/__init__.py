"""Is a false sentence found out, and a true one let pass? Sentences made by rule from articles, seen by the verifier.

articles ─sources─► a sentence in its passage ─right · wrong─► Claim ─► verifier ─► found out, false alarms, by kind
"""
