"""The configuration: what is allowed, what a mistake says, and that its documents keep up."""

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest
import yaml
from retrial.errors import UserError
from retrial.report.contents import SECTIONS
from retrial.run.config import (
    Config,
    Section,
    load_config,
    read_config,
    refuse_other_readings,
    schema,
)
from retrial.run.runner import chosen_studies

ROOT = Path(__file__).resolve().parents[2]


def all_keys(model=Config, above=""):
    """Every key of the configuration, dotted."""
    for name, field in model.model_fields.items():
        key = above + (field.alias or name)
        yield key
        if hasattr(field.annotation, "model_fields"):
            yield from all_keys(field.annotation, key + ".")


def test_config_file_holds_every_key_at_its_default():
    written = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    assert Config.model_validate(written) == Config()
    flat = set(written) | {f"{k}.{i}" for k, v in written.items() if isinstance(v, dict) for i in v}
    assert flat == set(all_keys())


def test_readme_explains_every_key_and_no_other():
    readme = (ROOT / "config/README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([a-z_.]+)` \|", readme, re.M)) | {"report"}
    assert explained == set(all_keys())


def test_readme_names_every_section():
    readme = (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert all(f"`{section}`" in readme for section in get_args(Section))


def test_schema_file_does_not_drift():
    written = (ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    assert written == schema(), "run `make schema`"


def test_sections_are_those_of_the_report():
    assert get_args(Section) == tuple(SECTIONS)


def test_every_key_has_a_description():
    for model in (Config, *(f.annotation for f in Config.model_fields.values())):
        for name, field in getattr(model, "model_fields", {}).items():
            assert field.description, f"{model.__name__}.{name}"


def test_one_study_may_be_named_without_a_list():
    assert load_config({"studies": "hu2013"}).studies == ["hu2013"]
    assert load_config({}).studies == "all"


def test_rho_grid_includes_both_ends():
    assert load_config({}).rho.values() == [round(0.05 * i, 2) for i in range(20)]
    assert load_config({"rho": {"from": 0.2, "to": 0.2, "step": 0.1}}).rho.values() == [0.2]


def test_all_problems_are_listed_at_once_with_the_nearest_key():
    with pytest.raises(UserError) as caught:
        load_config({"alhpa": 0.1, "power": 3, "report": {"titel": "x"}, "rho": {"from": 2}})
    message = str(caught.value)
    assert "4 problems" in message
    assert "alhpa: unknown key; did you mean 'alpha'?" in message
    assert "report.titel: unknown key; did you mean 'title'?" in message
    assert "power: input should be less than 1; found 3" in message
    assert "rho.from: " in message and "found 2" in message


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"studies": ["Hu 2013"]}, "studies[0]: an id is a lower-case letter"),
        ({"studies": []}, "studies: the list is empty"),
        ({"studies": ["a", "a"]}, "studies: named twice: a"),
        ({"readings": ["se"]}, "readings[0]: input should be 'sd', 'sem' or 'ci95'; found 'se'"),
        ({"rho": {"from": 0.5, "to": 0.1}}, "rho: `to` (0.1) must not be below `from` (0.5)"),
        ({"alpha": "small"}, "alpha: input should be a valid number"),
        ({"report": {"sections": ["verdict"]}}, "report.sections[0]: input should be 'verdicts'"),
        ({"seed": -1}, "seed: "),
        ({"alpha": float("nan")}, "alpha: "),
    ],
)
def test_a_value_that_is_not_allowed_says_which_and_why(raw, says):
    with pytest.raises(UserError) as caught:
        load_config(raw)
    assert says in str(caught.value)


def test_a_decimal_comma_is_told_as_such():
    with pytest.raises(UserError, match=r"alpha: write a decimal point, 0\.05; found '0,05'"):
        load_config({"alpha": "0,05"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("alpha: [0.05\npower: 0.8\n", "line 2: found 'power: 0.8'; expected valid YAML"),
        ("alpha: 0.05\n\tpower: 3\n", "expected valid YAML (a tab; indent with spaces)"),
        ("just words\n", "a key and its value"),
    ],
)
def test_a_configuration_that_is_no_yaml_names_the_line(tmp_path, text, says):
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_config(tmp_path / "config.yaml")
    assert says in str(caught.value)


def test_no_configuration_says_where_to_run():
    with pytest.raises(UserError, match="run this in the retrial folder"):
        read_config("nowhere/config.yaml")


def test_the_studies_to_run_are_those_of_the_configuration(tmp_path, monkeypatch):
    for study in ("one", "two"):
        shutil.copytree(
            ROOT / "resources/studies/hu2013",
            tmp_path / "trials" / study,
            ignore=shutil.ignore_patterns("expected"),
        )
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("studies: [one]\nstudies_folder: trials\n")
    (tmp_path / "Snakefile").touch()
    monkeypatch.chdir(tmp_path)
    assert chosen_studies([]) == (["one"], [])
    assert chosen_studies(["two"]) == (["two"], [])
    (tmp_path / "trials/two/counts.csv").unlink()
    sound, problems = chosen_studies(["one", "two", "three"])
    assert sound == ["one"] and len(problems) == 2
    assert "There is no study 'three' in trials; there are: one, two." in problems
    assert any("trials/two lacks counts.csv" in problem for problem in problems)


@pytest.mark.parametrize(
    ("line", "key", "read"),
    [
        ("seed: 036", "seed", "30"),
        ("draws: 1_000", "draws", "1000"),
        ("power: .8e+0", "power", "0.8"),
        ("report: {title: no}", "report.title", "False"),
        ("rho: {from: 0o, to: 1:30, step: 0.1}", "rho.to", "90"),
    ],
)
def test_what_snakemake_reads_otherwise_than_it_is_typed_is_refused(tmp_path, line, key, read):
    file = tmp_path / "config.yaml"
    file.write_text(f"alpha: 0.05\n{line}\n")
    taken = yaml.safe_load(file.read_text())
    try:
        refuse_other_readings([file], taken)
    except UserError as error:
        assert str(file) in str(error)
        assert key.split(".")[0] in str(error)
    else:
        pytest.fail(f"{line} is taken for {read}")


def test_what_the_command_line_replaces_is_not_compared(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("report: {title: 0x1E}\nothers: {title: no}\n")
    refuse_other_readings([file], {"report": {"title": "Trial"}})
    refuse_other_readings([file.with_suffix(".json")], {"alpha": 0.1})


def test_the_configuration_as_it_is_delivered_is_read_in_one_way():
    file = ROOT / "config/config.yaml"
    refuse_other_readings([file], yaml.safe_load(file.read_text()))


def test_analysis_settings_hold_no_path():
    assert not {"studies", "studies_folder", "evidence"} & load_config({}).analysis().keys()
