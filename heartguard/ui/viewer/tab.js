// @ts-check
// The tab of the browser: its token, kept in its session storage alone.

/** @param {{data: any, setStateValue: (name: string, value: any) => void}} component */
export default function ({ data, setStateValue }) {
  const kept = sessionStorage.getItem("heartguard-tab");
  if (!data.asks || !kept) sessionStorage.setItem("heartguard-tab", data.token);
  if (data.asks && kept !== data.token && (kept || data.expected)) setStateValue("token", kept ?? "unknown");
}
