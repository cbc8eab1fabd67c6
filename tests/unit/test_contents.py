"""Digests of what was typed: what counts for a stage, and what does not."""

import pytest
from retrial.run.contents import WORDS, params_digest, typed_digest
from retrial.run.made import made_with, note_made

TYPED = """\
claims:
  - id: lower
    quote: "the mean was lower"
    alpha: 0.05
    visits: [3, 6]
"""


@pytest.fixture
def digest(tmp_path):
    """Digest a text as a file of its own: digests are kept for a run, by the file's path."""
    made = []

    def find(text, without=(), name="claims.yaml"):
        path = tmp_path / f"{len(made)}" / name
        path.parent.mkdir()
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        made.append(path)
        return typed_digest(path, without)

    return find


@pytest.mark.parametrize(
    "text",
    [
        TYPED + "# a remark\n",
        TYPED.replace("alpha: 0.05", "alpha:   0.05   # as printed"),
        TYPED.replace("\n", "\n\n"),
        TYPED.replace("visits: [3, 6]", "visits:\n      - 3\n      - 6"),
        "\ufeff" + TYPED,
    ],
)
def test_comments_and_layout_do_not_count(digest, text):
    assert digest(text) == digest(TYPED)


@pytest.mark.parametrize(
    "text",
    [
        TYPED.replace("0.05", "0.050"),
        TYPED.replace("0.05", "'0.05'"),
        TYPED.replace("[3, 6]", "[6, 3]"),
        TYPED.replace("[3, 6]", "[36]"),
        TYPED.replace("id: lower", "id: no"),
        TYPED.replace("lower", "higher"),
        TYPED + "other: []\n",
        "",
    ],
)
def test_every_value_counts(digest, text):
    assert digest(text) != digest(TYPED)


def test_words_count_for_the_stages_that_use_them(digest):
    reworded = TYPED.replace("the mean was lower", "another quote")
    assert digest(reworded) != digest(TYPED)
    assert digest(reworded, WORDS) == digest(TYPED, WORDS)
    renamed = TYPED.replace("id: lower", "id: other")
    assert digest(renamed, WORDS) != digest(TYPED, WORDS)


@pytest.mark.parametrize("broken", ["a: [", b"a: \xff\n", "a: b: c\n"])
def test_what_is_no_yaml_counts_by_its_bytes(digest, broken):
    more = broken + (b" " if isinstance(broken, bytes) else " ")
    assert digest(broken) == digest(broken) != digest(more)


def test_other_files_count_by_their_bytes(digest):
    assert digest("a,b\n", name="counts.csv") != digest("a,b\n\n", name="counts.csv")


def test_the_params_that_a_stage_was_made_with_are_noted(tmp_path):
    results = tmp_path / "tiny"
    (results / "logs").mkdir(parents=True)
    (results / "tests.csv").write_text("a\n", encoding="utf-8")
    params = ["code", None, 0.05, {"title": None}, [1, 2]]
    assert not made_with(results, "retest", params)
    note_made(results / "logs/retest.log", [str(results / "tests.csv")], params=params)
    assert made_with(results, "retest", params)
    assert not made_with(results, "retest", [*params[:-1], [2, 1]])
    (results / ".made/retest.json").write_text("[]", encoding="utf-8")
    assert not made_with(results, "retest", params)


def test_the_order_of_params_counts():
    assert params_digest(["a", "b"]) != params_digest(["b", "a"])
