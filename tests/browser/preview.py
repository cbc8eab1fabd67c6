"""Take the picture of a report that the README shows: its first screen and the first claims.

python tests/browser/preview.py results/hu2013/report.html workflow/report/preview.png
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZE = {"width": 1280, "height": 1500}
NAMES = ("chromium", "chromium-browser", "google-chrome")


def take(report: Path, picture: Path) -> None:
    """Write the top of `report` to `picture` (PNG); nothing is loaded from the network."""
    browser_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, device_scale_factor=1)
        page.goto(report.resolve().as_uri())
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    given = parser.parse_args()
    take(given.report, given.picture)
