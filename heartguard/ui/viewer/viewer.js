// @ts-check
// The one viewer of the app: the page, the page as uploaded, the signals and the maps, in one SVG.
import { LIGHT, choice, handle, html, select, svg } from "./elements.js";
import { WAVES, arrange, arrangeBeats, arrangementsOf, clamp, columnOf, heightAt, held, leadName, marching, movedMark, panelAt, pathOf, shows, spanText, topBetween, unitsPerPixel, viewOf, zoomed } from "./geometry.js";
import { PICTURE, pictures } from "./pictures.js";

/** @typedef {import("./geometry.js").Scene & {picture?: string, map?: string, grid?: boolean}} DrawnScene */

/** Intervals, as from which to which mark of the median beat. */
const INTERVALS = { pr_ms: ["p_on", "qrs_on"], qrs_ms: ["qrs_on", "qrs_off"], qt_ms: ["qrs_on", "t_off"] };
/** What is lit of other measurements: an interval too, or whole leads. */
const LIT_INTERVALS = { ...INTERVALS, p_ms: ["p_on", "p_off"] };
const LIMB_LEADS = ["I", "II", "III", "aVR", "aVL", "aVF"];
const LIT_LEADS = { axis_deg: LIMB_LEADS, p_axis_deg: LIMB_LEADS, t_axis_deg: LIMB_LEADS, sokolow_lyon_mv: ["V1", "V5", "V6"], cornell_mv: ["aVL", "V3"], r_avl_mv: ["aVL"] };
const LIT_BEATS = ["heart_rate_bpm", "least_rate_bpm", "greatest_rate_bpm"];
const LAYERS = { traces: "Traces", names: "Lead names", peaks: "R peaks", waves: "P, QRS, T", intervals: "Intervals", grid: "Grid", map: "Map", adds: "Lead shares" };
/** A press that moves less than this is a tap, px. */
const TAP = 5;
/** Marks are sent so long after the last movement, ms: a key that is held repeats faster. */
const MOVED = 500;
/** Half of what is lit of a beat, s: a wide QRS complex. */
const BEAT_HALF_S = 0.09;
/** One press of an arrow key moves a mark by one sample, s. */
const MARK_STEP_S = 0.002;
const STEP = 1.3; // zoom by one press of a key or button
const WHEEL = 0.0022; // zoom by one unit of the wheel: a notch of 100 is a quarter

/** @type {WeakMap<Element, Viewer>} */
const mounted = new WeakMap();

/** @param {{parentElement: HTMLElement, data: any, setStateValue: (name: string, value: any) => void, setTriggerValue: (name: string, value: any) => void}} component */
export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const viewer = mounted.get(parentElement) ?? new Viewer(parentElement);
  mounted.set(parentElement, viewer);
  viewer.show(data, setStateValue, setTriggerValue);
  return () => {
    viewer.close();
    mounted.delete(parentElement);
  };
}

/** The ECG: everything that the viewer of one mount knows and does. */
class Viewer {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    /** @type {any} */
    this.data = null;
    this.tell = (/** @type {string} */ _name, /** @type {any} */ _value) => {};
    this.ask = this.tell; // once, where `tell` stays
    this.view = { x: 0, y: 0, zoom: 1 };
    this.mode = "page";
    this.layers = new Set(["traces", "names"]);
    this.redraw = { layout: "", speed: "25", gain: "10" };
    this.lit = "";
    /** @type {string[]} Leads that are lit, and beats by their place. */
    this.litLeads = [];
    /** @type {number[]} */
    this.litPlaces = [];
    this.lead = "";
    this.label = "";
    this.unit = "mv";
    this.moving = false;
    /** @type {Record<string, number>} Marks of the median beat, seconds from its R peak. */
    this.marks = {};
    this.caliper = /** @type {null | {a: {x: number, y: number}, b: {x: number, y: number}, march: boolean}} */ (null);
    /** @type {DrawnScene} */
    this.scene = { width: 1, height: 1, pxPerS: 1, pxPerMv: 1, pxPerMm: 1, panels: [] };
    this.pointers = new Map();
    this.moved = 0;
    this.build();
    this.onPicture = () => this.drawPicture();
    this.onLight = (/** @type {any} */ event) => this.light(event.detail);
    document.addEventListener(PICTURE, this.onPicture);
    document.addEventListener(LIGHT, this.onLight);
    this.sizes = new ResizeObserver(() => this.place());
    this.sizes.observe(this.window);
  }

  close() {
    document.removeEventListener(PICTURE, this.onPicture);
    document.removeEventListener(LIGHT, this.onLight);
    this.sizes.disconnect();
    this.root.remove();
  }

  build() {
    this.classes = html("div", { class: "hg-bar hg-classes" });
    this.bar = html("div", { class: "hg-bar hg-tools" });
    this.picture = svg("image", { class: "hg-picture" });
    this.sheet = svg("g");
    this.hands = svg("g");
    this.canvas = svg("svg", {}, [this.picture, this.sheet, this.hands]);
    this.window = html(
      "div",
      {
        class: "hg-window", role: "group", tabindex: "0", "aria-label": "ECG page", "aria-roledescription": "ECG viewer",
        onwheel: (/** @type {WheelEvent} */ event) => this.wheel(event),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
        onpointerdown: (/** @type {PointerEvent} */ event) => this.press(event),
        onpointermove: (/** @type {PointerEvent} */ event) => this.drag(event),
        onpointerup: (/** @type {PointerEvent} */ event) => this.release(event),
        onpointercancel: (/** @type {PointerEvent} */ event) => this.release(event),
      },
      [this.canvas],
    );
    this.side = html("div", { class: "hg-side" });
    this.body = html("div", { class: "hg-body" }, [this.window, this.side]);
    this.foot = html("div", { class: "hg-foot" });
    this.word = html("p", { class: "hg-word", role: "status" });
    this.clear = html("style");
    this.root = html("div", { class: "hg-viewer" }, [this.classes, this.bar, this.body, this.foot, this.word, this.clear]);
    this.parent.append(this.root);
  }

  /** @param {any} data @param {(name: string, value: any) => void} tell @param {(name: string, value: any) => void} ask */
  show(data, tell, ask) {
    this.tell = tell;
    this.ask = ask;
    const text = JSON.stringify(data);
    if (text === this.text) return;
    this.text = text;
    const fresh = this.data?.id !== data.id || !this.data?.page !== !data.page;
    const arrived = this.data && !this.data.page && data.page;
    this.data = data;
    if (fresh) {
      this.mode = data.page ? "page" : "uploaded";
      this.layers = new Set(data.layers ?? ["traces", "names"]);
      this.lit = this.lead = "";
      this.litLeads = this.litPlaces = [];
      this.caliper = null;
      this.moving = false;
      this.label = data.evidence?.label ?? "";
      this.redraw.layout = data.signals?.layout ?? "";
      this.view = { x: 0, y: 0, zoom: 1 };
    }
    this.marks = { ...data.fiducials };
    const held = document.activeElement?.getAttribute("data-hand");
    this.setScene();
    if (held) this.hands.querySelector(`[data-hand="${held}"]`)?.focus();
    if (arrived) {
      this.window.focus({ preventScroll: true });
      this.say(data.told, true);
    }
  }

  setScene() {
    const { page, uploaded, signals } = this.data;
    if (this.mode === "signals") this.scene = { ...arrange(signals, this.redraw.layout, +this.redraw.speed, +this.redraw.gain), grid: true };
    else if (this.mode === "beats") this.scene = { ...arrangeBeats(this.data.median), grid: true };
    else if (this.mode === "page") this.scene = { ...page, picture: this.data.pagePicture, map: "page" };
    else this.scene = { pxPerS: 1, pxPerMv: 1, pxPerMm: 4, panels: [], ...uploaded, picture: this.data.uploadedPicture, map: "uploaded" };
    this.drawControls();
    this.drawTable();
    this.drawPicture();
    this.draw();
    this.place();
  }

  /** @param {string} mode */
  setMode(mode) {
    this.mode = mode;
    this.caliper = null;
    this.moving = false;
    this.lead = "";
    this.view = { x: 0, y: 0, zoom: 1 };
    if (mode === "uploaded" && this.data.page && !this.data.uploaded?.panels) this.tell("wants", "uploaded");
    this.setScene();
    this.say(mode === "beats" ? "The median beat of each lead, 25 mm/s, 10 mm/mV. Tap a lead to enlarge it." : "");
  }

  get measurable() {
    return this.mode !== "uploaded";
  }

  drawControls() {
    const { page, evidence, uploaded, median } = this.data;
    this.classes.replaceChildren();
    this.bar.replaceChildren();
    this.foot.replaceChildren();
    if (!page) return;
    if (evidence) {
      this.classes.append("Evidence for", choice("Evidence for", Object.fromEntries(evidence.classes), this.label, (label) => this.setClass(label)));
    }
    const modes = { page: "Page", ...(uploaded ? { uploaded: "As uploaded" } : {}), signals: "Signals", ...(median && Object.keys(median).length ? { beats: "Beats" } : {}) };
    this.bar.append(choice("View", modes, this.mode, (mode) => this.setMode(mode)));
    const leads = [...new Set(this.scene.panels.map((panel) => panel.lead))];
    const names = Object.fromEntries([["", "Whole page"], ...leads.map((lead) => [lead, leadName(lead)])]);
    this.bar.append(select("Enlarge a lead", names, this.lead, (lead) => this.enlarge(lead)));
    this.bar.append(
      html("div", { class: "hg-choice", role: "group", "aria-label": "Zoom" }, [
        html("button", { type: "button", "aria-label": "Smaller", onclick: () => this.zoom(1 / STEP) }, ["−"]),
        html("button", { type: "button", "aria-label": "Larger", onclick: () => this.zoom(STEP) }, ["+"]),
      ]),
      html("button", { type: "button", class: "hg-tool", "aria-pressed": `${!!this.caliper}`, disabled: !this.measurable,
        title: this.measurable ? undefined : "Calipers measure on the straightened page and on the signals",
        onclick: () => this.toggleCaliper() }, ["Calipers"]),
    );
    if (this.caliper) {
      this.bar.append(html("button", { type: "button", class: "hg-tool", "aria-pressed": `${this.caliper.march}`, onclick: () => this.march() }, ["March"]));
    }
    if (this.mode === "beats" && this.data.movable) this.bar.append(...this.markControls());
    this.foot.append(...this.switches());
    if (this.mode === "signals") this.foot.append(...this.redrawControls());
  }

  switches() {
    const offered = Object.entries(LAYERS).filter(([layer]) => {
      if (layer === "map" || layer === "adds") return this.data.evidence && this.mode !== "beats";
      if (this.mode === "uploaded") return layer === "traces" || layer === "names";
      if (this.mode === "beats") return layer === "intervals"; // the waves are what it is for
      if (this.mode === "signals") return layer !== "traces" && layer !== "grid" && layer !== "names";
      return true;
    });
    const keys = () => Object.keys(WAVES).map((wave) => html("span", { class: `hg-key hg-key-${wave}` }, [wave.toUpperCase()]));
    const boxes = offered.map(([layer, name]) =>
      html("label", { class: "hg-switch" }, [
        html("input", { type: "checkbox", checked: this.layers.has(layer), onchange: () => this.toggle(layer) }),
        ...(layer === "waves" ? keys() : [name]),
      ]),
    );
    return this.mode === "beats" ? [...keys(), ...boxes] : boxes;
  }

  /** Buttons that move the marks of the median beat, and put them back. */
  markControls() {
    const move = html("button", { type: "button", class: "hg-tool", "aria-pressed": `${this.moving}`, onclick: () => this.moveMarks() }, ["Move marks"]);
    if (!this.data.moved.length) return [move];
    return [move, html("button", { type: "button", class: "hg-tool", onclick: () => this.ask("marks", {}) }, ["Put marks back"])];
  }

  /** Begin or end to move marks, on a lead that is large enough. */
  moveMarks() {
    this.moving = !this.moving;
    if (this.moving && !this.lead) this.enlarge(this.data.median.II ? "II" : this.scene.panels[0].lead);
    this.drawControls();
    this.draw();
    this.say(this.moving ? "Drag a mark, or choose it and press the arrow keys: the numbers follow." : "");
  }

  /** The table lead by lead, beside the median beats. */
  drawTable() {
    const { table } = this.data;
    if (this.mode !== "beats" || !table) return this.side.replaceChildren();
    const head = ["Lead", ...table.columns].map((name) => html("th", { scope: "col" }, [name]));
    const rows = Object.entries(table.rows).map(([lead, cells]) =>
      html("tr", { class: lead === this.lead ? "hg-chosen" : "" }, [
        html("th", { scope: "row" }, [html("button", { type: "button", onclick: () => this.enlarge(this.lead === lead ? "" : lead) }, [lead])]),
        ...cells[this.unit].map((/** @type {string} */ cell) => html("td", {}, [cell])),
      ]),
    );
    const unit = choice("Heights or lengths", { mv: "mV", ms: "ms" }, this.unit, (chosen) => {
      this.unit = chosen;
      this.drawTable();
      this.side.querySelector(`[data-value="${chosen}"]`)?.focus();
    });
    this.side.replaceChildren(unit, html("table", { "aria-label": "Waves of each lead" }, [html("thead", {}, [html("tr", {}, head)]), html("tbody", {}, rows)]));
  }

  redrawControls() {
    const set = (/** @type {"layout"|"speed"|"gain"} */ name) => (/** @type {string} */ value) => {
      this.redraw[name] = value;
      this.caliper = null;
      this.view = { x: 0, y: 0, zoom: 1 };
      this.setScene();
    };
    const layouts = Object.fromEntries(Object.entries(arrangementsOf(this.data.signals)).map(([key, { name }]) => [key, name]));
    return [
      select("Arrangement", layouts, this.redraw.layout, set("layout")),
      select("Paper speed", { 25: "25 mm/s", 50: "50 mm/s" }, this.redraw.speed, set("speed")),
      select("Gain", { 5: "5 mm/mV", 10: "10 mm/mV", 20: "20 mm/mV" }, this.redraw.gain, set("gain")),
    ];
  }

  /** @param {string} layer */
  toggle(layer) {
    if (!this.layers.delete(layer)) this.layers.add(layer);
    this.drawPicture();
    this.draw();
  }

  /** @param {string} label */
  setClass(label) {
    this.label = label;
    // What belongs to another class is hidden at once; the server then sends what belongs to this one.
    this.clear.textContent = `[class*="st-key-evidence-"]:not([class*="st-key-evidence-${label}-"]) { visibility: hidden; }`;
    this.drawControls();
    this.draw();
    this.tell("label", label);
    this.classes.querySelector(`[data-value="${label}"]`)?.focus();
  }

  drawPicture() {
    const kept = this.scene.picture ? pictures.get(this.scene.picture) : undefined;
    if (kept) this.picture.setAttribute("href", kept);
    else this.picture.removeAttribute("href");
    this.picture.setAttribute("width", this.scene.width);
    this.picture.setAttribute("height", this.scene.height);
    const traced = this.layers.has("traces") && this.scene.panels.length > 0;
    const mapped = !!this.data?.evidence && this.layers.has("map");
    this.picture.classList.toggle("hg-muted", traced);
    this.picture.classList.toggle("hg-grey", mapped && !traced);
    this.canvas.classList.toggle("hg-mapped", mapped);
    this.canvas.classList.toggle("hg-signals", this.mode === "signals" || this.mode === "beats");
  }

  draw() {
    const { layers, scene } = this;
    const parts = [];
    if (scene.grid || (layers.has("grid") && this.measurable)) parts.push(this.gridLines());
    const signals = this.mode === "signals" || this.mode === "beats";
    if (signals) parts.push(this.names()); // under the lines, which would else lose their first beats
    const traced = signals || layers.has("traces");
    if (this.data.evidence && layers.has("map") && this.mode !== "beats") parts.push(...this.mapLayer());
    if (traced) parts.push(svg("g", { class: "hg-traces" }, scene.panels.map((panel) => this.trace(panel))));
    if (this.measurable) {
      if (layers.has("waves") || this.mode === "beats") parts.push(this.waves());
      if (layers.has("intervals")) parts.push(...Object.keys(INTERVALS).map((field) => this.intervals(field)));
      if (layers.has("peaks")) parts.push(this.peaks());
      if (this.lit) parts.push(...this.litParts());
    }
    if (!signals && layers.has("names")) parts.push(this.names());
    if (this.data.evidence && layers.has("adds") && this.mode !== "beats") parts.push(this.shares());
    this.sheet.replaceChildren(...parts);
    this.drawHands();
  }

  gridLines() {
    const { width, height, pxPerMm, panels } = this.scene;
    const origin = panels[0] ? { x: panels[0].x0, y: panels[0].y } : { x: 0, y: 0 };
    const lines = (/** @type {number} */ mm, /** @type {string} */ name) => {
      const step = mm * pxPerMm;
      let path = "";
      for (let x = origin.x % step; x <= width; x += step) path += `M${x.toFixed(1)} 0V${height}`;
      for (let y = origin.y % step; y <= height; y += step) path += `M0 ${y.toFixed(1)}H${width}`;
      return svg("path", { d: path, class: name });
    };
    return svg("g", { class: "hg-grid" }, [lines(1, "hg-small"), lines(5, "hg-large")]);
  }

  /** @param {import("./geometry.js").Panel} panel */
  trace(panel) {
    const whole = this.litLeads.includes(panel.lead);
    const lead = this.lead === panel.lead;
    const name = `hg-trace hg-colour-${panel.colour}${whole || lead ? " hg-lit" : ""}`;
    return svg("path", { d: pathOf(panel), class: name, "data-lead": panel.lead });
  }

  names() {
    return svg("g", { class: "hg-names" }, this.scene.panels.map((panel) => {
      const [x, y] = panel.name ?? [panel.x0, panel.y - 9 * this.scene.pxPerMm];
      return this.plate(x, y, panel.label, `hg-plate hg-colour-${panel.colour}`);
    }));
  }

  /** A word on a plate that keeps its size on the screen. @param {number} x @param {number} y @param {string} text @param {string} name
   * @param {boolean} [centred] About x, and above y; else from x on, and below y. */
  plate(x, y, text, name, centred = false) {
    const width = 8 + 7.6 * text.length;
    const [left, top] = centred ? [-width / 2, -24] : [0, 0];
    return svg("g", { class: name, transform: `translate(${x} ${y})` }, [
      svg("g", { class: "hg-fixed" }, [
        svg("rect", { x: left, y: top, width, height: 18, rx: 3 }),
        svg("text", { x: left + width / 2, y: top + 13.5 }, [text]),
      ]),
    ]);
  }

  peaks() {
    const { beats, kinds } = this.data;
    const marks = this.scene.panels.flatMap((panel) =>
      this.beatsOf(panel).flatMap((beat) => {
        const x = columnOf(panel, beat);
        const kind = kinds?.[beats.indexOf(beat)] ?? "normal";
        const peak = svg("path", { d: `M${x} ${heightAt(panel, x)}v0`, class: "hg-peak" });
        return kind === "normal" ? [peak] : [peak, this.plate(x, topBetween(panel, x, x), kind, "hg-plate", true)];
      }),
    );
    return svg("g", { class: "hg-peaks" }, marks);
  }

  /** @param {import("./geometry.js").Panel} panel @returns {number[]} */
  beatsOf(panel) {
    if (this.mode === "beats") return [0];
    return this.data.beats.filter((/** @type {number} */ beat) => shows(panel, beat));
  }

  /** P, QRS and T of every beat as the panel's own lead has them, and of the median beat its marks over all leads. */
  waves() {
    const { pxPerMm, panels } = this.scene;
    const parts = panels.flatMap((panel) => {
      const rows = panel.marks ? [panel.marks] : (this.data.waves[panel.lead] ?? []);
      const own = rows.flatMap((/** @type {(number|null)[]} */ row) => Object.entries(WAVES).flatMap(([wave, ends]) => this.wave(panel, wave, ends.map((end) => row[end]))));
      return panel.marks ? [...own, ...this.markLines(panel)] : own;
    });
    return svg("g", { class: "hg-waves", "data-mm": pxPerMm }, parts);
  }

  /** One wave of one beat: a band below the line, and where it begins and ends. @param {import("./geometry.js").Panel} panel @param {string} wave @param {(number|null)[]} ends */
  wave(panel, wave, [on, off]) {
    if (on === null || off === null || !shows(panel, on) || !shows(panel, off)) return [];
    const { pxPerMm } = this.scene;
    const [x, right, y] = [columnOf(panel, on), columnOf(panel, off), panel.y + 6 * pxPerMm];
    const edges = [x, right].map((at) => `M${at} ${heightAt(panel, at)}V${y}`).join("");
    return [svg("path", { d: edges, class: `hg-edge hg-edge-${wave}` }), svg("rect", { x, width: right - x, y, height: pxPerMm, class: `hg-wave hg-wave-${wave}` })];
  }

  /** The marks over all leads on one median beat. @param {import("./geometry.js").Panel} panel */
  markLines(panel) {
    const { pxPerMm } = this.scene;
    return Object.entries(this.marks).filter(([, at]) => shows(panel, at)).map(([name, at]) => {
      const moved = this.data.moved.includes(name) || this.marks[name] !== this.data.fiducials[name];
      return svg("path", { d: `M${columnOf(panel, at)} ${panel.y - 7 * pxPerMm}v${15 * pxPerMm}`, class: `hg-mark${moved ? " hg-moved" : ""}`, "data-mark": name });
    });
  }

  /** Bands of an interval at every beat of every panel. @param {string} field */
  intervals(field) {
    const marks = this.data.fiducials;
    const [from, to] = INTERVALS[/** @type {keyof INTERVALS} */ (field)];
    if (!(from in marks) || !(to in marks)) return svg("g");
    const { pxPerMm } = this.scene;
    const level = { pr_ms: 9, qrs_ms: 11, qt_ms: 7 }[field] ?? 9;
    const bands = this.scene.panels.flatMap((panel) =>
      this.beatsOf(panel).flatMap((beat) => {
        const [start, end] = [beat + marks[from], beat + marks[to]];
        if (!shows(panel, start) || !shows(panel, end)) return [];
        const x = columnOf(panel, start);
        const width = columnOf(panel, end) - x;
        return [svg("rect", { x, width, y: panel.y + (level - 5) * pxPerMm, height: 1.6 * pxPerMm })];
      }),
    );
    return svg("g", { class: `hg-interval hg-${field}` }, bands);
  }

  /** What a measurement came from: its beats, its marks, its leads. */
  litParts() {
    const field = this.lit.startsWith("qtc_") ? "qt_ms" : this.lit;
    const { pxPerMm } = this.scene;
    if (field in LIT_INTERVALS) {
      const [from, to] = LIT_INTERVALS[/** @type {keyof LIT_INTERVALS} */ (field)];
      const marks = this.data.fiducials;
      if (!(from in marks) || !(to in marks)) return [];
      const bands = this.scene.panels.flatMap((panel) =>
        this.beatsOf(panel).flatMap((beat) => {
          const [start, end] = [beat + marks[from], beat + marks[to]];
          if (!shows(panel, start) || !shows(panel, end)) return [];
          const [x, right] = [columnOf(panel, start), columnOf(panel, end)];
          const top = topBetween(panel, x, right) - pxPerMm;
          return [svg("rect", { x, width: right - x, y: top, height: panel.y - top + 4 * pxPerMm })];
        }),
      );
      return [svg("g", { class: "hg-light", "data-lit": this.lit }, bands)];
    }
    if (LIT_BEATS.includes(field)) return [this.litBeats(), this.peaks()];
    const shown = this.data.beats.filter((/** @type {number} */ _, /** @type {number} */ place) => this.litPlaces.includes(place));
    const bands = this.scene.panels.flatMap((panel) =>
      shown.filter((/** @type {number} */ beat) => this.mode !== "beats" && shows(panel, beat - BEAT_HALF_S) && shows(panel, beat + BEAT_HALF_S)).map((/** @type {number} */ beat) => {
        const [x, right] = [columnOf(panel, beat - BEAT_HALF_S), columnOf(panel, beat + BEAT_HALF_S)];
        const top = topBetween(panel, x, right) - pxPerMm;
        return svg("rect", { x, width: right - x, y: top, height: panel.y - top + 4 * pxPerMm });
      }),
    );
    return [svg("g", { class: "hg-light", "data-lit": this.lit }, bands)];
  }

  /** The distance from beat to beat, written where a strip shows it. */
  litBeats() {
    const strips = this.scene.panels.filter((panel) => panel.rhythm);
    const shown = strips.length ? strips.slice(0, 1) : this.scene.panels;
    const { pxPerMm } = this.scene;
    const parts = shown.flatMap((panel) => {
      const beats = this.beatsOf(panel);
      return beats.slice(1).flatMap((beat, at) => {
        const [x, right] = [columnOf(panel, beats[at]), columnOf(panel, beat)];
        const y = panel.y + 9 * pxPerMm;
        const text = `${Math.round(1000 * (beat - beats[at]))}`;
        return [
          svg("path", { d: `M${x} ${y}H${right}M${x} ${y - pxPerMm}v${2 * pxPerMm}M${right} ${y - pxPerMm}v${2 * pxPerMm}`, class: "hg-span" }),
          this.plate((x + right) / 2, y - 0.5 * pxPerMm, text, "hg-plate", true),
        ];
      });
    });
    return svg("g", { class: "hg-light", "data-lit": this.lit }, parts);
  }

  mapLayer() {
    const { evidence } = this.data;
    if (this.mode === "signals") return [this.bands()];
    const href = evidence.maps[`${this.label}/${this.scene.map}`];
    if (!href) return [];
    const { width, height } = this.scene;
    return [svg("image", { href, width, height, class: "hg-map", preserveAspectRatio: "none", "data-label": this.label })];
  }

  /** The map over the signals: bands of a tenth of a second. */
  bands() {
    const found = this.data.evidence.bands[this.label] ?? [];
    const half = 10 * this.scene.pxPerMm;
    const rects = this.scene.panels.flatMap((panel) =>
      found.flatMap((/** @type {[string, number, number, number]} */ [lead, start, end, strength]) => {
        if (lead !== panel.lead || start < panel.start - 0.05 || end > panel.end + 0.05) return [];
        const x = columnOf(panel, start);
        const name = strength > 0 ? "hg-for" : "hg-against";
        return [svg("rect", { x, width: columnOf(panel, end) - x, y: panel.y - half, height: 2 * half, class: name, opacity: Math.abs(strength) })];
      }),
    );
    return svg("g", { class: "hg-map", "data-label": this.label }, rects);
  }

  /** What each lead has of the evidence, beside its name. */
  shares() {
    const shares = this.data.evidence.shares[this.label] ?? {};
    const parts = this.scene.panels.flatMap((panel) => {
      const value = shares[panel.rhythm ? "rhythm" : panel.lead];
      if (value === undefined) return [];
      const [x, y] = panel.name ?? [panel.x0, panel.y - 9 * this.scene.pxPerMm];
      return [svg("g", { transform: `translate(${x} ${y})` }, [svg("g", { class: "hg-fixed" }, [
        svg("g", { transform: `translate(${14 + 7.6 * panel.label.length} 0)`, class: "hg-share" }, [
          svg("rect", { width: 42, height: 18, rx: 3 }), svg("text", { x: 21, y: 13.5 }, [`${Math.round(100 * value)} %`]),
        ]),
      ])])];
    });
    return svg("g", { class: "hg-names" }, parts);
  }

  /** Put the scene into the window at the zoom of the moment. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.window;
    if (!width || !height) return;
    this.window.style.setProperty("--hg-ratio", `${this.scene.width / this.scene.height}`);
    this.view = held(this.scene, this.view, width, height);
    const unit = unitsPerPixel(this.scene, this.view, width, height);
    this.canvas.setAttribute("viewBox", `${this.view.x} ${this.view.y} ${unit * width} ${unit * height}`);
    this.canvas.style.setProperty("--hg-unit", `${unit}`);
    this.window.style.touchAction = this.view.zoom > 1 ? "none" : "pan-y";
    this.window.dataset.zoom = this.view.zoom.toFixed(2);
  }

  /** Where on the scene an event happened. @param {{clientX: number, clientY: number}} event */
  at(event) {
    const box = this.window.getBoundingClientRect();
    const unit = unitsPerPixel(this.scene, this.view, this.window.clientWidth, this.window.clientHeight);
    return { x: this.view.x + (event.clientX - box.left - this.window.clientLeft) * unit, y: this.view.y + (event.clientY - box.top - this.window.clientTop) * unit };
  }

  /** @param {number} factor @param {{x: number, y: number}} [about] */
  zoom(factor, about) {
    const { clientWidth: width, clientHeight: height } = this.window;
    const unit = unitsPerPixel(this.scene, this.view, width, height);
    const middle = { x: this.view.x + (unit * width) / 2, y: this.view.y + (unit * height) / 2 };
    this.view = zoomed(this.view, factor, about ?? middle);
    this.place();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
      if (!this.word.textContent) this.say("Hold Ctrl or ⌘ and turn the wheel to enlarge.");
      return;
    }
    event.preventDefault();
    this.zoom(Math.exp(-WHEEL * (event.deltaY || event.deltaX)), this.at(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.window || event.ctrlKey || event.metaKey || event.altKey) return;
    const unit = unitsPerPixel(this.scene, this.view, this.window.clientWidth, this.window.clientHeight);
    const moves = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
    const move = moves[/** @type {keyof moves} */ (event.key)];
    if (move && this.view.zoom > 1) {
      this.view = { ...this.view, x: this.view.x + move[0] * unit, y: this.view.y + move[1] * unit };
      this.place();
    } else if (event.key === "+" || event.key === "=") this.zoom(STEP);
    else if (event.key === "-") this.zoom(1 / STEP);
    else if (event.key === "0" || event.key === "Escape") this.enlarge("");
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (/** @type {Element} */ (event.target).closest(".hg-hand")) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved = this.pointers.size > 1 ? TAP : 0;
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    this.pointers.set(event.pointerId, now);
    this.moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (this.moved < TAP) return;
    this.window.setPointerCapture(event.pointerId);
    const unit = unitsPerPixel(this.scene, this.view, this.window.clientWidth, this.window.clientHeight);
    if (others[0]) {
      const apart = (/** @type {{x: number, y: number}} */ at) => Math.hypot(at.x - others[0].x, at.y - others[0].y);
      const about = this.at({ clientX: (now.x + others[0].x) / 2, clientY: (now.y + others[0].y) / 2 });
      this.zoom(apart(now) / Math.max(apart(before), 1), about);
    } else {
      this.view = { ...this.view, x: this.view.x - (now.x - before.x) * unit, y: this.view.y - (now.y - before.y) * unit };
      this.place();
    }
  }

  /** @param {PointerEvent} event */
  release(event) {
    const known = this.pointers.delete(event.pointerId);
    if (!known || event.type === "pointercancel" || this.moved >= TAP || this.pointers.size) return;
    const panel = panelAt(this.scene, this.at(event));
    if (panel) this.enlarge(this.lead === panel.lead && this.view.zoom > 1 ? "" : panel.lead, panel);
  }

  /** Show a lead alone, or all again. @param {string} lead @param {import("./geometry.js").Panel} [panel] */
  enlarge(lead, panel) {
    this.lead = lead;
    const shown = panel ?? this.scene.panels.find((one) => one.lead === lead && !one.rhythm) ?? this.scene.panels.find((one) => one.lead === lead);
    const { clientWidth: width, clientHeight: height } = this.window;
    this.view = lead && shown ? viewOf(this.scene, shown, width, height) : { x: 0, y: 0, zoom: 1 };
    this.moving &&= !!lead;
    this.drawControls();
    this.drawTable();
    this.draw();
    this.place();
    this.say(lead && shown ? this.leadText(shown) : "");
  }

  /** @param {import("./geometry.js").Panel} panel */
  leadText(panel) {
    if (panel.marks) return `${leadName(panel.label)}: median of ${this.data.median[panel.lead].beats} beats. Press 0 for all leads.`;
    const parts = [`${leadName(panel.label)}: ${panel.start.toFixed(1)} to ${panel.end.toFixed(1)} s.`];
    const known = this.data.leads?.[panel.lead];
    if (known) parts.push(known);
    const player = panel.rhythm ? "rhythm" : panel.lead;
    const share = this.data.evidence?.shares[this.label]?.[player];
    if (this.data.adds?.[player]) parts.push(this.data.adds[player]);
    else if (share !== undefined) parts.push(`It holds ${Math.round(100 * share)} % of the evidence for this class.`);
    return `${parts.join(" ")} Tap it again, or press 0, for the whole page.`;
  }

  /** Light what a measurement or a statement came from, or nothing.
   * @param {{field: string, text: string, leads?: string[], beats?: number[], heard?: boolean}} detail */
  light({ field, text, leads, beats = [], heard = false }) {
    if (!this.data?.page) return;
    this.lit = field;
    this.litLeads = leads ?? LIT_LEADS[/** @type {keyof LIT_LEADS} */ (field)] ?? [];
    this.litPlaces = beats;
    const ofBeats = LIT_BEATS.includes(field) || beats.length > 0;
    if (field && (!this.measurable || (this.mode === "beats" && ofBeats))) this.setMode("page");
    this.draw();
    this.say(field ? text : "", heard);
  }

  /** @param {string} text @param {boolean} [heardOnly] Said by a screen reader, and not shown, as it stands elsewhere. */
  say(text, heardOnly = false) {
    this.word.textContent = text;
    this.word.classList.toggle("hg-heard", heardOnly);
  }

  toggleCaliper() {
    if (this.caliper) this.caliper = null;
    else {
      const { clientWidth: width, clientHeight: height } = this.window;
      const unit = unitsPerPixel(this.scene, this.view, width, height);
      const [x, y] = [this.view.x + (unit * width) / 2, this.view.y + (unit * height) / 2];
      const [dx, dy] = [0.2 * this.scene.pxPerS, 0.5 * this.scene.pxPerMv];
      this.caliper = { a: { x: x - dx, y: y + dy }, b: { x: x + dx, y: y - dy }, march: false };
    }
    this.drawControls();
    this.drawHands();
    if (!this.caliper) this.say("");
    this.bar.querySelector(".hg-tool")?.focus();
  }

  march() {
    if (this.caliper) this.caliper.march = !this.caliper.march;
    this.drawControls();
    this.drawHands();
  }

  drawHands() {
    const { caliper, scene } = this;
    if (!caliper) return this.hands.replaceChildren(...this.markHands());
    const { a, b } = caliper;
    const [top, bottom] = [0, scene.height];
    const panel = panelAt(scene, a);
    const repeated = caliper.march && panel ? marching(panel, a.x, b.x) : [];
    this.reading = svg("g", { class: "hg-reading" });
    const lines = svg("path", { class: "hg-caliper", d: `M${a.x} ${top}V${bottom}M${b.x} ${top}V${bottom}M${a.x} ${a.y}H${b.x}M${a.x} ${b.y}H${b.x}` });
    const steps = repeated.map((x) => svg("path", { class: "hg-caliper hg-march", d: `M${x} ${(panel?.y ?? 0) - 12 * scene.pxPerMm}v${24 * scene.pxPerMm}` }));
    this.hands.replaceChildren(...this.markHands(), ...steps, lines, this.hand("a", "first"), this.hand("b", "second"), this.plate((a.x + b.x) / 2, Math.min(a.y, b.y), spanText(scene, a, b), "hg-plate", true));
    this.say(`Calipers: ${spanText(scene, a, b)}`);
  }

  /** A handle for each mark of the median beat, on the lead that is enlarged. */
  markHands() {
    const panel = this.moving ? this.scene.panels.find((one) => one.lead === this.lead) : undefined;
    if (!panel) return [];
    const { pxPerMm, pxPerS } = this.scene;
    const names = Object.keys(this.data.markNames);
    return Object.entries(this.marks).map(([name, at], place) => {
      const where = { x: columnOf(panel, at), y: panel.y + (3.5 + 1.5 * (place % 2)) * pxPerMm };
      const move = (/** @type {{x: number, y: number}} */ to) => {
        this.marks[name] = movedMark(this.marks, names, this.data.markGaps, name, this.marks[name] + (to.x - columnOf(panel, this.marks[name])) / pxPerS);
        this.draw();
        this.hands.querySelector(`[data-hand="${name}"]`)?.focus();
        this.say(this.markText(name));
        clearTimeout(this.later);
        this.later = setTimeout(() => this.sendMarks(), MOVED);
      };
      return handle(this, name, `Mark, ${this.data.markNames[name]}`, this.markText(name), where, () => ({ x: columnOf(panel, this.marks[name]), y: where.y }), move, MARK_STEP_S * pxPerS);
    });
  }

  /** Where a mark is. @param {string} name */
  markText(name) {
    const ms = Math.round(1000 * this.marks[name]);
    return `${this.data.markNames[name]}: ${Math.abs(ms)} ms ${ms < 0 ? "before" : "after"} R`;
  }

  /** Ask for measurements by the marks as they are: those that are elsewhere than found. */
  sendMarks() {
    const { fiducials, moved } = this.data;
    const changed = Object.entries(this.marks).filter(([name, at]) => moved.includes(name) || at !== fiducials[name]);
    this.ask("marks", Object.fromEntries(changed));
  }

  /** A handle, to be dragged or moved by the arrow keys. @param {"a"|"b"} which @param {string} name */
  hand(which, name) {
    const caliper = /** @type {NonNullable<Viewer["caliper"]>} */ (this.caliper);
    const { x, y } = caliper[which];
    const move = (/** @type {{x: number, y: number}} */ to) => {
      caliper[which] = { x: clamp(to.x, 0, this.scene.width), y: clamp(to.y, 0, this.scene.height) };
      const held = document.activeElement?.getAttribute("data-hand");
      this.drawHands();
      if (held) this.hands.querySelector(`[data-hand="${held}"]`)?.focus();
    };
    return handle(this, which, `Caliper, ${name} handle`, spanText(this.scene, caliper.a, caliper.b), { x, y }, () => caliper[which], move);
  }
}
