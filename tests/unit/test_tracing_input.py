"""What tracing refuses, and the project files it writes."""

from __future__ import annotations

import json
import tarfile
import zlib

import numpy as np
import pytest
import yaml
from PIL import Image
from retrial.errors import UserError
from retrial.figures.digitized import figure_faults
from retrial.figures.formats import read_project
from retrial.figures.tracing import load_spec, parse_spec, trace, write_project
from retrial.figures.tracing.command import digitize_command
from retrial.figures.tracing.picture import read_image
from retrial.run.cli import app
from retrial.study.figures import Figure
from retrial.study.models import load_study
from tracing_figures import draw_bars, draw_lines
from typer.testing import CliRunner


def minimal(**changes) -> dict:
    document = {
        "chart": "line",
        "x_axis": {"points": [{"pixel": 20, "value": 0}, {"pixel": 80, "value": 6}]},
        "y_axis": {"points": [{"pixel": 90, "value": 0}, {"pixel": 10, "value": 10}]},
        "x": [0, 6],
        "series": [{"name": "treated", "color": "#d62728"}],
    }
    return {**document, **changes}


def white(rows: int = 100, columns: int = 100) -> np.ndarray:
    return np.full((rows, columns, 3), 255.0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"series": [{"name": "a", "color": "reddish"}]}, r"series\[0\].color: a colour such as"),
        ({"series": [{"name": "a", "color": [0, 0, 256]}]}, "a colour such as"),
        ({"series": [{"name": "a", "color": 255}]}, "a colour such as"),
        ({"series": [{"name": "a", "colour": "#fff"}]}, "colour is no known key; did you mean"),
        ({"serie": []}, "serie is no known key; did you mean series"),
        ({"x": []}, "x: "),
        ({"x": [0, 0]}, "twice"),
        ({"x": [float("nan")]}, "finite"),
        ({"series": [{"name": "a"}, {"name": "b"}]}, "look the same"),
        ({"series": [{"name": "a"}, {"name": "a", "color": "#f00"}]}, "two series"),
        ({"series": [{"name": "a", "columns": [1.0]}]}, "1 columns for 2 values"),
        ({"chart": "pie"}, "chart: "),
        ({"chart": "bar", "series": [{"name": "a"}]}, "needs the bars' colour"),
        (
            {"y_axis": {"points": [{"pixel": 5, "value": 1}, {"pixel": 5, "value": 2}]}},
            "at least 2 pixels apart",
        ),
        (
            {
                "y_axis": {
                    "scale": "log",
                    "points": [{"pixel": 90, "value": 0}, {"pixel": 5, "value": 2}],
                }
            },
            "above zero",
        ),
        ({"ignore": [{"left": 5, "right": 4, "top": 1, "bottom": 2}]}, "right must exceed left"),
    ],
)
def test_a_faulty_specification_is_refused_in_a_sentence(changes, told):
    with pytest.raises(ValueError, match=told):
        parse_spec(minimal(**changes))


def test_all_faults_are_told_at_once(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump(minimal(chart="pie", x=[])))
    with pytest.raises(ValueError, match="chart") as refused:
        load_spec(path)
    assert len(str(refused.value).splitlines()) == 2
    assert "spec.yaml" in str(refused.value)


@pytest.mark.parametrize("text", ["[1", "just words", "", "\x00", "!!python/object:os.system {}"])
def test_what_is_no_yaml_mapping_is_refused(tmp_path, text):
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"spec\.yaml"):
        load_spec(path)


def test_a_missing_specification_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        load_spec(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"y_axis": {"points": [{"pixel": 900, "value": 0}, {"pixel": 10, "value": 1}]}},
            "pixel 900",
        ),
        ({"x": [0, 60]}, "outside the image"),
        ({"ignore": [{"left": 500, "right": 501, "top": 0, "bottom": 9}]}, "region"),
        ({"series": [{"name": "a", "color": "#fefefe"}]}, "background"),
        ({"chart": "bar", "baseline": -90}, "baseline"),
    ],
)
def test_a_specification_that_does_not_fit_the_image_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        trace(white(), parse_spec(minimal(**changes)))


def test_an_empty_figure_gives_no_point_and_names_them_all():
    traced = trace(white(), parse_spec(minimal()))
    assert traced.points == ()
    assert len(traced.unsure) == 6


def test_noise_gives_no_point():
    pixels = np.random.default_rng(0).uniform(0, 255, (100, 100, 3))
    assert trace(pixels, parse_spec(minimal())).points == ()


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20_000, 6_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_it_is_read(tmp_path, size):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_of(*size))
    with pytest.raises(ValueError, match="100 million"):
        read_image(path)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n", png_of(300, 300)])
def test_an_unreadable_image_is_refused(tmp_path, content):
    path = tmp_path / "figure.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"figure\.png"):
        read_image(path)


def test_transparency_and_sixteen_bits_are_read(tmp_path):
    clear = Image.new("RGBA", (30, 30), (0, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png").min() == 255
    deep = Image.fromarray(np.full((30, 30), 65535, dtype=np.uint16))
    deep.save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png").min() == 255


@pytest.fixture(scope="module")
def traced_file(tmp_path_factory):
    figure = draw_lines(0, dpi=100)
    path = tmp_path_factory.mktemp("figure") / "figure 1.png"
    path.write_bytes(figure.content)
    return figure, path, trace(path, figure.spec)


def test_a_project_holds_groups_tuples_and_calibration(traced_file, tmp_path):
    _, image, traced = traced_file
    write_project(traced, image, tmp_path / "p.json")
    project = json.loads((tmp_path / "p.json").read_text())
    assert project["version"] == [4, 2]
    assert len(project["axesColl"][0]["calibrationPoints"]) == 4
    series = project["datasetColl"][0]
    assert series["groupNames"] == ["mean", "upper", "lower"]
    tuples = sorted({point["tuple"] for point in series["data"]})
    assert tuples == list(range(len(tuples)))  # the program fails on gaps
    assert next(point["group"] for point in series["data"] if point["tuple"] == 0) == 0


def test_a_project_gives_the_same_bytes_twice(traced_file, tmp_path):
    _, image, traced = traced_file
    for suffix in ("json", "tar"):
        for name in ("a", "b"):
            write_project(traced, image, tmp_path / f"{name}.{suffix}")
        first, second = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("a", "b"))
        assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.json",
        "a.tar",
        "b.json",
        "b.tar",
    ]


def test_an_archive_holds_the_image(traced_file, tmp_path):
    _, image, traced = traced_file
    write_project(traced, image, tmp_path / "p.tar")
    with tarfile.open(tmp_path / "p.tar") as archive:
        names = archive.getnames()
        info = json.load(archive.extractfile("wpd_project/info.json"))
        stored = archive.extractfile("wpd_project/figure 1.png").read()
    assert names == ["wpd_project/info.json", "wpd_project/wpd.json", "wpd_project/figure 1.png"]
    assert info == {"version": [4, 0], "json": "wpd.json", "images": ["figure 1.png"]}
    assert stored == image.read_bytes()


def test_another_suffix_is_refused(traced_file, tmp_path):
    _, image, traced = traced_file
    with pytest.raises(ValueError, match=r"ends in \.json"):
        write_project(traced, image, tmp_path / "p.csv")


@pytest.mark.parametrize("suffix", ["json", "tar"])
@pytest.mark.parametrize("log", [False, True])
def test_the_reader_gets_the_values_back(tmp_path, suffix, log):
    figure = draw_lines(3, dpi=100, log=log)
    image = tmp_path / "figure.png"
    image.write_bytes(figure.content)
    traced = trace(image, figure.spec)
    write_project(traced, image, tmp_path / f"p.{suffix}")
    table = read_project(tmp_path / f"p.{suffix}")
    wanted = sorted(point.value for point in traced.points)
    values = table["y"].to_list()
    assert {"series", "x", "y", "x_sigma", "y_sigma"} <= set(table.columns)
    means = [point.value for point in traced.points if point.group == "mean"]
    assert all(any(np.isclose(value, y, rtol=1e-9) for y in values) for value in means)
    assert len(values) in (len(wanted), len(means))


def test_the_command_tells_what_it_left_out_and_keeps_a_corrected_project(
    traced_file, tmp_path, capsys
):
    figure, image, _ = traced_file
    spec = tmp_path / "spec.yaml"
    spec.write_text(yaml.safe_dump(json.loads(figure.spec.model_dump_json())))
    output = tmp_path / "p.json"
    digitize_command(image, [spec], output)
    told = capsys.readouterr().out
    assert "arm 0:" in told
    assert "Found" in told
    before = output.read_bytes()
    with pytest.raises(UserError, match="exists already"):
        digitize_command(image, [spec], output)
    digitize_command(image, [spec], output, force=True)
    assert output.read_bytes() == before


def test_the_command_tells_a_mistake_without_a_traceback(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        digitize_command(tmp_path / "no.png", [tmp_path / "no.yaml"], tmp_path / "p.json")


def test_bars_below_the_baseline_have_their_end_below():
    figure = draw_bars(3, dpi=100, negative=True)
    traced = trace(figure.pixels(), figure.spec)
    found = {(point.series, point.visit, point.group) for point in traced.points}
    assert found <= set(figure.truth)  # no upper end where the bar hangs
    assert {key for key in found if key[2] == "lower"}
    assert len(found) >= len(figure.truth) - 1


def test_the_example_is_printed_and_its_project_fits_the_flagships_figure(tmp_path, root):
    printed = CliRunner().invoke(app, ["digitize", "--example"])
    assert printed.exit_code == 0
    # A person puts the figure's own names in place of the example's.
    assert parse_spec(yaml.safe_load(printed.output)).axes == "weight"
    example = yaml.safe_load(printed.output.replace("weight", "hba1c"))
    # The example's series and visits, on an image of known calibration.
    figure = draw_lines(2, dpi=150, visits=tuple(example["x"]), apart=1.2)
    drawn = json.loads(figure.spec.model_dump_json())
    looks = [
        {**entry, "name": named["name"], "marker": None}
        for entry, named in zip(drawn["series"], example["series"], strict=True)
    ]
    spec = {**drawn, "axes": example["axes"], "series": looks}
    image = tmp_path / "figure3.png"
    image.write_bytes(figure.content)
    traced = trace(image, parse_spec(spec))
    write_project(traced, image, tmp_path / "figure3.tar")
    hu2013 = root / "resources" / "studies" / "hu2013"
    listed = yaml.safe_load((hu2013 / "figures" / "figures.yaml").read_text())["figures"]
    declared = next(entry for entry in listed if entry["id"] == "figure3")
    faults = figure_faults(
        load_study(hu2013 / "study.yaml"), Figure.model_validate(declared), tmp_path
    )
    assert faults == []
    assert len(traced.points) > 40


def test_the_panels_of_a_figure_go_into_one_project(tmp_path):
    figure = draw_lines(3, dpi=100)
    image = tmp_path / "figure2.png"
    image.write_bytes(figure.content)
    panels = [
        trace(image, figure.spec.model_copy(update={"axes": axes})) for axes in ("fpg", "ppg")
    ]
    write_project(panels, image, tmp_path / "p.json")
    table = read_project(tmp_path / "p.json")
    assert sorted(table["axes"].unique()) == ["fpg", "ppg"]
    with pytest.raises(ValueError, match="two panels have the axes 'fpg'"):
        write_project([panels[0], panels[0]], image, tmp_path / "q.json")
    assert not (tmp_path / "q.json").exists()
