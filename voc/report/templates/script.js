"use strict";
(() => {
  const table = document.querySelector("table.ranked");
  const form = document.getElementById("filter");
  if (!table || !form) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const value = (row, column, kind) => {
    const cell = row.cells[column];
    const raw = cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
    return kind === "number" ? (raw === "" ? null : Number(raw)) : raw;
  };

  const compare = (column, kind, sign) => (a, b) => {
    const x = value(a, column, kind), y = value(b, column, kind);
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (kind === "number" ? x - y : order.compare(x, y)) || value(a, 0, "number") - value(b, 0, "number");
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const kind = head.dataset.sort;
      const first = kind === "number" && column > 0 ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      const now = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", now);
      body.append(...rows.sort(compare(column, kind, now === "ascending" ? 1 : -1)));
    });
  });

  const keys = Array.from(form.querySelectorAll("select"), (select) => select.name);
  const fits = (row, wanted) =>
    row.textContent.toLocaleLowerCase().includes(wanted.text) &&
    keys.every((key) => !wanted[key] || row.dataset[key].split(" ").includes(wanted[key]));

  const filter = () => {
    const data = new FormData(form);
    const wanted = { text: String(data.get("text") || "").trim().toLocaleLowerCase() };
    for (const key of keys) wanted[key] = data.get(key);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row, wanted);
      shown += row.hidden ? 0 : 1;
    }
    const output = form.querySelector("output");
    output.textContent = output.dataset.text.replace("{shown}", shown);
  };

  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
