"""A made-up study with one figure, and project files for it whose values can be read off by hand.

XY axes (`digitizer_files.xy_axes`): 50 px a month from px 100, 100 px a % down from py 500 (5 %).
"""

import json
import re
from pathlib import Path

import digitizer_files as make
from retrial.figures.digitized import read_figures
from retrial.study.figures import Figure
from retrial.study.models import Study

VISITS = [0, 3, 6, 12]
# (visit, mean, error) in % of HbA1c.
LINE = [(0, 7.5, 0.2), (3, 7.0, 0.3), (6, 6.8, 0.25), (12, 6.9, 0.4)]
ROLES = ("Mean", "Upper", "Lower")


def study(visits=VISITS):
    said = {"source": "Methods", "quote": "made up for a test"}
    arms = [("treated", "treatment", 15), ("control", "control", 14)]
    return Study.model_validate(
        {
            "id": "made_up",
            "title": "Made up",
            "citation": "Nobody",
            "doi": "",
            "simulated": True,
            "about": "Made up",
            "arms": [{"id": i, "label": i.title(), "role": r, "n": n, **said} for i, r, n in arms],
            "visits": visits,
            "visits_stated": said,
            "error_label": {"label": "sem", **said},
            "dropouts": [
                {"arm": "control", "count": 1, "last_visit": 6, "first_missing": 12}
                | {"describes": "moved", **said}
            ],
            "outcomes": [
                {"id": "hba1c", "label": "HbA1c", "unit": "%", "kind": "continuous"}
                | {"better": "lower"}
            ],
        }
    )


def series(name="A", statistic="grouped", arm="treated", **more):
    return {"name": name, "arm": arm, "statistic": statistic, **more}


def panel(*declared, **more):
    arms = list(dict.fromkeys(entry["arm"] for entry in declared))
    return {"id": "a", "outcome": "hba1c", "arms": arms, "series": list(declared)} | more


def figure(*panels, **more):
    said = {"id": "figure2", "title": "HbA1c", "status": "digitized", "source": "Figure 2"}
    files = {"file": "figure2.json", "reason": "made up for a test"}
    return Figure.model_validate({**said, **files, "panels": list(panels), **more})


def at(x, y, **more):
    """A click on the XY axes."""
    return make.point(100 + 50 * x, 1000 - 100 * y, **more)


def grouped(name="A", line=LINE, axes="XY", place=at):
    """A data set with point groups; an error of None leaves both bars out."""
    points = []
    for member, (x, mean, error) in enumerate(line):
        heights = [mean] if error is None else [mean, mean + error, mean - error]
        points += [place(x, y, tuple=member, group=group) for group, y in enumerate(heights)]
    return make.dataset(name, points, axes, groupNames=list(ROLES))


def plain(name, pairs, axes="XY", place=at):
    """A data set without point groups."""
    return make.dataset(name, [place(x, y) for x, y in pairs], axes)


def project(*datasets, axes=None):
    return make.version_4(axes or [make.xy_axes()], list(datasets))


def digitized(folder, described, content, second=None, *, of=None, draws=4, seed=1, more=()):
    """Lay project files (dicts of JSON, or text) into a folder and take the figures' numbers."""
    files = [(described.file, content), (described.second_file, second), *more]
    for name, told in files:
        if told is not None:
            text = told if isinstance(told, str) else json.dumps(told)
            Path(folder, name).write_text(text, encoding="utf-8")
    figures = [described, *(f for f in [of] if f is not None)]
    return read_figures(study(), figures, folder, draws=draws, seed=seed)


def words(text):
    """A pattern for a text as it stands."""
    return re.escape(text)
