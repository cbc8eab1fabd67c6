"""Correlation structures of the visits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stats.repeated.correlation import ar1, as_correlation, compound_symmetry

TIMES = [0, 1, 3, 6, 12, 24]


@given(st.integers(2, 9), st.floats(0.001, 0.999))
def test_every_pair_has_the_same_correlation_down_to_the_lowest_allowed(visits, share):
    rho = share * (1 + 1 / (visits - 1)) - 1 / (visits - 1)
    matrix = compound_symmetry(visits, rho)
    assert np.all(matrix[~np.eye(visits, dtype=bool)] == rho)
    assert np.all(np.diagonal(matrix) == 1)
    assert np.linalg.eigvalsh(matrix)[0] > 0


@pytest.mark.parametrize("rho", [-0.2, -0.5, 1.0, np.nan, [0.5, -0.25]])
def test_what_five_visits_cannot_share_is_refused(rho):
    with pytest.raises(ValueError, match=r"above -1/\(visits - 1\) = -0.2"):
        compound_symmetry(6, rho)


def test_rho_is_the_correlation_over_the_mean_gap():
    matrix = ar1(TIMES, 0.6)  # mean gap 24 / 5 = 4.8 months
    assert matrix[0, 1] == pytest.approx(0.6 ** (1 / 4.8))
    assert matrix[4, 5] == pytest.approx(0.6 ** (12 / 4.8))
    assert ar1([0, 6, 12], 0.6)[0].tolist() == pytest.approx([1, 0.6, 0.36])
    assert np.linalg.eigvalsh(matrix)[0] > 0


def test_the_unit_of_time_does_not_matter_unless_a_gap_is_named():
    assert ar1(np.multiply(TIMES, 30.4), 0.6) == pytest.approx(ar1(TIMES, 0.6))
    assert ar1(TIMES, 0.9, per=1)[0, 2] == pytest.approx(0.9**3)
    assert ar1(TIMES, 0.9, per=1) == pytest.approx(ar1(TIMES, 0.9**4.8))


def test_many_correlations_make_as_many_matrices():
    rhos = np.array([[0.1, 0.5], [0.2, 0.9]])
    for matrices, alone in (
        (compound_symmetry(6, rhos), compound_symmetry(6, 0.2)),
        (ar1(TIMES, rhos), ar1(TIMES, 0.2)),
    ):
        assert matrices.shape == (2, 2, 6, 6)
        assert np.array_equal(matrices[1, 0], alone)


def test_a_negative_rho_needs_whole_multiples_of_its_gap():
    assert ar1([0, 6, 12], -0.5)[0].tolist() == [1, -0.5, 0.25]
    assert ar1([0, 1, 3], -0.5, per=1)[0].tolist() == [1, -0.5, -0.125]
    assert ar1(TIMES, 0.0).tolist() == np.eye(6).tolist()
    with pytest.raises(ValueError, match="at least 0"):
        ar1(TIMES, -0.5)
    for rho in (1.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="above -1 and below 1"):
            ar1([0, 6, 12], rho)


@pytest.mark.parametrize("times", [[0], [0, 0, 6], [6, 0], [[0, 6]], [0, np.nan], [0, np.inf]])
def test_times_must_ascend(times):
    with pytest.raises(ValueError, match="times"):
        ar1(times, 0.5)


def test_the_gap_must_be_positive():
    with pytest.raises(ValueError, match="per"):
        ar1(TIMES, 0.5, per=0)


def test_any_structure_is_checked():
    given_matrix = [[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]]
    assert as_correlation(given_matrix).tolist() == given_matrix
    assert as_correlation([given_matrix] * 4).shape == (4, 3, 3)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 1.1], [1.1, 1]], "positive semidefinite"),
        ([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], "smallest eigenvalue"),
        ([[1, 0.5], [0.4, 1]], "symmetric"),
        ([[1, 0.5], [0.5, 2]], "diagonal, found 2"),
        ([[1, np.nan], [np.nan, 1]], "missing"),
        ([1, 0.5], "square"),
    ],
)
def test_what_is_no_correlation_matrix_is_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        as_correlation(matrix)
