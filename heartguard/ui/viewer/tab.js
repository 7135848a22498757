// @ts-check
// The tab of the browser: its token, kept in its session storage alone; and word of another theme, for what the server
// draws in it.

/** Until Streamlit has taken up another theme of the browser, ms. */
const THEMED = 300;

/** @param {{data: any, setStateValue: (name: string, value: any) => void}} component */
export default function ({ data, setStateValue }) {
  const kept = sessionStorage.getItem("heartguard-tab");
  if (!data.asks || !kept) sessionStorage.setItem("heartguard-tab", data.token);
  if (data.asks && kept !== data.token && (kept || data.expected)) setStateValue("token", kept ?? "unknown");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const changed = () => setTimeout(() => setStateValue("dark", dark.matches), THEMED);
  dark.addEventListener("change", changed);
  return () => dark.removeEventListener("change", changed);
}
