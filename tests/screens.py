"""What the browser tests do with a page: open, wait, resize, look at where things are, keep pictures, ask axe-core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import browser

DESKTOP, TABLET, PHONE, SMALL = (1440, 900), (1180, 820), (390, 844), (360, 780)
SCREENS = browser.ROOT / "build" / "screens"

_QUIET_MS, _LONGEST_MS = 120, 3000
"""A page that has changed nothing for so long is settled; one that goes on for longer, as while a page is read, is
looked at as it is."""

_WATCH = """
const Real = WebSocket;
window.hgAsked = 0;
window.WebSocket = class extends Real {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => { window.hgAsked = 0; });
  }
  send(data) {
    window.hgAsked = window.hgAsked || performance.now();
    super.send(data);
  }
};
"""
"""Notes since when the server owes an answer, and 0 while it owes none."""

_SETTLED = """([quiet, longest]) => new Promise((done) => {
  const start = performance.now();
  let changed = start;
  const watch = new MutationObserver(() => { changed = performance.now(); });
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  const look = () => {
    const now = performance.now();
    const state = document.querySelector("[data-test-script-state]")?.dataset.testScriptState;
    if (window.hgAsked || state !== "notRunning") changed = now;
    if (now - changed < quiet && now - start < longest) return setTimeout(look, 20);
    watch.disconnect();
    done();
  };
  setTimeout(look, 20);
})"""


def visitor(chrome: Any, size: tuple[int, int] | None = None, **context: Any) -> Any:
    """Return an empty page of a browser that nobody used before."""
    if size is not None:
        context["viewport"] = {"width": size[0], "height": size[1]}
    opened = chrome.new_context(**context)
    opened.add_init_script(_WATCH)
    return opened.new_page()


def settle(page: Any) -> None:
    """Wait until the app has done what it was asked for, and the page has taken it up."""
    page.evaluate(_SETTLED, [_QUIET_MS, _LONGEST_MS])
    page.locator('[data-test-script-state="notRunning"]').first.wait_for(state="attached")


def resize(page: Any, size: tuple[int, int]) -> None:
    """Give the window another size, and wait until the page has it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    settle(page)


def set_theme(page: Any, theme: str) -> None:
    """Let the system have another theme, and wait until the page has it."""
    page.emulate_media(color_scheme=theme)
    settle(page)


def keep(page: Any, name: str) -> None:
    """Keep a picture of the window as output of the build."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png")


def inside(page: Any, selector: str, size: tuple[int, int]) -> dict[str, float]:
    """Return the box of an element, which must be wholly inside the window."""
    box = page.locator(selector).first.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] + box["height"] <= size[1]
    return dict(box)


LEAST_TARGET_PX = 24
"""Of what is pressed: WCAG 2.2, success criterion 2.5.8."""

_SMALL = """least => {
  const found = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (!node.matches("button, a[href], select, input:not([type=file]), [role=slider], [role=tab]")) continue;
      const style = getComputedStyle(node);
      if (style.visibility === "hidden" || node.innerText === "Skip to main content") continue;
      const box = (node.closest("label") ?? node).getBoundingClientRect();
      const side = Math.min(box.width, box.height);
      if (side > 0 && side < least - 0.5) found.push(node.outerHTML.slice(0, 160));
    }
  };
  walk(document);
  return found;
}"""


def small_targets(page: Any) -> list[str]:
    """Return what can be pressed and is smaller than `LEAST_TARGET_PX`; Streamlit's hidden skip link aside."""
    return list(page.evaluate(_SMALL, LEAST_TARGET_PX))


def runs_across(page: Any) -> bool:
    """Say whether anything of the page must be scrolled across."""
    widths = "node => node.scrollWidth > node.clientWidth"
    return any(page.locator(part).evaluate(widths) for part in ("html", ".stMain"))


STREAMLITS_OWN = {
    "aria-allowed-attr": "Streamlit's select boxes and tabs",
    "aria-required-children": "Streamlit's radio groups drawn as buttons",
    "button-name": "Streamlit's toolbar of charts",
    "landmark-one-main": "Streamlit draws its sections without a main landmark",
    "nested-interactive": "Streamlit's file uploader",
    "presentation-role-conflict": "Streamlit's file uploader, which has a name and no role",
    "region": "Streamlit's header and toolbar stand outside of landmarks",
    "scrollable-region-focusable": "Streamlit's main section scrolls",
}
"""Rules of axe-core that Streamlit itself breaks, and where; nothing of ours may be among the nodes."""


def _axe_script() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    return Path(package.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


def violations(page: Any, *, colours: bool = False) -> list[tuple[str, str]]:
    """Return what axe-core finds that is not Streamlit's own; with `colours` by the rules on colours alone.

    Another theme changes colours and nothing else.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_script())
    rules = {"runOnly": ["color-contrast", "link-in-text-block"]} if colours else {}
    found = page.evaluate("rules => axe.run(document, rules)", {"resultTypes": ["violations"], **rules})["violations"]
    return [
        (rule["id"], node["html"][:160])
        for rule in found
        for node in rule["nodes"]
        if rule["id"] not in STREAMLITS_OWN or "hg-" in node["html"]
    ]
