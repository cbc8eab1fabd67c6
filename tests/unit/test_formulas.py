"""Outcomes tied by a formula are compared; what is certain is told from what is approximate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from retrial.stages.audit.formulas import bounds_of_mean, check_formulas
from retrial.study.formula import Formula, FormulaError, Tie
from retrial.study.models import Study
from test_audit import a_mean, collected, toy_study

SOURCED = {"source": "Methods", "quote": "was calculated by the formula"}


def tie(outcome: str, equals: str) -> Tie:
    return Tie(outcome=outcome, equals=equals, **SOURCED)


def tied_study(*ties: Tie) -> Study:
    base = toy_study().model_dump()
    names = {name for one in ties for name in (one.outcome, *one.formula.names)}
    outcomes = [
        {**base["outcomes"][0], "id": name, "natural_bounds": None} for name in sorted(names)
    ]
    formulas = [one.model_dump() for one in ties]
    return Study.model_validate({**base, "outcomes": outcomes, "formulas": formulas})


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("100 * c / g", {"c": 0.9, "g": 90.0}, 1.0),
        ("weight / (height / 100)**2", {"weight": 70.0, "height": 175.0}, 70 / 1.75**2),
        ("-a + 2.5 * (b - 1)", {"a": 1.0, "b": 3.0}, 4.0),
    ],
)
def test_a_formula_is_evaluated(text, values, expected):
    formula = Formula(text)
    assert formula(values) == pytest.approx(expected)
    assert set(formula.names) == set(values)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.b",
        "a[0]",
        "a if b else c",
        "lambda: 1",
        "a ** b",
        "a ** 9",
        "a ** 2.5",
        "a // b",
        "3 + 4",
        "a +",
        "",
        "'a'",
        "True * a",
        "a < b",
        "(" * 300,
    ],
)
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(FormulaError):
        Formula(text)
    with pytest.raises(ValidationError):
        tie("z", text)


@pytest.mark.parametrize(
    ("text", "monomial"),
    [
        ("100 * c / g", (100.0, {"c": 1, "g": -1})),
        ("weight / (height / 100)**2", (1e4, {"weight": 1, "height": -2})),
        ("a + b", None),
        ("2 * (3 + 4) * a", (14.0, {"a": 1})),
        ("a / a * b", (1.0, {"b": 1})),
    ],
)
def test_a_formula_of_one_term_is_known_as_such(text, monomial):
    assert Formula(text).monomial == (monomial and (pytest.approx(monomial[0]), monomial[1]))


def printed(name: str, values: np.ndarray, decimals: int) -> dict:
    mean, sd = values.mean(), values.std(ddof=1)
    return a_mean(
        f"{mean:.{decimals}f}",
        f"{sd:.{decimals}f}",
        len(values),
        row_id=name,
        outcome=name,
        error_label="sd",
    )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["100 * x / y", "x * y", "3 * x", "x / (y / 100)**2", "x + 2 * y"]),
    st.integers(1, 3),
)
def test_no_real_patients_contradict_their_own_formula(seed, text, decimals):
    rng = np.random.default_rng(seed)
    x = rng.lognormal(3.5, rng.uniform(0.05, 0.4), 12)
    y = rng.lognormal(4.5, rng.uniform(0.05, 0.2), 12)
    values = {"x": x, "y": y}
    z = np.array([Formula(text)({"x": a, "y": b}) for a, b in zip(x, y, strict=True)])
    one = tie("z", text)
    rows = [printed("z", z, decimals)]
    rows += [printed(name, values[name], decimals) for name in one.formula.names]
    found = check_formulas(tied_study(one), collected(tied_study(one), means=rows))
    as_sd = next(f for f in found if f["reading"] == "sd")
    assert as_sd["verdict"] == "pass", as_sd["detail"]


def test_the_bound_of_a_ratio_is_attained():
    """Cauchy and Schwarz: equality where z and y are proportional about their means."""
    y = np.array([80.0, 90.0, 100.0, 130.0])
    z = 1 + 0.002 * (y - y.mean())
    x = z * y / 100
    sds = {"x": x.std(ddof=1), "y": y.std(ddof=1), "z": z.std(ddof=1)}
    means = {name: (v.mean(), v.mean()) for name, v in (("x", x), ("y", y), ("z", z))}
    bounds, certain = bounds_of_mean(tie("z", "100 * x / y"), means, sds, 4)
    assert certain
    assert bounds[0] == pytest.approx(z.mean())


def test_a_ratio_that_its_parts_exclude_is_impossible():
    one = tie("cpgr", "100 * c / g")
    study = tied_study(one)

    def rows(ratio: str) -> list[dict]:
        cells = {"c": ("0.85", "0.20"), "g": ("102.6", "10.0"), "cpgr": (ratio, "0.20")}
        return [
            a_mean(*cell, 15, row_id=name, outcome=name, error_label="sd")
            for name, cell in cells.items()
        ]

    # mean(c) * 100 = mean(cpgr) mean(g) + at most 14/15 s s: 0.85 from (0.85 +- 0.02)/1.026
    found = check_formulas(study, collected(study, means=rows("0.83")))
    assert {f["verdict"] for f in found} == {"pass"}
    found = {f["reading"]: f for f in check_formulas(study, collected(study, means=rows("1.20")))}
    assert found["sd"]["verdict"] == "impossible"
    upper = (85.5 + 14 / 15 * 0.205 * 10.05) / 102.55
    assert found["sd"]["bound"] == pytest.approx(upper)
    assert found["sem"]["verdict"] == "impossible"  # even with all SDs sqrt(15) times as large


def test_a_body_mass_index_far_off_is_implausible_and_said_to_be_approximate():
    one = tie("bmi", "weight / (height / 100)**2")
    study = tied_study(one)
    cells = {"weight": ("70.0", "8.0"), "height": ("175.0", "6.0")}

    def found(bmi: str) -> dict:
        rows = [
            a_mean(*cell, 15, row_id=name, outcome=name, error_label="sd")
            for name, cell in {**cells, "bmi": (bmi, "2.5")}.items()
        ]
        return check_formulas(study, collected(study, means=rows))[0]

    assert found("22.9")["verdict"] == "pass"
    assert found("25.9")["verdict"] == "implausible"
    assert "approximation" in found("25.9")["detail"]


def test_other_patients_and_missing_parts_are_not_compared():
    one = tie("z", "x * y")
    study = tied_study(one)
    rows = [
        a_mean("4.0", "1.0", n, row_id=name, outcome=name)
        for name, n in (("x", 12), ("y", 12), ("z", 11))
    ]
    (found,) = check_formulas(study, collected(study, means=rows))
    assert (found["verdict"], "patients differ" in found["detail"]) == ("not_applicable", True)
    (found,) = check_formulas(study, collected(study, means=rows[:2]))
    assert found["verdict"] == "not_applicable"
