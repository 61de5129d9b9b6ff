"""The door of answering: a question goes in, a verified Answer comes out.

from answer import open_answerer
with open_answerer(settings) as answerer:
    for answer in answerer.ask("who co-chaired the council?"):
        print(answer.stage, answer.text)
"""

from answer.answerer import Answerer, open_answerer
from answer.calibration import BUILT_IN, SIGNALS, Calibration, feature, read_calibration, write_calibration
from answer.cite import without_marks
from answer.evidence import Sentence
from answer.interrupt import Interruption, interruptible
from answer.llm import LanguageModel, Message
from answer.llm_kinds import LLMS, open_language_model
from answer.verify import VERIFIERS, Verifier, open_verifier

__all__ = [
    "BUILT_IN",
    "LLMS",
    "SIGNALS",
    "VERIFIERS",
    "Answerer",
    "Calibration",
    "Interruption",
    "LanguageModel",
    "Message",
    "Sentence",
    "Verifier",
    "feature",
    "interruptible",
    "open_answerer",
    "open_language_model",
    "open_verifier",
    "read_calibration",
    "without_marks",
    "write_calibration",
]
