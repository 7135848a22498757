// @ts-check
// The pictures that have arrived, for all parts that show one.

/** A picture has arrived. */
export const PICTURE = "heartguard-picture";
/** @type {Map<string, string>} The address of each picture by its name: each mount of a picture adds its own, once. */
export const pictures = (/** @type {any} */ (globalThis).heartguardPictures ??= new Map());
