"""The door of answering: a question goes in, a verified Answer comes out.

from answer import open_answerer
with open_answerer(settings) as answerer:
    for answer in answerer.ask("who co-chaired the council?"):
        print(answer.stage, answer.text)
"""

from answer.abstain import WEIGHTS, feature
from answer.answerer import Answerer, open_answerer
from answer.cite import without_marks
from answer.llm import LLMS, LanguageModel, Message, open_language_model
from answer.verify import VERIFIERS, Verifier, open_verifier

__all__ = [
    "LLMS",
    "VERIFIERS",
    "WEIGHTS",
    "Answerer",
    "LanguageModel",
    "Message",
    "Verifier",
    "feature",
    "open_answerer",
    "open_language_model",
    "open_verifier",
    "without_marks",
]
