"""The image of a figure: safe reading, and how much of each pixel a series' ink covers."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from scipy import ndimage

from retrial.figures.tracing.spec import TraceSpec

MAX_PIXELS = 100_000_000  # 100 Mpx: an A4 page at 900 dpi; floats of it fill gigabytes
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
FAINT = 0.12  # coverage below which a pixel is background: compression noise, faint grids
PALE = 130  # distance in RGB from the background below which a long line is a grid
GRID = 0.25  # share of the image's side that a grid line inks
LONG_LINE = 0.5  # share of the image's side beyond which a straight run is grid or frame


@dataclass(frozen=True)
class Ink:
    """What covers the pixels, seen from one series.

    Attributes:
        coverage: (rows, columns), 0 to 1, share of the pixel that the series' colour covers.
        foreign: (rows, columns), bool, covered by something else: what lies below is unknown.
    """

    coverage: np.ndarray
    foreign: np.ndarray


def read_image(path: str | Path) -> np.ndarray:
    """Return an image as (rows, columns, 3) floats 0 to 255; transparency becomes white.

    Raises ValueError for a file that is no image, is damaged, or exceeds 100 megapixels; the size
    is judged before any pixel is decoded, so that a decompression bomb costs nothing.
    """
    path = Path(path)
    try:
        # Our own limit is tighter in its consequence (an error) than Pillow's warning.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise ValueError(
                        f"{path} has {width} x {height} pixels, more than the "
                        f"{MAX_PIXELS // 1_000_000} million that are read: crop it to the figure."
                    )
                if image.mode in ("I;16", "I;16B", "I", "F"):
                    return _read_deep(image)
                image = image.convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ValueError(
            f"{path} has more than the {MAX_PIXELS // 1_000_000} million pixels "
            "that are read: crop it to the figure."
        ) from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} is no image of a known format ({', '.join(FORMATS)}).") from error
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be read as an image: {error}.") from error
    pixels = np.asarray(image, dtype=np.float32)
    opacity = pixels[:, :, 3:] / 255
    return pixels[:, :, :3] * opacity + 255 * (1 - opacity)


def _read_deep(image: Image.Image) -> np.ndarray:
    # 16-bit scans: Pillow's own conversion would clip every value above 255 to white.
    values = np.asarray(image, dtype=np.float32)
    top = float(values.max())
    scaled = values * (255 / (65535 if top > 255 else 255))
    return np.repeat(scaled[:, :, None], 3, axis=2)


def length(vectors: np.ndarray) -> np.ndarray:
    """Return the Euclidean length over the last axis (three times as fast as numpy's norm)."""
    return np.sqrt(np.einsum("...k,...k->...", vectors, vectors))


def find_background(pixels: np.ndarray) -> np.ndarray:
    """Return the most frequent colour (3,), the background of nearly every figure."""
    step = 1 + max(pixels.shape[:2]) // 1000  # a sample of a large image tells as much
    sample = pixels[::step, ::step].reshape(-1, 3)
    coarse = (sample // 16).astype(np.int64)
    codes = coarse[:, 0] * 256 + coarse[:, 1] * 16 + coarse[:, 2]
    most = np.bincount(codes, minlength=4096).argmax()
    return np.median(sample[codes == most], axis=0).astype(float)


def blocked(shape: tuple[int, int], spec: TraceSpec) -> np.ndarray:
    """Return (rows, columns) bool: outside the plot area or in a region to ignore."""
    rows, columns = np.arange(shape[0])[:, None] + 0.5, np.arange(shape[1])[None, :] + 0.5
    out = np.zeros(shape, dtype=bool)
    area = spec.plot_area
    if area is not None:
        out |= (rows < area.top) | (rows > area.bottom)
        out |= (columns < area.left) | (columns > area.right)
    for box in spec.ignore:
        inside = (rows > box.top) & (rows < box.bottom)
        out |= inside & (columns > box.left) & (columns < box.right)
    return out


def project(pixels: np.ndarray, paper: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, ...]:
    """Unmix each pixel into paper and one ink.

    Returns coverage (0 to 1) and the distance in RGB between the pixel and that mixture.
    """
    direction = (paper - ink).astype(np.float32)
    away = paper.astype(np.float32) - pixels
    share = np.clip(away @ direction / float(direction @ direction), 0, 1)
    rest = length(away - share[:, :, None] * direction)
    return share, rest


def separate_inks(
    pixels: np.ndarray,
    paper: np.ndarray,
    colours: list[np.ndarray],
    tolerances: list[float],
    out: np.ndarray,
) -> list[Ink]:
    """Return what each colour covers.

    Args:
        pixels: (rows, columns, 3), 0 to 255.
        paper: (3,), the background.
        colours: distinct colours of markers, lines and error bars, (3,) each.
        tolerances: largest distance in RGB from the mixture of paper and colour.
        out: (rows, columns) bool, not to be looked at.
    """
    for colour in colours:
        if np.linalg.norm(paper - colour) < 40:
            raise ValueError(
                f"the colour {tuple(int(part) for part in colour)} is too near the background's "
                f"{tuple(round(float(part)) for part in paper)}; give the colour seen in the image."
            )
    covered = length(pixels - paper.astype(np.float32))
    solid, pale = _long_lines(pixels, covered)
    inks = [np.asarray(colour, dtype=float) for colour in colours]
    # Frames, letters and grids are mostly black: without it they would pass for a dark series.
    if all(np.linalg.norm(ink) > 90 for ink in inks):
        inks.append(np.zeros(3))
    if is_subsampled(pixels, paper, covered):
        shares, own = own_by_hue(pixels, paper, inks, tolerances)
    else:
        shares, own = _own_by_colour(pixels, paper, inks, tolerances)
    result = []
    for share, mine in zip(shares[: len(colours)], own, strict=False):
        mine &= share > FAINT
        visible = mine & ~solid & ~pale & ~out
        foreign = out | solid | (~mine & ~pale & (covered > 60))
        result.append(Ink(np.where(visible, share, 0).astype(np.float32), foreign))
    return result


def _own_by_colour(
    pixels: np.ndarray, paper: np.ndarray, inks: list[np.ndarray], tolerances: list[float]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    unmixed = [project(pixels, paper, ink) for ink in inks]
    cores: dict[int, np.ndarray] = {}
    owned = []
    for place, tolerance in enumerate(tolerances):
        own = unmixed[place][1] <= tolerance
        for other in range(len(inks)):
            if other == place:
                continue
            if _collinear(paper, inks[place], inks[other]):
                # A dark ink's soft edge looks like a pale ink of the same hue: nearness decides.
                for number in (place, other):
                    if number not in cores:
                        cores[number] = _core(pixels, inks[number], inks)
                own &= ~(cores[other] & ~cores[place])
            else:
                own &= unmixed[place][1] <= unmixed[other][1]
        owned.append(own)
    return [share for share, _ in unmixed], owned


def is_subsampled(pixels: np.ndarray, paper: np.ndarray, covered: np.ndarray) -> bool:
    """Return whether compression has blurred the colours, as JPEG's 4:2:0 does.

    Seen by what it leaves around edges in the file or in a copy of it: many pixels a little off
    the background's colour, which a drawing with soft edges has few of.
    """
    faint = (covered > 2) & (covered < 20)
    strong = int((covered > 60).sum())
    return strong > 0 and int(faint.sum()) > 0.6 * strong


def own_by_hue(
    pixels: np.ndarray, paper: np.ndarray, inks: list[np.ndarray], tolerances: list[float]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return each ink's coverage, from the sharp brightness, and its pixels, from blurred colour.

    In a compressed image brightness is kept pixel by pixel and colour at half the resolution: a
    thin line's pixels are as dark as ever but less coloured.
    """
    grey = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    brightness = pixels @ grey
    paper_grey = float(paper @ grey)
    tint = (pixels - brightness[:, :, None]) - (paper - paper_grey).astype(np.float32)
    tints = [(ink - ink @ grey) - (paper - paper_grey) for ink in inks]
    strength = [float(np.linalg.norm(part)) for part in tints]
    coloured = [part > 30 for part in strength]
    # Half the resolution: the tint of a thin line is found in its neighbourhood as a whole.
    tint = ndimage.uniform_filter(tint, (3, 3, 1))
    amount = length(tint)
    # Likeness of hue: cosine between the pixel's tint and the ink's.
    likeness = [
        tint @ (part / size).astype(np.float32) / np.maximum(amount, 6.0) if is_coloured else None
        for part, size, is_coloured in zip(tints, strength, coloured, strict=True)
    ]
    shares, owned = [], []
    for place, ink in enumerate(inks):
        contrast = paper_grey - float(ink @ grey)
        if abs(contrast) > 40:
            share = np.clip((paper_grey - brightness) / contrast, 0, 1)
        else:  # yellow: only its colour tells it from the paper
            share = project(pixels, paper, ink)[0]
        shares.append(share)
        if place >= len(tolerances):
            continue
        depth = ndimage.uniform_filter(share, 3)
        if coloured[place]:
            own = (likeness[place] > 0.6) & (amount > 0.12 * strength[place] * depth)
            for other, rival in enumerate(likeness):
                if other != place and rival is not None:
                    own &= likeness[place] >= rival
            excess = (paper_grey - brightness) / contrast if abs(contrast) > 40 else share
            own &= excess < 1 + tolerances[place] / 100
        else:
            limit = np.full(share.shape, 40.0, dtype=np.float32)
            if any(coloured):
                least = min(part for part, yes in zip(strength, coloured, strict=True) if yes)
                limit = np.minimum(limit, 8 + 0.2 * least * depth)
            own = amount < limit
            near = project(pixels, paper, ink)[1]
            own &= near <= 1.5 * tolerances[place]
        owned.append(own)
    return shares, owned


def _collinear(paper: np.ndarray, first: np.ndarray, second: np.ndarray) -> bool:
    one, two = paper - first, paper - second
    cosine = float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))
    return cosine > 0.98


def _core(pixels: np.ndarray, ink: np.ndarray, inks: list[np.ndarray]) -> np.ndarray:
    # Pixels clearly of this ink, with the soft edge around them.
    others = [np.linalg.norm(ink - other) for other in inks if not np.array_equal(ink, other)]
    near = min([60.0, *(0.4 * distance for distance in others)])
    solid = length(pixels - ink.astype(np.float32)) < near
    solid = ndimage.binary_opening(solid, np.ones((2, 2)))
    return ndimage.binary_dilation(solid, iterations=2)


def _long_lines(pixels: np.ndarray, covered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where frame lines stand (they hide what is below) and pale grid lines (they do not).

    A straight dark run along the axes, longer than any bar or flat joining line, is a frame.
    """
    solid = np.zeros(covered.shape, dtype=bool)
    pale = np.zeros(covered.shape, dtype=bool)
    faded = (covered > 25) & (covered < PALE)
    inked = (covered >= PALE).astype(np.uint8)
    for axis in (0, 1):
        # Markers with a white face interrupt a grid line, so that its pixels are counted.
        for line in np.flatnonzero(faded.sum(axis=axis) > GRID * covered.shape[axis]):
            cut = (slice(None), line) if axis == 0 else (line, slice(None))
            own = np.median(pixels[cut][faded[cut]], axis=0)
            alike = faded[cut] & (length(pixels[cut] - own) < 30)
            if alike.sum() > GRID * len(alike):
                pale[cut] |= alike
        size = int(covered.shape[axis] * LONG_LINE) | 1  # odd, so that the window is centred
        if size >= 21:
            run = ndimage.minimum_filter1d(inked, size, axis=axis)
            solid |= (ndimage.maximum_filter1d(run, size, axis=axis) > 0) & (inked > 0)
    return solid, pale
