// @ts-check
/** Courses: lists of [seconds, value], straight in between, level before the first and after the last. */

/** @typedef {[number, number][]} Course */

/**
 * Value of a course at a time.
 * @param {Course} course
 * @param {number} time Seconds.
 * @returns {number}
 */
export function valueAt(course, time) {
  const first = course[0];
  const last = course[course.length - 1];
  if (!first || !last) return 0;
  if (time <= first[0]) return first[1];
  if (time >= last[0]) return last[1];
  let low = 0;
  let high = course.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (/** @type {[number, number]} */ (course[middle])[0] <= time) low = middle;
    else high = middle;
  }
  const [t0, v0] = /** @type {[number, number]} */ (course[low]);
  const [t1, v1] = /** @type {[number, number]} */ (course[high]);
  return t1 === t0 ? v1 : v0 + ((v1 - v0) * (time - t0)) / (t1 - t0);
}

/**
 * All courses of a face at a time.
 * @param {Record<string, Course>} courses
 * @param {number} time
 * @returns {Record<string, number>}
 */
export function valuesAt(courses, time) {
  return Object.fromEntries(Object.entries(courses).map(([key, c]) => [key, valueAt(c, time)]));
}
