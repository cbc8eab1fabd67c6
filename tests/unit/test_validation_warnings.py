"""What validation warns of: two places of a study folder that contradict each other."""

import shutil
from pathlib import Path

import pytest
from retrial.validation.check import found_sound

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "resources/studies/hu2013"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(STUDY, tmp_path / "hu2013", ignore=shutil.ignore_patterns("expected"))
    return tmp_path / "hu2013"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_flagship_gives_no_warning(folder):
    assert "Warning" not in found_sound(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "p,<,0.001,",
            "p,=,0.2,",
            "row p_insulin of reported.csv gives 0.2 for the same comparison",
        ),
        ('p,ns,,,,,none,,,,"Results, Ch', 'p,=,0.01,,,,none,,,,"Results, Ch', "gives 0.01"),
    ],
)
def test_a_p_that_the_claim_and_its_row_give_differently(folder, old, new, says):
    edit(folder / "reported.csv", old, new)
    assert says in found_sound(folder)


def test_a_significant_p_beside_a_claim_of_no_difference(folder):
    edit(
        folder / "claims.yaml",
        "    quote: The difference in FPG was not significant between two groups\n"
        "    source: Results, Plasma glucose; Figure 2\n    published_p: ns\n",
        "    quote: The difference in FPG was not significant between two groups\n"
        "    source: Results, Plasma glucose; Figure 2\n    published_p: p=0.03\n",
    )
    said = found_sound(folder)
    assert "fpg_no_difference, published_p: p=0.03 is significant, and the claim expects" in said


def test_a_table_typed_under_another_label_than_the_paper_states(folder):
    edit(folder / "reported.csv", ",sem,table1,", ",sd,table1,")
    said = found_sound(folder)
    assert "label_scope table1: 10 error terms are typed as SD" in said
    assert "study.yaml (error_label) says SEM" in said


def test_a_p_of_something_else_is_compared_with_nothing(folder):
    text = (folder / "reported.csv").read_text(encoding="utf-8").splitlines()
    head = text[0].split(",")
    text[0] = ",".join([*head, "compares"])
    body = [line + ("," + ("other" if line.startswith("p_insulin") else "")) for line in text[1:]]
    (folder / "reported.csv").write_text("\n".join([text[0], *body]) + "\n", encoding="utf-8")
    said = found_sound(folder)
    assert "p_insulin: because it compares something else than the arms" in said
