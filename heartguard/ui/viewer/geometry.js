// @ts-check
// Arithmetic of the viewer, without the DOM: scenes, panels, calipers, zoom.
// A scene is what is drawn at one time: the page or the signals, in units of its own (page pixels, or 8 to a mm).

/**
 * @typedef {object} Panel One stretch of one lead.
 * @property {string} lead
 * @property {string} label As drawn, such as -aVR.
 * @property {number} x0 First column.
 * @property {number} x1 Last column.
 * @property {number} y Height of 0 mV.
 * @property {number} start Seconds at x0.
 * @property {number} end Seconds at x1.
 * @property {boolean} rhythm
 * @property {number} first Column of line[0].
 * @property {number} step Columns from one point of the line to the next.
 * @property {(number|null)[]} line Heights; null in gaps.
 * @property {number} colour Index of its colour.
 * @property {number[]} [name] Where its name is written.
 * @property {(number[]|null)[]} [points] In place of the line where it is no function of the column.
 * @property {(number|null)[]} [marks] Marks of a median beat, seconds from its R peak, as in `WAVES`.
 *
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {number} pxPerS
 * @property {number} pxPerMv
 * @property {number} pxPerMm
 * @property {Panel[]} panels
 *
 * @typedef {{x: number, y: number, zoom: number}} View Upper left corner, and how much larger than the whole scene.
 * @typedef {{x: number, y: number}} Point
 *
 * @typedef {object} Signals
 * @property {number} rate Samples a second.
 * @property {Record<string, {start: number, values: (number|null)[]}>} leads Seconds of the first sample; 0.01 mV.
 * @property {string|null} rhythm Lead of the full-length strip.
 * @property {string[][]} [columns] Leads as the page has them, where they are not the usual twelve.
 *
 * @typedef {{name: string, columns: string[][], strip: boolean}} Arrangement
 */

/** Greatest zoom: a small square is then 3 cm wide on a common screen. */
export const MOST_ZOOM = 16;
/** Units of the redrawn signals to a millimetre: about what a page has. */
const UNITS_PER_MM = 8;
/** Distance of rows at 10 mm/mV, mm: what recorders print. */
const ROW_MM = 24;
const MARGIN_MM = 8;
/** Median beats stand so far apart, mm. */
const APART_MM = 4;
/** Columns of median beats, as of a page. */
const BEAT_COLUMNS = 4;
/** Least room above and below the baseline of a median beat, mV: the marks and the name need it. */
const [LEAST_ABOVE, LEAST_BELOW] = [0.8, 0.9];
/** The waves of a row of marks: onset, peak and end of P, of QRS and of T, each at its index. */
export const WAVES = { p: [0, 2], qrs: [3, 5], t: [6, 8] };
/** A lead is drawn from its column's own seconds if it covers so much of them; else from where its trace begins. */
const COVERED = 0.6;

/** @type {Record<string, Arrangement>} */
const ARRANGEMENTS = {
  "3x4+1": {
    name: "3×4 and strip",
    columns: [["I", "II", "III"], ["aVR", "aVL", "aVF"], ["V1", "V2", "V3"], ["V4", "V5", "V6"]],
    strip: true,
  },
  "6x2": {
    name: "6×2",
    columns: [["I", "II", "III", "aVR", "aVL", "aVF"], ["V1", "V2", "V3", "V4", "V5", "V6"]],
    strip: false,
  },
  "12x1": {
    name: "12×1",
    columns: [["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]],
    strip: false,
  },
  cabrera: {
    name: "Cabrera 6×2",
    columns: [["aVL", "I", "-aVR", "II", "aVF", "III"], ["V1", "V2", "V3", "V4", "V5", "V6"]],
    strip: false,
  },
};

/** A lead without its sign. @param {string} label */
const plain = (label) => label.replace("-", "");

/** A lead in words; a row without a name is a row. @param {string} label */
export const leadName = (label) => (label.startsWith("row ") ? label.replace("row", "Row") : `Lead ${label}`);

/** The arrangements that show any of the leads, that of the page first where it is none of the usual.
 * @param {Signals} signals @returns {Record<string, Arrangement>} */
export function arrangementsOf({ leads, columns, rhythm }) {
  const usual = Object.entries(ARRANGEMENTS).filter(([, one]) => one.columns.flat().some((label) => plain(label) in leads));
  const page = columns ? { page: { name: "As on the page", columns, strip: rhythm !== null } } : {};
  return { ...page, ...Object.fromEntries(usual) };
}

/** The columns of an arrangement that have leads; what else there is fills further columns.
 * @param {Signals} signals @param {Arrangement} arrangement */
function filled({ leads, rhythm }, { columns, strip }) {
  const rows = Math.max(1, ...columns.map((labels) => labels.length));
  const known = columns.filter((labels) => labels.some((label) => plain(label) in leads));
  const placed = new Set([...columns.flat().map(plain), ...(strip ? [rhythm] : [])]);
  const further = Object.keys(leads).filter((lead) => !placed.has(lead));
  const more = Array.from({ length: Math.ceil(further.length / rows) }, (_, column) => further.slice(rows * column, rows * (column + 1)));
  return [...known, ...more];
}

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

/** The line of a panel as an SVG path, broken at its gaps. @param {Panel} panel */
export function pathOf(panel) {
  const points = panel.points ?? panel.line.map((y, at) => (y === null ? null : [panel.first + at * panel.step, y]));
  let open = false;
  return points.reduce((path, point) => {
    const command = open ? "L" : "M";
    open = point !== null;
    return point ? `${path}${command}${round(point[0])} ${round(point[1])}` : path;
  }, "");
}

/** @param {number} value */
const round = (value) => Math.round(10 * value) / 10;

/** Column of a moment. @param {Panel} panel @param {number} seconds */
export const columnOf = (panel, seconds) =>
  panel.x0 + ((seconds - panel.start) / (panel.end - panel.start)) * (panel.x1 - panel.x0);

/** Whether a panel shows a moment. @param {Panel} panel @param {number} seconds */
export const shows = (panel, seconds) => seconds >= panel.start && seconds <= panel.end;

/** Height of the line at a column, the baseline in a gap. @param {Panel} panel @param {number} x */
export function heightAt(panel, x) {
  const at = clamp(Math.round((x - panel.first) / panel.step), 0, panel.line.length - 1);
  return panel.line[at] ?? panel.y;
}

/** Highest point of a line within some columns. @param {Panel} panel @param {number} from @param {number} to */
export function topBetween(panel, from, to) {
  let top = panel.y;
  for (let x = from; x <= to; x += panel.step) top = Math.min(top, heightAt(panel, x));
  return top;
}

/** The panel nearest to a point: the one whose columns hold it and whose baseline is closest.
 * @param {Scene} scene @param {Point} point @returns {Panel|null} */
export function panelAt(scene, point) {
  const across = scene.panels.filter((panel) => point.x >= panel.x0 && point.x <= panel.x1);
  const away = (/** @type {Panel} */ panel) => Math.abs(panel.y - point.y);
  const nearest = across.reduce((best, panel) => (best && away(best) <= away(panel) ? best : panel), across[0] ?? null);
  return nearest && away(nearest) < 30 * scene.pxPerMm ? nearest : null;
}

/** What two handles span. @param {Scene} scene @param {Point} a @param {Point} b */
export function span(scene, a, b) {
  const ms = (1000 * Math.abs(b.x - a.x)) / scene.pxPerS;
  return { ms, perMin: ms > 0 ? 60000 / ms : Infinity, mv: (a.y - b.y) / scene.pxPerMv };
}

/** What two handles span, in words. @param {Scene} scene @param {Point} a @param {Point} b */
export function spanText(scene, a, b) {
  const { ms, perMin, mv } = span(scene, a, b);
  const rate = perMin < 1000 ? ` · ${Math.round(perMin)}/min` : "";
  return `${Math.round(ms)} ms${rate} · ${mv.toFixed(2).replace("-", "−")} mV`;
}

/** Columns at which a span repeats along a panel. @param {Panel} panel @param {number} from @param {number} to */
export function marching(panel, from, to) {
  const step = Math.abs(to - from);
  if (step < (panel.x1 - panel.x0) / 200) return [];
  const first = from - Math.floor((from - panel.x0) / step) * step;
  const count = Math.floor((panel.x1 - first) / step) + 1;
  return Array.from({ length: count }, (_, number) => first + number * step);
}

/** Units of the scene to a pixel of the screen. @param {Scene} scene @param {View} view @param {number} width @param {number} height */
export const unitsPerPixel = (scene, view, width, height) =>
  Math.max(scene.width / width, scene.height / height) / view.zoom;

/** Keep a view on its scene: what is smaller than the window stands in its middle.
 * @param {Scene} scene @param {View} view @param {number} width @param {number} height @returns {View} */
export function held(scene, view, width, height) {
  const zoom = clamp(view.zoom, 1, MOST_ZOOM);
  const unit = unitsPerPixel(scene, { ...view, zoom }, width, height);
  const [across, down] = [unit * width, unit * height];
  const place = (/** @type {number} */ at, /** @type {number} */ shown, /** @type {number} */ whole) =>
    shown >= whole ? (whole - shown) / 2 : clamp(at, 0, whole - shown);
  return { zoom, x: place(view.x, across, scene.width), y: place(view.y, down, scene.height) };
}

/** Enlarge about a point that stays where it is. @param {View} view @param {number} factor @param {Point} about @returns {View} */
export function zoomed(view, factor, about) {
  const zoom = clamp(view.zoom * factor, 1, MOST_ZOOM);
  const ratio = view.zoom / zoom;
  return { zoom, x: about.x - (about.x - view.x) * ratio, y: about.y - (about.y - view.y) * ratio };
}

/** The view that shows a panel and nothing else across. @param {Scene} scene @param {Panel} panel @param {number} width @param {number} height @returns {View} */
export function viewOf(scene, panel, width, height) {
  const across = (panel.x1 - panel.x0) * 1.04;
  const whole = unitsPerPixel(scene, { x: 0, y: 0, zoom: 1 }, width, height);
  const zoom = clamp((whole * width) / across, 1, MOST_ZOOM);
  const unit = whole / zoom;
  return held(scene, { zoom, x: panel.x0 - 0.02 * across, y: panel.y - 0.6 * unit * height }, width, height);
}

/** Seconds that a lead shows. @param {{start: number, values: (number|null)[]}} trace @param {number} rate */
const ends = (trace, rate) => [trace.start, trace.start + (trace.values.length - 1) / rate];

/** The signals drawn again as one of `ARRANGEMENTS`, squares being squares.
 * @param {Signals} signals @param {string} name @param {number} mmPerS @param {number} mmPerMv @returns {Scene} */
export function arrange(signals, name, mmPerS, mmPerMv) {
  const offered = arrangementsOf(signals);
  const arrangement = offered[name] ?? Object.values(offered)[0];
  const columns = filled(signals, arrangement);
  const [pxPerS, pxPerMv] = [mmPerS * UNITS_PER_MM, mmPerMv * UNITS_PER_MM];
  const pitch = ROW_MM * UNITS_PER_MM * (mmPerMv / 10);
  const margin = MARGIN_MM * UNITS_PER_MM;
  const seconds = columnSeconds(signals, Math.max(1, Math.min(columns.length, arrangement.columns.length)));
  const left = margin * 2;
  /** @type {Panel[]} */
  const panels = [];
  columns.forEach((labels, column) =>
    labels.forEach((label, row) => {
      const window = windowOf(signals, label, column * seconds, seconds);
      const x0 = left + column * seconds * pxPerS;
      if (window) panels.push(redrawn(signals, label, window, x0, margin + (row + 0.6) * pitch, pxPerS, pxPerMv, false));
    }),
  );
  let rows = Math.max(1, ...columns.map((labels) => labels.length));
  if (arrangement.strip && signals.rhythm && signals.leads[signals.rhythm]) {
    const [start, end] = ends(signals.leads[signals.rhythm], signals.rate);
    const window = { start, end: Math.min(end, start + columns.length * seconds) };
    panels.push(redrawn(signals, signals.rhythm, window, left, margin + (rows + 0.6) * pitch, pxPerS, pxPerMv, true));
    rows += 1;
  }
  const width = left + columns.length * seconds * pxPerS + margin;
  return { width, height: 2 * margin + rows * pitch, pxPerS, pxPerMv, pxPerMm: UNITS_PER_MM, panels };
}

/** Seconds of a column: as many as its page gives, or the leads have; a strip does not widen it.
 * @param {Signals} signals @param {number} columns */
function columnSeconds(signals, columns) {
  const most = 10 / columns;
  const lengths = Object.entries(signals.leads)
    .filter(([lead]) => lead !== signals.rhythm)
    .map(([, trace]) => trace.values.length / signals.rate);
  return Math.min(most, Math.ceil(2 * Math.max(1, ...lengths) - 0.1) / 2);
}

/** The seconds of a lead that a column of a redrawing shows. @param {Signals} signals @param {string} label @param {number} from @param {number} seconds */
function windowOf(signals, label, from, seconds) {
  const trace = signals.leads[plain(label)];
  if (!trace) return null;
  const [start, end] = ends(trace, signals.rate);
  const covered = Math.min(end, from + seconds) - Math.max(start, from);
  const begins = covered >= COVERED * seconds ? Math.max(start, from) : start;
  return { start: begins, end: Math.min(end, covered >= COVERED * seconds ? from + seconds : start + seconds) };
}

/** One panel of a redrawing. @param {Signals} signals @param {string} label @param {{start: number, end: number}} window
 * @param {number} x0 @param {number} y @param {number} pxPerS @param {number} pxPerMv @param {boolean} rhythm @returns {Panel} */
function redrawn(signals, label, window, x0, y, pxPerS, pxPerMv, rhythm) {
  const lead = plain(label);
  const { start, values } = signals.leads[lead];
  const [from, to] = [window.start, window.end].map((at) => Math.round((at - start) * signals.rate));
  const sign = label.startsWith("-") ? -1 : 1;
  const line = values.slice(from, to + 1).map((value) => (value === null ? null : y - (sign * value * pxPerMv) / 100));
  const x1 = x0 + (window.end - window.start) * pxPerS;
  const step = pxPerS / signals.rate;
  return { lead, label, x0, x1, y, start: window.start, end: window.end, rhythm, first: x0, step, line, colour: -1 };
}

/** The median beats of all leads as on paper, below one another at their R peaks.
 * @param {Record<string, {start: number, rate: number, values: (number|null)[], marks: (number|null)[]}>} median @returns {Scene} */
export function arrangeBeats(median) {
  const leads = Object.keys(median);
  const rows = Math.max(1, Math.ceil(leads.length / BEAT_COLUMNS));
  const [pxPerS, pxPerMv] = [25 * UNITS_PER_MM, 10 * UNITS_PER_MM];
  const begins = Math.min(0, ...leads.map((lead) => median[lead].start));
  const ends = Math.max(0.1, ...leads.map((lead) => median[lead].start + median[lead].values.length / median[lead].rate));
  const across = (ends - begins) * pxPerS + APART_MM * UNITS_PER_MM;
  let below = APART_MM * UNITS_PER_MM;
  /** @type {Panel[]} */
  const panels = [];
  for (let row = 0; row < rows; row++) {
    const here = leads.filter((_, place) => place % rows === row);
    const heights = here.flatMap((lead) => median[lead].values.map((value) => (value ?? 0) / 100));
    const y = below + Math.max(LEAST_ABOVE, ...heights) * pxPerMv;
    here.forEach((lead, column) => {
      const { start, rate, values, marks } = median[lead];
      const x0 = (APART_MM / 2) * UNITS_PER_MM + column * across + (start - begins) * pxPerS;
      const line = values.map((value) => (value === null ? null : y - (value * pxPerMv) / 100));
      const end = start + (values.length - 1) / rate;
      const x1 = x0 + (end - start) * pxPerS;
      panels.push({ lead, label: lead, x0, x1, y, start, end, rhythm: false, first: x0, step: pxPerS / rate, line, colour: -1, marks });
    });
    below = y + Math.max(LEAST_BELOW, ...heights.map((height) => -height)) * pxPerMv + APART_MM * UNITS_PER_MM;
  }
  return { width: Math.min(leads.length, BEAT_COLUMNS) * across, height: below, pxPerS, pxPerMv, pxPerMm: UNITS_PER_MM, panels };
}

/** Where a mark may be moved to: between its neighbours in the order of `names`, and so far after the one before as
 * `gaps` say. @param {Record<string, number>} marks @param {string[]} names @param {Record<string, number>} gaps
 * @param {string} name @param {number} seconds */
export function movedMark(marks, names, gaps, name, seconds) {
  const known = names.filter((one) => one in marks);
  const place = known.indexOf(name);
  const [before, after] = [known[place - 1], known[place + 1]];
  const least = before ? marks[before] + gaps[name] : -Infinity;
  const most = after ? marks[after] - gaps[after] : Infinity;
  return Math.round(1000 * clamp(seconds, least, most)) / 1000;
}
