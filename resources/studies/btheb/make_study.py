"""Draw the figure, click it and compute the truth, from the patients' rows.

    python resources/studies/btheb/make_study.py [folder]

The same versions of the packages write the same bytes. No row of a patient is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tests"))

from retrial.files import whole
from retrial.study.claims import load_claims
from retrial.tables import TRUTH_INPUT
from truth.clicks import project_json, project_tar
from truth.journal_figure import draw
from truth.trials import BTHEB
from truth.truth import moments, truth_table

HERE = Path(__file__).resolve().parent
SEED = 2003  # the year of the paper


def make(folder: Path) -> None:
    """Write figures/figure1.png, figures/figure1.tar and truth.csv into a folder."""
    rows = BTHEB.rows()
    drawn = draw(moments(BTHEB, rows), BTHEB.arms, BTHEB.label, BTHEB.x_label)
    clicks = project_json(drawn, BTHEB.arms, np.random.default_rng(SEED))
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    (folder / "figures/figure1.png").write_bytes(drawn.png)
    (folder / "figures/figure1.tar").write_bytes(project_tar("figure1", clicks, drawn.png))
    truth = truth_table(BTHEB, rows, load_claims(HERE / "claims.yaml"))
    with whole(folder / "truth.csv") as part:
        truth[TRUTH_INPUT].to_csv(part, index=False, lineterminator="\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
