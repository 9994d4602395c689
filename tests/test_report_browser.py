"""The report in headless Chromium: quiet, self-contained, readable at both widths, reachable by keyboard, in step."""

from __future__ import annotations

import os
import shutil

import pytest
from lalia.data_schemas import Kind, Utterance, Word
from lalia.pipeline.report import page, render
from lalia.tests import sampledata

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (390, 1400)
PAGES = ("index", "story-01", "story-long", "hostile")

# Relative luminance and contrast after WCAG 2.2; the background is that of the nearest ancestor that paints one.
CONTRAST = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => [r, g, b]
    .map((x) => x / 255)
    .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
    .reduce((sum, x, place) => sum + x * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
      if (colour.a > 0) throw new Error("half transparent background");
    }
    return parse("rgb(255, 255, 255)");
  };
  const bad = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || /^(SCRIPT|STYLE|TITLE|DESC)$/i.test(element.tagName)) continue;
    const style = getComputedStyle(element);
    const inDrawing = element instanceof SVGElement;
    const ink = parse(inDrawing ? style.fill : style.color);
    const grounds = [behind(element)];
    // Words in the drawing may lie on the shade of a pause.
    if (inDrawing) {
      const shade = getComputedStyle(document.querySelector("rect.rest"));
      const [over, share] = [parse(shade.fill), Number(shade.fillOpacity)];
      const mixed = (name) => over[name] * share + grounds[0][name] * (1 - share);
      grounds.push({ r: mixed("r"), g: mixed("g"), b: mixed("b") });
    }
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    for (const ground of grounds) {
      const [dark, bright] = [light(ink), light(ground)].sort((a, b) => a - b);
      const ratio = (bright + 0.05) / (dark + 0.05);
      seen += 1;
      if (ratio < (large ? 3 : 4.5)) bad.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim()}`);
    }
  }
  return { seen, bad };
}"""

FOCUSABLE = """() => [...document.querySelectorAll(
  "a[href], summary, audio, input, [tabindex='0'], button, select, textarea"
)].filter((e) => e.checkVisibility({ visibilityProperty: true })).length"""

FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  window.__met ??= new Map();
  const again = window.__met.has(element);
  window.__met.set(element, true);
  return {
    again,
    met: window.__met.size,
    what: element.tagName + "." + (element.className.baseVal ?? element.className),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = os.environ.get("LALIA_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A run's report: a usual recording with its sound, a long one, and one of hostile words."""
    root = tmp_path_factory.mktemp("run")
    usual, long = sampledata.assessment(), sampledata.assessment("story-long", repeat=3)
    texts = ("<script>alert(1)</script>", "W" * 500, "\u202eשלום", "🧠👩‍🚀", "</span><b>")
    words = tuple(
        Word(text=text, kind=kind, start=place / 2, end=place / 2 + 0.4, probability=0.2)
        for place, (text, kind) in enumerate((text, kind) for text in texts for kind in Kind)
    )
    said = usual.transcript.model_copy(
        update={"utterances": (Utterance(speaker="S" * 300, words=words), Utterance(speaker="PAR", words=words))}
    )
    hostile = sampledata.assessment("hostile" + "H" * 90).model_copy(update={"transcript": said})
    ids = hostile.recording.model_copy(update={"recording_id": "hostile", "participant_id": "P" * 100})
    hostile = hostile.model_copy(update={"recording": ids})
    rejected = [
        *sampledata.REJECTED,
        sampledata.REJECTED[0].model_copy(update={"recording_id": "R" * 300, "message": "m" * 900, "code": "c" * 80}),
    ]
    audio = {}
    for one in (usual, long):
        name = one.recording.recording_id
        audio[name] = sampledata.write_tone(root / f"{name}.wav", one.audio.duration)
    return render(root / "out", [usual, long, hostile], rejected, sampledata.PROVENANCE, audio).parent


@pytest.fixture
def opened(chromium, report):
    """Open a page of the report; at the end nothing may have been logged, thrown or asked for outside."""
    contexts, told, asked = [], [], []

    def open_page(name, width=1400, **settings):
        context = chromium.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        at = context.new_page()
        at.on("console", lambda message: told.append(message.text))
        at.on("pageerror", lambda error: told.append(str(error)))
        at.on("request", lambda request: asked.append(request.url))
        at.goto((report / f"{name}.html").as_uri())
        return at

    yield open_page
    for context in contexts:
        context.close()
    folder = report.parent.parent.as_uri()
    assert told == []
    assert [url for url in asked if not url.startswith((folder, "data:,", "blob:"))] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_the_screen(opened, name, width):
    at = opened(name, width)
    at.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert at.evaluate("document.documentElement.scrollWidth") <= width
    # Nor does anything stick out unseen, but what lies in a box that scrolls or is put aside for screen readers.
    out = at.evaluate(
        """() => [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
          const box = e.getBoundingClientRect();
          return box.right > innerWidth + 1 && box.width && !e.closest(".strip");
        }).map((e) => e.tagName + "." + e.className)"""
    )
    assert out == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["index", "story-01"])
def test_every_text_has_contrast(opened, name, width, scheme):
    at = opened(name, width, color_scheme=scheme)
    at.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    if name == "story-01":
        at.locator("[data-t]").nth(3).evaluate("(word) => word.setAttribute('aria-current', 'true')")
    found = at.evaluate(CONTRAST)
    assert found["seen"] > 20
    assert found["bad"] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["index", "story-01"])
def test_everything_is_reached_by_tab_and_shows_it(opened, name, width):
    at = opened(name, width)
    if name == "story-01":
        at.wait_for_selector(".ready")
    wanted = at.evaluate(FOCUSABLE)
    assert wanted >= 10
    met = 0
    # The audio element holds stops of its own, each of which is the same active element here.
    for _ in range(wanted + 12):
        at.keyboard.press("Tab")
        found = at.evaluate(FOCUSED)
        if found is None:
            break
        met = found["met"]
        if not found["again"]:
            assert found["inside"], found
            assert found["outlined"] or found["what"].startswith("AUDIO"), found
    assert met == wanted


def test_a_word_is_a_place_in_the_sound(opened):
    at = opened("story-01")
    at.wait_for_selector(".ready")
    word = at.locator("[data-t]").nth(20)
    start = float(word.get_attribute("data-t"))
    word.click()
    at.wait_for_function("document.querySelector('[aria-current]') !== null")
    heard = at.evaluate("document.querySelector('audio').currentTime")
    # The clip may already be playing: it can have gone on, never back.
    assert start - 0.05 <= heard < start + 2
    at.evaluate("document.querySelector('audio').pause()")


def test_the_transcript_and_the_drawing_follow_the_sound(opened):
    at = opened("story-01")
    at.wait_for_selector(".ready")
    words = at.locator("[data-t]")
    for place in (2, 50, 7):
        middle = sum(float(words.nth(place).get_attribute(name)) for name in ("data-t", "data-e")) / 2
        at.evaluate("(seconds) => { document.querySelector('audio').currentTime = seconds; }", middle)
        at.wait_for_function(
            "(place) => document.querySelectorAll('[data-t]')[place].hasAttribute('aria-current')", arg=place
        )
        assert at.locator("[data-t][aria-current]").count() == 1
        (head,) = at.evaluate(
            """() => [...document.querySelectorAll("line.head.shown")].map((line) => {
              const svg = line.closest("svg");
              return +svg.dataset.from + line.x1.baseVal.value / 60;
            })"""
        )
        assert head == pytest.approx(middle, abs=0.02)  # one pixel of 60 a second


def test_words_are_reached_and_heard_by_keyboard(opened):
    at = opened("story-01")
    at.wait_for_selector(".ready")
    at.locator("[data-t]").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        at.keyboard.press(key)
    assert at.evaluate("[...document.querySelectorAll('[data-t]')].indexOf(document.activeElement)") == 2
    assert at.locator("[data-t][tabindex='0']").count() == 1
    at.keyboard.press("Enter")
    start = float(at.locator("[data-t]").nth(2).get_attribute("data-t"))
    at.wait_for_function("(start) => document.querySelector('audio').currentTime >= start - 0.05", arg=start)
    at.evaluate("document.querySelector('audio').pause()")
    at.keyboard.press("End")
    assert at.evaluate("[...document.querySelectorAll('[data-t]')].at(-1) === document.activeElement")


def test_a_click_on_the_drawing_is_a_place_in_the_sound(opened):
    at = opened("story-long")
    at.wait_for_selector(".ready")
    box = at.locator(".overview").bounding_box()
    at.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = float(at.locator(".listen").get_attribute("data-duration")) / 2
    at.wait_for_function("(due) => Math.abs(document.querySelector('audio').currentTime - due) < 2", arg=middle)
    # The strip has been brought to where the sound is.
    at.wait_for_function("document.querySelector('.strip').scrollLeft > 1000")


def test_without_a_file_beside_it_one_can_be_chosen(opened, report, tmp_path):
    at = opened("hostile")
    assert at.locator("audio").count() == 0
    assert at.locator(".choose").is_visible()
    at.locator("#file").set_input_files(sampledata.write_tone(tmp_path / "x.wav", 3.0))
    at.wait_for_selector(".ready")
    assert at.locator("audio").is_visible()
    assert "it may be another one" in at.locator(".told").text_content()


def test_the_page_of_an_assessment_alone_works_from_a_string(opened, chromium):
    at = chromium.new_page()
    told = []
    at.on("console", lambda message: told.append(message.text))
    at.on("pageerror", lambda error: told.append(str(error)))
    at.set_content(page(sampledata.assessment()))
    assert at.locator("tr[data-feature]").count() > 50
    assert told == []
    at.close()


def test_a_definition_opens_by_keyboard_and_shows_on_hover(opened):
    at = opened("story-01", 390)
    first = at.locator(".values summary").first
    assert first.get_attribute("title")
    first.focus()
    at.keyboard.press("Enter")
    about = at.locator(".values .about").first
    assert about.is_visible()
    assert first.get_attribute("title") in about.text_content()


def test_policy_stops_what_the_page_does_not_hold(report, chromium):
    at = chromium.new_page()
    refused = []
    at.on("console", lambda message: refused.append(message.text))
    at.goto((report / "story-01.html").as_uri())
    at.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const image = new Image();
          image.src = "https://example.invalid/x.png";
          document.body.append(image);
        }"""
    )
    at.wait_for_timeout(200)
    assert at.evaluate("window.ran") is None
    assert len([text for text in refused if "Content Security Policy" in text]) == 2
    at.close()


def test_print_shows_the_whole_drawing_and_no_controls(opened):
    at = opened("story-long", 700)
    at.emulate_media(media="print")
    assert not at.locator("nav").is_visible()
    assert not at.locator(".player").is_visible()
    # On paper nothing scrolls: every piece of the strip lies inside the sheet.
    assert at.evaluate("[...document.querySelectorAll('.part')].every((p) => p.getBoundingClientRect().right <= 701)")
