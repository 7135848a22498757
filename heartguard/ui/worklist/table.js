// @ts-check
// The table of the work list: a real table, with a button in each heading that sorts and one in each row that opens.
// table.py mounts it; sorting and filtering are the server's, so that next and previous follow what is shown.

/** @param {string} tag @param {Record<string, any>} [attributes] @param {(Node|string)[]} [children] */
function html(tag, attributes = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "onchange") node[name] = value;
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** @param {any} component */
export default function ({ parentElement, data, setTriggerValue }) {
  const { columns, rows, sort, checked } = data;
  const kept = document.activeElement?.closest?.(".hg-worklist") ? document.activeElement.getAttribute("data-at") : null;
  const chosen = new Set(checked);

  const heading = (/** @type {any} */ column) => {
    const state = sort.by !== column.key ? "none" : sort.descending ? "descending" : "ascending";
    const mark = { none: "", ascending: " ▲", descending: " ▼" }[state];
    const press = () => setTriggerValue("sort", column.key);
    const button = html("button", { type: "button", "data-at": `sort-${column.key}`, onclick: press }, [column.label + mark]);
    return html("th", { scope: "col", "aria-sort": state, class: `hg-c-${column.key}` }, [button]);
  };

  const choose = (/** @type {any} */ row, /** @type {any} */ box) => {
    box.checked ? chosen.add(row.word) : chosen.delete(row.word);
    setTriggerValue("checked", [...chosen]);
  };

  const line = (/** @type {any} */ row) => {
    const box = html("input", { type: "checkbox", "aria-label": `Compare ${row.name}`, "data-at": `box-${row.word}` });
    box.checked = chosen.has(row.word);
    box.onchange = () => choose(row, box);
    const open = () => setTriggerValue("open", row.word);
    const name = html("button", { type: "button", class: "hg-open", "data-at": `open-${row.word}`, onclick: open }, [row.name]);
    const cells = columns.slice(1).map((/** @type {any} */ column) => {
      const cell = row.cells[column.key];
      return html("td", { class: `hg-c-${column.key} ${cell.look ?? ""}`, title: cell.title ?? null, "data-label": column.label }, [cell.text]);
    });
    const first = html("th", { scope: "row", class: "hg-c-name" }, [name, ...(row.below ? [html("small", {}, [row.below])] : [])]);
    const attributes = { "data-word": row.word, "data-state": row.state, class: row.current ? "hg-current" : "" };
    return html("tr", attributes, [html("td", { class: "hg-c-box" }, [box]), first, ...cells]);
  };

  const corner = html("th", { scope: "col", class: "hg-c-box" }, [html("span", { class: "hg-hidden" }, ["Compare"])]);
  const head = html("thead", {}, [html("tr", {}, [corner, ...columns.map(heading)])]);
  const table = html("table", { "aria-label": "Work list" }, [head, html("tbody", {}, rows.map(line))]);
  // Beside it stands the style, which Streamlit puts there.
  const home = parentElement.querySelector(".hg-worklist") ?? parentElement.appendChild(html("div", { class: "hg-worklist" }));
  home.replaceChildren(table);
  if (kept) parentElement.querySelector(`[data-at="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
}
