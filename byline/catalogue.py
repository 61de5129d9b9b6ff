"""What models.toml says: each known model, its files to the byte, and where they can be had."""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from byline.errors import ChecksumMismatch, ModelUnavailable

Kind = Literal["sentence-transformers folder", "gguf file"]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """`sha256` is None where nobody states one: a small text file of a hub model that is not in models.toml."""

    path: str
    bytes: int
    sha256: str | None
    stated_by: str = "publisher"

    def is_whole(self, folder: Path) -> bool:
        """By its size alone."""
        return (path := folder / self.path).is_file() and size_of(path) == self.bytes

    def part(self, folder: Path) -> Path:
        """What there is of it so far. Only `accept` takes the `.part` off."""
        path = folder / f"{self.path}.part"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def accept(self, folder: Path) -> None:
        """Make a finished part the file, if it is; a part with other bytes is thrown away, a short one stays."""
        part = self.part(folder)
        if (size := size_of(part)) < self.bytes:
            raise ModelUnavailable(f"{self.path} broke off at {size:,} of {self.bytes:,} bytes")
        try:
            self.check(part, "thrown away")
        except ChecksumMismatch:
            part.unlink()
            raise
        part.replace(folder / self.path)

    def check(self, path: Path, advice: str) -> None:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            os.fsync(content.fileno())  # a name that outlives a power cut must not outlive its bytes
        if (size := size_of(path)) != self.bytes or digest != (self.sha256 or digest):
            raise ChecksumMismatch(
                f"{path} is not what its {self.stated_by} states: {size:,} bytes with SHA-256 {digest}, "
                f"not {self.bytes:,} with {self.sha256 or 'any'}; {advice}"
            )


@dataclass(frozen=True, slots=True)
class Hub:
    repository: str
    revision: str


@dataclass(frozen=True, slots=True)
class Package:
    """Wheels that carry the bytes; with several parts, the parts of the model's only file, `part_bytes` each."""

    name: str
    version: str
    member: str
    parts: int = 1
    part_bytes: int = 0

    def span(self, part: int, file: ModelFile) -> tuple[int, int]:
        """First byte, and the one after the last, that this part has of the file."""
        start = (part - 1) * self.part_bytes
        return start, min(start + self.part_bytes, file.bytes) if self.parts > 1 else file.bytes


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    kind: Kind
    licence: str
    files: tuple[ModelFile, ...]
    hub: Hub
    package: Package | None = None

    @property
    def total_bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def home(self, folder: Path) -> Path:
        """The folder that its files lie in."""
        return folder if self.kind == "gguf file" else folder / self.name.replace("/", "--")


Catalogue = Mapping[str, Model]


def read_catalogue(path: Path) -> Catalogue:
    """A file like models.toml, by model name."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Model(
            name,
            entry["kind"],
            entry["licence"],
            tuple(ModelFile(**file) for file in entry["files"]),
            Hub(**entry["hub"]),
            Package(**entry["package"]) if "package" in entry else None,
        )
        for name, entry in entries.items()
    }


@cache
def known_models() -> Catalogue:
    """The models of models.toml, by name."""
    return read_catalogue(Path(__file__).with_name("models.toml"))


def size_of(path: Path) -> int:
    """0 where there is no file: another process may have just taken it to where it belongs."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0
