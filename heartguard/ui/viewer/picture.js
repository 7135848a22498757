// @ts-check
// A picture without anything to see: it keeps its data here, so that what shows it can be sent anew without them.
import { PICTURE, pictures } from "./pictures.js";

/** Keep a picture: its name, a line break, its bytes. @param {{data: Uint8Array}} component */
export default function ({ data }) {
  const end = data.indexOf(10);
  const name = new TextDecoder().decode(data.subarray(0, end));
  if (pictures.has(name)) return;
  pictures.set(name, URL.createObjectURL(new Blob([data.slice(end + 1)])));
  document.dispatchEvent(new CustomEvent(PICTURE, { detail: name }));
}
