// @ts-check
// What all parts of the viewer build their elements by, and what they tell each other by.

const SVG = "http://www.w3.org/2000/svg";
/** A measurement or a statement was tapped: the viewer lights where it comes from. */
export const LIGHT = "heartguard-light";

/** @param {string} tag @param {Record<string, any>} [attributes] @param {(Node|string)[]} [children] */
export function html(tag, attributes = {}, children = []) {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return /** @type {any} */ (node);
}

/** @param {string} tag @param {Record<string, any>} [attributes] @param {(Node|string)[]} [children] */
export function svg(tag, attributes = {}, children = []) {
  const node = document.createElementNS(SVG, tag);
  fill(node, attributes, children);
  return /** @type {any} */ (node);
}

/** @param {Element} node @param {Record<string, any>} attributes @param {(Node|string)[]} children */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
}

/** Buttons of which one is pressed. @param {string} name @param {Record<string, string>} options @param {string} chosen @param {(value: string) => void} choose */
export function choice(name, options, chosen, choose) {
  const buttons = Object.entries(options).map(([value, text]) =>
    html("button", { type: "button", "data-value": value, "aria-pressed": `${value === chosen}`, onclick: () => choose(value) }, [text]),
  );
  return html("div", { role: "group", "aria-label": name, class: "hg-choice" }, buttons);
}

/** @param {string} name @param {Record<string, string>} options @param {string} chosen @param {(value: string) => void} choose */
export function select(name, options, chosen, choose) {
  const entries = Object.entries(options).map(([value, text]) => html("option", { value, selected: value === chosen }, [text]));
  return html("select", { "aria-label": name, onchange: (/** @type {any} */ event) => choose(event.target.value) }, entries);
}

/** A handle on the scene. @param {Viewer|Corners} viewer @param {string} which @param {string} name @param {string} value
 * @param {{x: number, y: number}} at @param {() => {x: number, y: number}} place @param {(to: {x: number, y: number}) => void} move
 * @param {number} [unit] What one press of an arrow key moves. */
export function handle(viewer, which, name, value, at, place, move, unit = 1) {
  const step = (/** @type {KeyboardEvent} */ event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const by = moves[/** @type {keyof moves} */ (event.key)];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const far = unit * (event.shiftKey ? 10 : 1);
    move({ x: place().x + far * by[0], y: place().y + far * by[1] });
  };
  const press = (/** @type {PointerEvent} */ event) => {
    event.preventDefault();
    event.stopPropagation();
    const start = viewer.at(event);
    const from = { ...place() };
    const drag = (/** @type {PointerEvent} */ next) => {
      const now = viewer.at(next);
      move({ x: from.x + now.x - start.x, y: from.y + now.y - start.y });
    };
    const drop = () => {
      document.removeEventListener("pointermove", drag);
      document.removeEventListener("pointerup", drop);
      document.removeEventListener("pointercancel", drop);
    };
    document.addEventListener("pointermove", drag);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", drop);
    viewer.canvas.querySelector(`[data-hand="${which}"]`)?.focus();
  };
  return svg("g", { class: "hg-hand", tabindex: "0", role: "slider", "aria-label": name, "aria-valuenow": Math.round(at.x), "aria-valuetext": value, "data-hand": which,
    transform: `translate(${at.x} ${at.y})`, onkeydown: step, onpointerdown: press }, [
    svg("g", { class: "hg-fixed" }, [svg("circle", { r: 16, class: "hg-grip" }), svg("circle", { r: 7 })]),
  ]);
}
