// @ts-check
// The measurements and the statements: rows, each of which lights in the viewer where it comes from.
import { LIGHT, html, select } from "./elements.js";

/** @type {WeakMap<Element, HTMLElement>} */
const mounted = new WeakMap();

/** @param {{parentElement: HTMLElement, data: any}} component */
export default function ({ parentElement, data }) {
  return data.kind === "statements" ? mountStatements(parentElement, data) : mountMeasurements(parentElement, data);
}

/** The measurements: a row each, which lights where its number comes from. @param {HTMLElement} parent @param {any} data */
function mountMeasurements(parent, data) {
  let lit = "";
  const list = html("div", { class: "hg-measurements" });
  const press = (/** @type {any} */ row) => {
    lit = lit === row.field ? "" : row.field;
    draw();
    document.dispatchEvent(new CustomEvent(LIGHT, { detail: { field: lit, text: row.drawn || row.note, heard: !row.drawn } }));
    list.querySelector(`[data-field="${row.field}"]`)?.focus();
  };
  let formula = data.formulas[0];
  let all = false;
  const draw = () => {
    const rows = data.rows.filter((/** @type {any} */ row) => (!row.formula || row.formula === formula) && (all || !row.more));
    const more = html("button", { type: "button", class: "hg-more", "aria-expanded": `${all}`, onclick: () => {
      all = !all;
      draw();
      list.querySelector(".hg-more")?.focus();
    } }, [all ? "Fewer measurements" : "More measurements"]);
    list.replaceChildren(...rows.map((/** @type {any} */ row) => html("div", { class: "hg-row" }, [button(row), ...(row.formula ? [formulas()] : [])])), more);
  };
  const button = (/** @type {any} */ row) => {
    const parts = [
      html("span", { class: "hg-name" }, [row.label]),
      html("span", { class: "hg-value" }, [row.value]),
      html("span", { class: row.drawn ? "hg-range" : "hg-range hg-reason" }, [...flag(row), ...(row.drawn ? unbroken(row.note) : [row.note])]),
      ...(row.drawn ? [] : [html("span", { class: "hg-range hg-ask", "aria-hidden": "true" }, ["not measurable · why?"])]),
    ];
    return html("button", { type: "button", "aria-pressed": `${row.field === lit}`, title: row.drawn ? row.help : row.note, "data-field": row.field, onclick: () => press(row) }, parts);
  };
  const formulas = () =>
    select("Formula of QTc", Object.fromEntries(data.formulas.map((/** @type {string} */ name) => [name, name])), formula, (name) => {
      formula = name;
      draw();
    });
  draw();
  return mountList(parent, list, (field) => {
    if (field === lit) return;
    lit = "";
    draw();
  });
}

/** What is not normal about a value, before its range. @param {any} row */
function flag(row) {
  return row.flag ? [html("span", { class: "hg-flag" }, [row.flag]), row.note ? " · " : ""] : [];
}

/** The parts of a note, between which alone a line is broken. @param {string} note */
function unbroken(note) {
  return note.split(" · ").flatMap((part, k) => [...(k ? [" · "] : []), html("span", { class: "hg-part" }, [part])]);
}

/** The statements: each lights the leads and the beats that show it. @param {HTMLElement} parent @param {any} data */
function mountStatements(parent, data) {
  let lit = "";
  let all = false;
  const list = html("div", { class: "hg-measurements hg-statements", role: "group", "aria-label": "Statements" });
  const press = (/** @type {any} */ row) => {
    lit = lit === row.code ? "" : row.code;
    draw();
    const detail = lit ? { field: row.code, text: row.text, leads: row.leads, beats: row.beats } : { field: "", text: "" };
    document.dispatchEvent(new CustomEvent(LIGHT, { detail }));
    list.querySelector(`[data-code="${row.code}"]`)?.focus();
  };
  const button = (/** @type {any} */ row) =>
    html("button", { type: "button", "aria-pressed": `${row.code === lit}`, "data-code": row.code, title: row.text, onclick: () => press(row) }, [row.text]);
  const draw = () => {
    const rows = all ? data.rows : data.rows.slice(0, data.shown);
    const rest = data.rows.length - data.shown;
    const more = html("button", { type: "button", class: "hg-more", "aria-expanded": `${all}`, onclick: () => {
      all = !all;
      draw();
      list.querySelector(".hg-more")?.focus();
    } }, [all ? "Fewer statements" : `${rest} more`]);
    list.replaceChildren(...rows.map((/** @type {any} */ row) => html("div", { class: "hg-row" }, [button(row)])), ...(rest > 0 ? [more] : []));
  };
  draw();
  return mountList(parent, list, (field) => {
    if (field === lit) return;
    lit = "";
    draw();
  });
}

/** Show a list in place of the one before; what else is lit is told to it. @param {HTMLElement} parent @param {HTMLElement} list @param {(field: string) => void} other */
function mountList(parent, list, other) {
  const heard = (/** @type {any} */ event) => other(event.detail.field);
  document.addEventListener(LIGHT, heard);
  mounted.get(parent)?.remove();
  mounted.set(parent, list);
  parent.append(list);
  return () => {
    document.removeEventListener(LIGHT, heard);
    list.remove();
  };
}
