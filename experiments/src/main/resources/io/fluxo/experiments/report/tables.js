// ---- the tables' chips, seeds on a common axis, and the comparisons' intervals

const STRIP = 112;
const FOREST = 170;
/** From values to places on a strip: what lies beyond its ends is at them. */
const scale = (values, width) => {
  const low = lowest(values), high = highest(values);
  return value => Math.max(0, Math.min(width, 7 + (width - 14) * (high > low ? (value - low) / (high - low) : 0.5)));
};
/** A dot, or an arrow at the end of the strip that it lies beyond. */
const dot = (x, y, radius, width, tone, opacity, value) => {
  const title = `<title>${digits(value)}</title>`;
  if (x > 0 && x < width) return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${tone}" fill-opacity="${opacity}">${title}</circle>`;
  const back = x === 0 ? 2 * radius : width - 2 * radius;
  return `<path class="far" d="M${x} ${y}L${back} ${y - radius}V${y + radius}Z" fill="${tone}" fill-opacity="${opacity}">${title}</path>`;
};

function drawTables() {
  document.querySelectorAll(".chip").forEach(chip => { chip.innerHTML = swatch(Number(chip.dataset.variant)); });
  const finals = fitting(data.variants.map(variant => ({ values: variant.final, finished: true })), false);
  const x = scale(finals.concat(data.references.map(reference => reference.value)), STRIP);
  document.querySelectorAll(".strip").forEach(strip => {
    const index = Number(strip.dataset.variant);
    const marks = data.references.map(r => `<line x1="${x(r.value)}" x2="${x(r.value)}" y1="2" y2="18" stroke="${color("--faint")}" stroke-dasharray="2 2"><title>${escape(r.name)} ${digits(r.value)}</title></line>`);
    const dots = data.variants[index].final.map(value => value === null ? "" : dot(x(value), 10, 4, STRIP, hue(index), .75, value));
    strip.innerHTML = `<svg width="${STRIP}" height="20" role="img" aria-label="${data.variants[index].final.map(digits).join(", ")}"><line x1="0" x2="${STRIP}" y1="10" y2="10" stroke="${color("--line")}"/>${marks.join("")}${dots.join("")}</svg>`;
  });
  const compared = fitting(data.comparisons.map(comparison => ({ values: comparison.interval.concat(comparison.differences), finished: true })), false);
  const d = scale(compared.concat([0]), FOREST);
  document.querySelectorAll(".forest").forEach(element => {
    const comparison = data.comparisons[Number(element.dataset.comparison)];
    const tone = color(comparison.shown ? "--ink" : "--faint");
    const [low, high] = comparison.interval;
    const bar = low === null ? "" : `<line x1="${d(low)}" x2="${d(high)}" y1="13" y2="13" stroke="${tone}" stroke-width="2.5"/>`;
    const dots = finite(comparison.differences).map(value => dot(d(value), 5, 2.3, FOREST, tone, .55, value));
    const mean = comparison.mean === null ? "" : dot(d(comparison.mean), 13, 4, FOREST, tone, 1, comparison.mean);
    element.innerHTML = `<svg width="${FOREST}" height="20" role="img" aria-label="difference ${digits(comparison.mean)}, interval ${digits(low)} to ${digits(high)}">`
      + `<line x1="${d(0)}" x2="${d(0)}" y1="0" y2="20" stroke="${color("--faint")}" stroke-dasharray="2 2"/>${bar}${dots.join("")}${mean}</svg>`;
  });
}
