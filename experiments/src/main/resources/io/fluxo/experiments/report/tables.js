// ---- the tables' chips, seeds on a common axis, and the comparisons' intervals

const STRIP = 112;
const FOREST = 170;
const scale = (values, width) => {
  const known = finite(values);
  const low = Math.min(...known), high = Math.max(...known);
  return value => 7 + (width - 14) * (high > low ? (value - low) / (high - low) : 0.5);
};

function drawTables() {
  document.querySelectorAll(".chip").forEach(chip => { chip.innerHTML = swatch(Number(chip.dataset.variant)); });
  const x = scale(data.variants.flatMap(variant => variant.final).concat(data.references.map(reference => reference.value)), STRIP);
  document.querySelectorAll(".strip").forEach(strip => {
    const index = Number(strip.dataset.variant);
    const marks = data.references.map(r => `<line x1="${x(r.value)}" x2="${x(r.value)}" y1="2" y2="18" stroke="${color("--faint")}" stroke-dasharray="2 2"><title>${escape(r.name)} ${digits(r.value)}</title></line>`);
    const dots = data.variants[index].final.map(value => value === null ? "" : `<circle cx="${x(value)}" cy="10" r="4" fill="${hue(index)}" fill-opacity=".75"><title>${digits(value)}</title></circle>`);
    strip.innerHTML = `<svg width="${STRIP}" height="20" role="img" aria-label="${data.variants[index].final.map(digits).join(", ")}"><line x1="0" x2="${STRIP}" y1="10" y2="10" stroke="${color("--line")}"/>${marks.join("")}${dots.join("")}</svg>`;
  });
  const d = scale(data.comparisons.flatMap(comparison => comparison.interval.concat(comparison.differences)).concat([0]), FOREST);
  document.querySelectorAll(".forest").forEach(element => {
    const comparison = data.comparisons[Number(element.dataset.comparison)];
    const tone = color(comparison.shown ? "--ink" : "--faint");
    const [low, high] = comparison.interval;
    const bar = low === null ? "" : `<line x1="${d(low)}" x2="${d(high)}" y1="13" y2="13" stroke="${tone}" stroke-width="2.5"/>`;
    const dots = finite(comparison.differences).map(value => `<circle cx="${d(value)}" cy="5" r="2.3" fill="${tone}" fill-opacity=".55"/>`);
    const mean = comparison.mean === null ? "" : `<circle cx="${d(comparison.mean)}" cy="13" r="4" fill="${tone}"/>`;
    element.innerHTML = `<svg width="${FOREST}" height="20" role="img" aria-label="difference ${digits(comparison.mean)}, interval ${digits(low)} to ${digits(high)}">`
      + `<line x1="${d(0)}" x2="${d(0)}" y1="0" y2="20" stroke="${color("--faint")}" stroke-dasharray="2 2"/>${bar}${dots.join("")}${mean}</svg>`;
  });
}
