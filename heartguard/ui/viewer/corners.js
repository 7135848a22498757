// @ts-check
// The four corners of the paper, moved on the picture.
import { clamp } from "./geometry.js";
import { handle, html, svg } from "./elements.js";
import { PICTURE, pictures } from "./pictures.js";

/** @type {WeakMap<Element, Corners>} */
const mounted = new WeakMap();

/** @param {{parentElement: HTMLElement, data: any, setStateValue: (name: string, value: any) => void}} component */
export default function ({ parentElement, data, setStateValue }) {
  const before = mounted.get(parentElement);
  if (before?.data.picture === data.picture && before.data.width === data.width) before.tell = setStateValue;
  else {
    before?.close();
    mounted.set(parentElement, new Corners(parentElement, data, setStateValue));
  }
  return () => {
    mounted.get(parentElement)?.close();
    mounted.delete(parentElement);
  };
}

/** The four corners of the paper on the picture, to be dragged or moved by the arrow keys. */
class Corners {
  /** @param {HTMLElement} parent @param {any} data @param {(name: string, value: any) => void} tell */
  constructor(parent, data, tell) {
    this.data = data;
    this.tell = tell;
    /** @type {{x: number, y: number}[]} */
    this.corners = data.corners.map(([x, y]) => ({ x, y }));
    this.picture = svg("image", { width: data.width, height: data.height });
    this.edge = svg("path", { class: "hg-caliper" });
    this.hands = svg("g");
    this.canvas = svg("svg", { viewBox: `0 0 ${data.width} ${data.height}` }, [this.picture, this.edge, this.hands]);
    this.window = html("div", { class: "hg-corners", role: "group", "aria-label": "Corners of the paper" }, [this.canvas]);
    this.window.style.aspectRatio = `${data.width} / ${data.height}`;
    parent.append(this.window);
    this.onPicture = () => {
      const kept = pictures.get(data.picture);
      if (kept) this.picture.setAttribute("href", kept);
    };
    document.addEventListener(PICTURE, this.onPicture);
    this.onPicture();
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.window);
    this.draw();
  }

  /** @param {{clientX: number, clientY: number}} event */
  at(event) {
    const box = this.window.getBoundingClientRect();
    const unit = this.data.width / box.width;
    return { x: (event.clientX - box.left) * unit, y: (event.clientY - box.top) * unit };
  }

  draw() {
    this.canvas.style.setProperty("--hg-unit", `${this.data.width / Math.max(this.window.clientWidth, 1)}`);
    this.edge.setAttribute("d", `M${this.corners.map(({ x, y }) => `${x} ${y}`).join("L")}Z`);
    const held = document.activeElement?.getAttribute("data-hand");
    this.hands.replaceChildren(...this.corners.map((_, number) => this.hand(number)));
    if (held) this.hands.querySelector(`[data-hand="${held}"]`)?.focus();
  }

  /** @param {number} number */
  hand(number) {
    const { width, height } = this.data;
    const at = this.corners[number];
    const move = (/** @type {{x: number, y: number}} */ to) => {
      this.corners[number] = { x: clamp(to.x, 0, width - 1), y: clamp(to.y, 0, height - 1) };
      this.draw();
      clearTimeout(this.later);
      this.later = setTimeout(() => this.tell("corners", this.corners.map(({ x, y }) => [x, y])), 400);
    };
    const name = ["upper left", "upper right", "lower right", "lower left"][number];
    return handle(/** @type {any} */ (this), `corner-${number}`, `Corner of the paper, ${name}`, `${Math.round(at.x)}, ${Math.round(at.y)}`, at, () => this.corners[number], move);
  }

  close() {
    document.removeEventListener(PICTURE, this.onPicture);
    this.sizes.disconnect();
    this.window.remove();
  }
}
