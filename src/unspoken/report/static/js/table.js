/* ---- the table ---- */
function startTable() {
  const table = byId("table");
  if (!table) return;
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((h) => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const numeric = head.dataset.type === "number", sign = down ? -1 : 1;
    const value = (row) => row.cells[column].dataset.v;
    const sorted = [...body.rows].sort((p, q) => {
      const a = value(p), b = value(q);
      if ((a === "") !== (b === "")) return a === "" ? 1 : -1;
      return sign * (numeric ? Number(a) - Number(b) : a.localeCompare(b));
    });
    body.append(...sorted);
  }));
  const unit = byId("f-unit"), kinds = [...document.querySelectorAll("[data-kind][aria-pressed]")], count = byId("f-count");
  const filter = () => {
    const on = new Set(kinds.filter((b) => b.getAttribute("aria-pressed") === "true").map((b) => b.dataset.kind));
    let shown = 0;
    for (const row of body.rows) {
      const keep = on.has(row.dataset.kind) && (!unit.value || row.dataset.units.split(" ").includes(unit.value));
      row.hidden = !keep;
      shown += keep;
    }
    count.textContent = shown === body.rows.length ? `${shown} events` : `${shown} of ${body.rows.length} events`;
  };
  kinds.forEach((b) => b.addEventListener("click", () => { b.setAttribute("aria-pressed", String(b.getAttribute("aria-pressed") !== "true")); filter(); }));
  unit.addEventListener("change", filter);
  document.querySelector("#events .tools").hidden = false;
  filter();
}
