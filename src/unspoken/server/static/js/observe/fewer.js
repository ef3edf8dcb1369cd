// @ts-check
/** Not more stretches of time than can be kept: a key held down, or a picture that always stumbles. */

/** @typedef {[number, number]} Stretch From and to, seconds. */

/**
 * Bring together the stretches that lie nearest to each other.
 * @param {Stretch[]} stretches In order of time.
 * @param {number} most
 * @returns {Stretch[]} At most so many; the same where there were no more.
 */
export function fewer(stretches, most) {
  const apart = stretches.slice(1).map(([from], k) => from - /** @type {Stretch} */ (stretches[k])[1]);
  const widest = apart.map((_gap, k) => k).sort((a, b) => Number(apart[b]) - Number(apart[a]));
  const kept = new Set(widest.slice(0, most - 1));
  /** @type {Stretch[]} */
  const found = [];
  stretches.forEach(([from, to], k) => {
    const last = found.at(-1);
    if (!last || kept.has(k - 1)) found.push([from, to]);
    else last[1] = Math.max(last[1], to);
  });
  return found;
}
