"""Places -> raw articles: kinds, folders, encodings, records, a real web server, and what goes wrong."""

import errno
import http.server
import json
import os
import re
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from byline.errors import ArticleError, MissingPackage, UnreadableArticle, WrongKind
from byline.records import Article
from ingest import read_articles
from ingest.read import LARGEST_BYTES, PACKAGES, RawArticle, decode, id_of_path, read_raw

PARAGRAPH = (
    "The harbour of Esbjerg will get a second quay for wind turbines, the port authority said on Monday evening."
)
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Second quay for Esbjerg</title>
<link rel="canonical" href="https://coast.example/esbjerg?utm_source=x#top">
<meta property="article:published_time" content="2023-02-07T10:00:00+01:00"><meta name="author" content="Ida Holm">
</head><body><nav><a href="/">Home</a><a href="/news">News</a></nav><article><h1>Second quay for Esbjerg</h1>
<p>{PARAGRAPH}</p><h2>The costs</h2><p>It costs 1.2 billion kroner and is to open in 2026, after years of work.</p>
<ul><li>Length: 700 metres</li><li>Depth: 12.8 metres</li></ul></article><footer><p>© 2023 coast.example</p></footer>
</body></html>"""


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, body = {
            "/esbjerg?utm_source=feed": (200, "text/html; charset=utf-8", PAGE.encode()),
            "/picture": (200, "image/png", b"\x89PNG"),
            "/endless": (200, "text/html", b"x" * (LARGEST_BYTES + 1)),
        }.get(self.path, (404, "text/plain", b"gone"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def deny_listing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run as root, whom nothing is denied."""
    scandir = os.scandir

    def denied(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path) == folder:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", denied)


def only(place: str | Path) -> Article:
    [(_, article)] = read_articles([str(place)])
    assert isinstance(article, Article), article
    return article


def only_error(place: str | Path) -> ArticleError:
    [(_, error)] = read_raw(str(place))
    assert isinstance(error, ArticleError), error
    return error


def test_markdown_is_read_with_its_front_matter_and_without_its_marks(tmp_path: Path) -> None:
    file = tmp_path / "quay.md"
    file.write_text(
        "---\ntitle: Second quay\ndate: 2023-02-07\nauthor: Ida Holm\nsource: Coast\nlanguage: en-GB\n---\n"
        f"# Second quay\n\n**{PARAGRAPH}** See [the plan](plan.md).\n\n"
        "## Costs\n\n- *Length:* 700 metres\n- 2 cranes\n\n"
        "3. third\n4. fourth\n"
    )
    article = only(file)
    assert (article.title, article.published.isoformat() if article.published else None) == (
        "Second quay",
        "2023-02-07",
    )
    assert (article.authors, article.source, article.language, article.url) == (("Ida Holm",), "Coast", "en", None)
    assert article.text == (f"{PARAGRAPH} See the plan.\n\nCosts\n\nLength: 700 metres\n2 cranes\n3. third\n4. fourth")


def test_html_gives_its_main_text_and_what_it_states(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGE)
    article = only(file)
    assert article.id == article.url == "https://coast.example/esbjerg"
    assert article.title == "Second quay for Esbjerg"
    assert str(article.published) == "2023-02-07" and article.authors == ("Ida Holm",)
    assert article.text.startswith(PARAGRAPH + "\n\nThe costs\n\nIt costs")
    assert "Home" not in article.text and "©" not in article.text
    assert "Length: 700 metres\nDepth: 12.8 metres" in article.text


def test_a_url_is_fetched_and_its_id_is_the_address_without_tracking(site: str) -> None:
    article = only(f"{site}/esbjerg?utm_source=feed")
    assert article.id == article.url == f"{site}/esbjerg"
    assert PARAGRAPH in article.text


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/nowhere", UnreadableArticle, "404"),
        ("/picture", WrongKind, "image/png"),
        ("/endless", UnreadableArticle, "too many"),
    ],
)
def test_a_bad_answer_of_a_server_is_a_clear_error(site: str, path: str, kind: type, words: str) -> None:
    error = only_error(site + path)
    assert isinstance(error, kind) and words in str(error) and path in str(error)


def test_a_server_that_is_not_there_and_other_schemes_are_clear_errors() -> None:
    assert "127.0.0.1:9" in str(only_error("http://127.0.0.1:9/story"))
    assert isinstance(only_error("ftp://example.org/story"), WrongKind)


def test_a_folder_is_read_in_order_without_hidden_files_and_tells_other_kinds_as_none(tmp_path: Path) -> None:
    for name in ["b.txt", "a/z.md", "a/.hidden.md", ".git/c.md", "a/picture.png", "c.TXT"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PARAGRAPH)
    found = [(Path(place).relative_to(tmp_path).as_posix(), raw is None) for place, raw in read_raw(str(tmp_path))]
    assert found == [("a/picture.png", True), ("a/z.md", False), ("b.txt", False), ("c.TXT", False)]


def test_a_file_of_an_unknown_kind_named_directly_and_a_missing_path_are_errors(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"x")
    assert isinstance(only_error(tmp_path / "picture.png"), WrongKind)
    assert "no such file" in str(only_error(tmp_path / "nowhere.md"))
    (tmp_path / "zeros.txt").write_bytes(b"\x00\x01\x02")
    assert "not text" in str(only_error(tmp_path / "zeros.txt"))


def test_names_that_no_system_takes_are_errors(tmp_path: Path) -> None:
    assert "too long" in str(only_error(tmp_path / f"{'x' * 300}.md"))
    assert "null" in str(only_error("a\0b.md"))
    (tmp_path / os.fsdecode(b"\xff.md")).write_text(PARAGRAPH)
    [(place, error)] = read_raw(str(tmp_path))
    assert "rename" in str(error) and f"{place}{error}".encode()


def test_a_file_that_may_not_be_looked_at_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a folder that may be listed and not entered. The tests may run as root, whom nothing is denied."""
    for name in ("a.md", "b.md", "c.jsonl"):
        (tmp_path / name).write_text(PARAGRAPH)
    stat = os.stat

    def denied(path: str | Path, **options: bool) -> os.stat_result:
        if str(path).endswith("a.md"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr("os.stat", denied)
    first, second, _ = read_raw(str(tmp_path))
    assert str(first[1]) == f"{tmp_path}/a.md: Permission denied"
    assert isinstance(second[1], RawArticle)


def test_a_pipe_in_a_folder_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "true.md").write_text("# Port\n\nThe port of Aden was opened again on 3 May.", "utf8")
    (_, pipe), (_, true) = read_raw(str(tmp_path))
    assert isinstance(pipe, UnreadableArticle) and str(pipe).endswith("pipe.md: not a regular file")
    assert isinstance(true, RawArticle)


@pytest.mark.parametrize("modules", [*((module,) for module in PACKAGES), ("trafilatura", "yaml")], ids="+".join)
def test_packages_that_are_not_installed_are_told_all_at_once_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modules: tuple[str, ...]
) -> None:
    """None in `sys.modules` is how Python notes that an import is to fail."""
    (tmp_path / "true.md").write_text("# Port", "utf8")
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    install = " ".join(PACKAGES[module] for module in modules)
    with pytest.raises(MissingPackage, match=f"^reading articles needs .*run: pip install {install}$"):
        next(read_raw(str(tmp_path)))


def test_every_package_of_the_extra_is_looked_for() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf8"))["project"]
    extra = {re.split(r"[^\w-]", wanted)[0] for wanted in project["optional-dependencies"]["ingest"]}
    assert extra == set(PACKAGES.values())


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/x.md", "b/y.md"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(PARAGRAPH)
    deny_listing(tmp_path / "a", monkeypatch)
    first, second = read_raw(str(tmp_path))
    assert first[0] == f"{tmp_path}/a" and str(first[1]) == f"{tmp_path}/a: Permission denied"
    assert isinstance(second[1], RawArticle)
    deny_listing(tmp_path, monkeypatch)
    assert "Permission denied" in str(only_error(tmp_path))


def test_bad_lines_of_records_are_told_by_number_and_the_others_go_on(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    good = {"id": "quay", "text": PARAGRAPH, "published": "2023-02-07", "authors": ["Ida Holm"], "title": "Quay"}
    lines = ["{", json.dumps(good), "[1]", "", json.dumps({"text": "x"}), json.dumps({"url": "https://a.example/b"})]
    lines += [json.dumps({**good, "published": "soon"}), json.dumps({"url": "https://a.example/c", "html": PAGE})]
    file.write_text("\n".join(lines))
    found = list(read_articles([str(file)]))
    assert [place.rpartition(":")[2] for place, _ in found] == ["1", "2", "3", "5", "6", "7", "8"]
    assert [isinstance(article, Article) for _, article in found] == [False, True, False, False, False, False, True]
    assert all(f"{file}:{number}" in str(found[at][1]) for at, number in ((0, 1), (2, 3), (3, 5), (4, 6), (5, 7)))
    assert isinstance(found[1][1], Article) and found[1][1].id == "quay"
    assert "'id'" in str(found[3][1])
    assert isinstance(found[6][1], Article) and found[6][1].id == "https://a.example/c"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_whatever_the_encoding(encoding: str) -> None:
    text = "Überraschung in Düsseldorf: Die Bürger wählten für die Ölmühle, größer als je zuvor. " * 5
    assert decode(text.encode(encoding), "page.txt") == text


def test_a_page_may_state_its_charset() -> None:
    page = '<meta charset="iso-8859-2"><p>Łódź zażółć gęślą jaźń</p>'
    assert "Łódź zażółć" in decode(page.encode("iso-8859-2"), "page.html")
    assert "Łódź zażółć" in decode(page.encode("utf-8"), "page.html")


def test_a_charset_that_is_written_in_ascii_is_read_as_it_is_stated() -> None:
    page = '<meta charset="iso-2022-jp"><p>東京の新しい橋は月曜日に開通した。</p>'
    assert "東京の新しい橋" in decode(page.encode("iso-2022-jp"), "page.html")
    assert "東京" in decode("東京".encode("iso-2022-jp"), "page.txt", "ISO-2022-JP")
    assert decode("\x1b[1mŁódź\x1b[0m".encode(), "page.txt", "iso-8859-1") == "\x1b[1mŁódź\x1b[0m"


def test_ids_of_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert id_of_path(Path("articles/../articles/x.md")) == "articles/x.md"
    assert id_of_path(tmp_path / "x.md") == "x.md"
    assert id_of_path(tmp_path.parent / "x.md") == (tmp_path.parent / "x.md").as_posix()


def test_front_matter_that_is_not_yaml_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("---\ntitle: [unclosed\n---\nText.")
    assert "front matter" in str(only_error(tmp_path / "bad.md"))
    for odd in ("!!bool foo", "!!int ''", "!!timestamp foo", "[" * 5000):
        (tmp_path / "odd.md").write_text(f"---\ntitle: {odd}\n---\nText.")
        assert "front matter" in str(only_error(tmp_path / "odd.md"))
    (tmp_path / "rule.md").write_text(f"---\n\n{PARAGRAPH}\n\n---\n\nMore.")
    [(_, raw)] = read_raw(str(tmp_path / "rule.md"))
    assert isinstance(raw, RawArticle) and PARAGRAPH in raw.body
