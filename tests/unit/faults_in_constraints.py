"""Faults of constraints.yaml, above all sentences that would prove the claim that they limit."""

from faults import PPG_LOWEST, constraints

CASES = [
    constraints(
        "constraint's relation",
        "at_or_below_baseline",
        "at_or_beneath_baseline",
        "constraints[4].relation",
        "at_or_beneath_baseline",
        "did you mean at_or_below_baseline?",
        "relation: at_or_beneath",
    ),
    constraints(
        "constraint without a group",
        "    arm: treated\n    visits: [1]\n",
        "    visits: [1]\n",
        "constraints[0]",
        "a block",
        "the relation 'below_baseline' needs arm",
        "- id: fpg_treated_first_month",
    ),
    constraints(
        "one visit cannot fall",
        "visits: [0, 1, 2, 3, 6]\n",
        "visits: [6]\n",
        "constraints[2]",
        "a block",
        "at least two visits",
        "- id: hba1c_treated_decrease",
    ),
    constraints(
        "lowest at two visits",
        "visits: [12]\n    relation: lowest",
        "visits: [12, 15]\n    relation: lowest",
        "constraints[1]",
        "a block",
        "needs one visit",
        "- id: ppg_treated_lowest",
    ),
    constraints(
        "constraint's visits compared",
        "    relation: lowest_at\n",
        "    relation: lowest_at\n    among: [7, 12]\n",
        "constraints[1].among[0]",
        "7",
        "a visit of study.yaml",
        "among: [7",
    ),
    constraints(
        "constraint about counts",
        "outcome: insulin_dose",
        "outcome: insulin",
        "constraints[11].outcome",
        "insulin",
        "kind 'continuous'",
        "outcome: insulin\n",
    ),
    constraints(
        "p of no claim",
        PPG_LOWEST,
        "    relation: significant\n    claim: ppg_lowers\n",
        "constraints[1].claim",
        "ppg_lowers",
        "did you mean ppg_lower?",
        "claim: ppg_lowers",
    ),
    constraints(
        "a claim's own p",
        PPG_LOWEST,
        "    relation: significant\n    claim: ppg_lower\n",
        "constraints[1].claim",
        "ppg_lower",
        "a claim's own p cannot limit the numbers that the claim is judged by",
        "claim: ppg_lower",
    ),
    constraints(
        "p of no significance",
        PPG_LOWEST,
        "    relation: significant\n    claim: fpg_no_difference\n",
        "constraints[1].claim",
        "fpg_no_difference",
        "expects 'lower' or 'higher'",
        "claim: fpg_no",
    ),
    constraints(
        "a claim's own words",
        PPG_LOWEST
        + "    source: Results, Plasma glucose\n    quote: reached the lowest level at the "
        "end of first year after therapy\n",
        "    outcome: ppg\n    arm: treated\n    visits: [12]\n    relation: below_other_arm\n"
        "    source: Caption\n    quote: PPG in group I was significantly lower than that in "
        "group II\n",
        "constraints[1].quote",
        "PPG in group I was",
        "not those of the claim 'ppg_lower'",
        "quote: PPG in group I",
    ),
]
