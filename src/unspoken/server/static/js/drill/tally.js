// @ts-check
/** What came of a drill that no server keeps: counts with intervals, and the answers as a file. */

import { element } from "./asking.js";

/**
 * @typedef {object} Taken
 * @property {string} truth
 * @property {string} catch
 * @property {string} identity
 * @property {string} said
 * @property {number} confidence
 * @property {number | null} when_s
 * @property {number} rt_s
 * @property {number} refresh_hz
 * @property {number} onset_frame
 * @property {number} planned_frames
 * @property {number} total_frames
 * @property {number} shown_frames
 * @property {string[]} flags
 */

const Z = 1.959964;

/**
 * Wilson's interval for a share.
 * @param {number} count
 * @param {number} of
 * @returns {[number, number]} Low and high; 0 and 1 for nothing.
 */
export function wilson(count, of) {
  if (!of) return [0, 1];
  const share = count / of;
  const middle = share + (Z * Z) / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  const whole = 1 + (Z * Z) / of;
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)];
}

/** @param {number} seconds */
const ms = (seconds) => `${Math.round(1000 * seconds)}`;

/**
 * Rows of the table: what it was, how often right, of how many, and for how long it was shown.
 * @param {Taken[]} taken
 * @param {string[]} truths In their order.
 */
export function rowsOf(taken, truths) {
  const counted = taken.filter((one) => !one.flags.length);
  return [...truths.filter((truth) => truth !== "none"), "none"].map((truth) => {
    const these = counted.filter((one) => one.truth === truth);
    const right = these.filter((one) => one.said === truth).length;
    const shown = these.map((one) => one.planned_frames / one.refresh_hz).filter((s) => s > 0);
    return { truth, right, of: these.length, interval: wilson(right, these.length), shortest_s: Math.min(...shown), longest_s: Math.max(...shown) };
  });
}

/**
 * @param {Taken[]} taken
 * @param {string[]} truths
 * @returns {HTMLElement}
 */
export function tallyTable(taken, truths) {
  const table = element("table");
  table.append(element("caption", "Right answers, with 95 % intervals"));
  const head = element("tr");
  for (const word of ["it was", "right", "interval", "shown, ms"]) head.append(Object.assign(element("th", word), { scope: "col" }));
  const body = element("tbody");
  for (const row of rowsOf(taken, truths)) {
    const line = element("tr");
    line.append(Object.assign(element("th", row.truth === "none" ? "nothing to name" : row.truth), { scope: "row" }));
    const [low, high] = row.interval.map((share) => Math.round(100 * share));
    line.append(element("td", `${row.right} of ${row.of}`), element("td", row.of ? `${low}-${high} %` : ""));
    const one = ms(row.shortest_s) === ms(row.longest_s);
    const shown = Number.isFinite(row.shortest_s) ? (one ? ms(row.shortest_s) : `${ms(row.shortest_s)}-${ms(row.longest_s)}`) : "";
    line.append(element("td", shown));
    body.append(line);
  }
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  return table;
}

/**
 * A link that saves the answers as a file.
 * @param {string} name
 * @param {unknown} content
 */
export function saveLink(name, content) {
  const blob = new Blob([JSON.stringify(content, null, 1)], { type: "application/json" });
  return Object.assign(element("a", "Save my answers", "button"), { href: URL.createObjectURL(blob), download: name });
}
