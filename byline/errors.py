"""Every error that Byline raises on purpose. Each message says what happened, with which value, and what to do.

BylineError
├── SettingsError            a setting is unknown or has a value it cannot take
│   ├── UnknownKind          a replaceable part was asked for by a name that is not known
│   └── MissingPackage       a part needs a Python package that is not installed
├── ModelFileError           model weights
│   ├── ChecksumMismatch     the bytes are not those the publisher states
│   └── ModelUnavailable     no place that has the weights could be reached
├── LanguageModelError       the language model
│   ├── ModelServerDown      its server does not answer
│   └── ModelRefused         its server answered with an error
├── ArticleError             one article could not be read; the others go on
│   ├── UnreadableArticle    no such file, no permission, not text
│   ├── EmptyArticle         nothing is left once the page is cleaned
│   └── WrongKind            a kind of file that holds no article
├── StoreError               the index
│   ├── StoreLocked          another process is writing to it
│   ├── StoreMismatch        it was built with another embedder, chunking or format
│   └── VectorServerDown     the Chroma server does not answer
├── QuestionError            the question is empty or too long
└── CaseError                a case file, or a result to compare with, is not in the format
"""


class BylineError(Exception):
    """The root: catch this to catch every error that Byline raises on purpose."""


class SettingsError(BylineError): ...


class UnknownKind(SettingsError):
    def __init__(self, part: str, kind: str, known: list[str]) -> None:
        super().__init__(f"unknown {part} {kind!r}; known: {', '.join(sorted(known))}")


class MissingPackage(SettingsError):
    def __init__(self, part: str, *packages: str) -> None:
        many, are = ("s", "are") if len(packages) > 1 else ("", "is")
        super().__init__(
            f"{part} needs the Python package{many} {', '.join(map(repr, packages))}, which {are} not installed; "
            f"run: pip install {' '.join(packages)}"
        )


class ModelFileError(BylineError): ...


class ChecksumMismatch(ModelFileError): ...


class ModelUnavailable(ModelFileError): ...


class LanguageModelError(BylineError): ...


class ModelServerDown(LanguageModelError): ...


class ModelRefused(LanguageModelError): ...


class ArticleError(BylineError): ...


class UnreadableArticle(ArticleError): ...


class EmptyArticle(ArticleError): ...


class WrongKind(ArticleError): ...


class StoreError(BylineError): ...


class StoreLocked(StoreError): ...


class StoreMismatch(StoreError): ...


class VectorServerDown(StoreError): ...


class QuestionError(BylineError): ...


class CaseError(BylineError): ...
