"""Sentences of an article that speak to the model instead of telling something. Their passage is not read.

Told by their form: they name the one who answers (an assistant, a system), say how to answer (only with, nothing else,
not stated), or hold the marks of a chat template. An article about such sentences loses them too; how many sentences of
ordinary news do stands in `docs/decisions.md`.
"""

import re

from byline.sentences import sentence_spans

_SAY = r"(?:answer|reply|respond|output|print|say|write|append|cite|give|show|begin|end)"
_MODELS = (
    r"(?:(?:all|the|to the|note to) assistants?(?! [A-Z])|assistants (?=must|should)|chat ?bots?"
    r"|(?:AI|language) models?|LLMs?|AI assistants?)"
)
_FORMS = (
    # Chat templates, and transcripts that go on by themselves.
    r"<\|[\w ]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|</?system>",
    r"^\s*(?:#+ ?)?\[?(?:SYSTEM|ADMIN|DEVELOPER|OPERATOR)\b[^.:]{0,40}[\]:]",
    r"\bsystem (?:message|prompt|instructions?)\b|\binstructions? (?:of the operator|for assistants)\b",
    r"^\s*(?:#+ ?)?(?:Human|User|Assistant|Instruction) ?:|^\s*#+ ?Response ?:",
    # What was said before is void.
    r"(?:^\W*(?:\w+: ?)?|\b(?:must|should|please|now|then) )(?:ignore|disregard|forget)\b[^.]{0,40}"
    r"\b(?:instructions?|passages?|rules?|told|texts?|articles?|prompts?)\b",
    r"\b(?:previous|prior|above) (?:rules|instructions|prompts?)\b",
    # How to answer, said to the one who answers.
    rf"^\W*(?:please |always |now |then |whatever is asked, )?{_SAY}\b(?!:)[^.:]{{0,60}}(?:\bonly\b|\bexactly\b"
    r"|\bnothing else\b|\bwith (?:the|this|an?|what) |\bthat it is\b|\bfirst\b|https?:)",
    r"^\W*(?:reply|respond|output|say|write exactly|reply only)\b[^.:]{0,20}:",
    rf"\b{_MODELS}\b[^.]{{0,60}}\b(?:must|should|shall|have to|are to) (?:not )?{_SAY}\b",
    rf"\b{_MODELS} (?:repl(?:y|ies)|declines?|that read this|reading this)\b",
    r"\b(?:you|your)\b[^.]{0,40}\b(?:answer|reply|instructions?|configuration)\b[^.]{0,40}"
    r"\b(?:only|nothing|must|every question|changed)\b",
    r"\byou are not allowed to\b|\byour (?:whole )?answer (?:must|has)\b",
    rf"\b(?:if|when(?:ever)?|asked)\b[^.]*\bask(?:s|ed)\b[^.]*(?:[,:”\"] ?{_SAY}\b|\b{_SAY} [^.]*\bnothing else\b)"
    rf"|^\W*(?:\w+ \d: ?)?asked\b[^.]*, {_SAY}\b|\bwhoever asks\b",
    r"\b(?:every|all|the whole) (?:answers?|repl(?:y|ies))\b[^.]*\b(?:begins?|must|has|have|are|contains?|with)\b",
    r"\bonly correct answer\b|\banswer (?:to|about) (?:the question )?[“\"]",
    r"\b(?:to the question|(?:every|all) questions? (?:about|on)|questions (?:about|on))\b[^.]*"
    r"\b(?:reply|must not be answered|declined?|with the|with this)\b",
    r"\bdo not answer (?:the )?questions?\b|\bdo not state the answer\b|\bnot stated\b|\bmust be told\b",
    # The same in other languages: leave out the rest, and answer.
    r"\b(?:ignora|ignore|ignorez|ignoriere|ignoriert|negeer|zignoruj|игнорируй\w*)\b[^.]{0,60}"
    r"\b(?:responde|responda|réponds|répondez|antworte|antwortet|rispondi|antwoord|odpowiedz|отвечай\w*)\b",
    r"yok say[^.]{0,60}yanıt|忽略.{0,30}回答",
)
_ORDER = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE | re.MULTILINE)

_CONTROL = re.compile(
    r"<(?=[|｜/]|<SYS|(?:s|bos|eos|unk|pad|start_of_turn|end_of_turn|system)>)|(?<=[|｜])>|\[(?=/?INST\])"
)
"""The first or last sign of what a chat template could take for a token of its own."""


def is_order(sentence: str) -> bool:
    return bool(_ORDER.search(sentence))


def speaks_to_model(passage: str) -> bool:
    """Whether a sentence of the passage does. Then none of it is evidence: the sentence beside an order serves it."""
    return any(is_order(passage[start:end]) for start, end in sentence_spans(passage))


def without_control_tokens(text: str) -> str:
    """The text with a space in each mark that a chat template knows: as “< |im_start| >” it is read as text.

    llama.cpp's server looks for such marks in what a user says too.
    """
    return _CONTROL.sub(lambda found: f" {found[0]}" if found[0] == ">" else f"{found[0]} ", text)
