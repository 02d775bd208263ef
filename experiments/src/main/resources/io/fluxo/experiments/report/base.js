// ---- variants: how each is drawn, and which are shown

// Colour tells the first varied key apart and the dash the second, where that suffices; otherwise every variant has its own colour.
const keys = Object.keys(data.axes).filter(key => data.axes[key].length > 1);
const dashes = ["solid", [7, 5], [2, 4], [10, 4, 2, 4]];
const symbols = ["circle", "rect", "triangle", "diamond", "pin", "arrow"];
const crossed = keys.length === 2 && data.axes[keys[0]].length <= 8 && data.axes[keys[1]].length <= dashes.length;
const styles = data.variants.map((variant, index) => crossed
  ? { hue: data.axes[keys[0]].indexOf(variant.vary[keys[0]]), dash: data.axes[keys[1]].indexOf(variant.vary[keys[1]]) }
  : { hue: index % 8, dash: Math.floor(index / 8) % dashes.length });
const hue = index => color(`--v${styles[index].hue}`);
const dash = index => dashes[styles[index].dash];
const symbol = index => symbols[styles[index].hue % symbols.length];

const hidden = new Set();
const shown = index => !hidden.has(index);

// ---- shared pieces of the charts

/** The band between the lowest and the highest seed: one polygon, under the legend name of its line. */
const band = (index, points) => ({
  type: "custom", name: data.variants[index].id, silent: true, clip: true, z: 1, encode: { x: 0, y: [1, 2] },
  data: points, tooltip: { show: false }, itemStyle: { color: hue(index) },
  renderItem: (params, api) => {
    if (params.dataIndexInside !== 0) return undefined;
    const upper = points.map(point => api.coord([point[0], point[2]]));
    const lower = points.map(point => api.coord([point[0], point[1]])).reverse();
    return { type: "polygon", shape: { points: upper.concat(lower) }, style: { fill: hue(index), opacity: data.variants.length - hidden.size > 6 ? 0.06 : 0.14 } };
  },
});
const line = (index, points, extra) => ({
  type: "line", name: data.variants[index].id, data: points, showSymbol: false, z: 3, emphasis: { disabled: true },
  lineStyle: { color: hue(index), width: 2, type: dash(index) }, itemStyle: { color: hue(index) }, symbol: symbol(index), ...extra,
});
const swatch = index => {
  const pattern = dash(index) === "solid" ? "" : ` stroke-dasharray="${dash(index).join(" ")}"`;
  return `<svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="${hue(index)}" stroke-width="2.5"${pattern}/></svg>`;
};
const tooltip = (title, rows) => `<div style="color:${color("--quiet")};margin-bottom:3px">${escape(title)}</div>`
  + `<table style="font-size:12.5px;width:auto">${rows.map(row =>
    `<tr><td style="padding:2px 10px 2px 0;border:0">${swatch(row.index)}</td><td style="padding:2px 14px 2px 0;border:0">${escape(row.name ?? data.variants[row.index].id)}</td>`
    + `<td style="padding:2px 0;border:0;text-align:right"><b>${digits(row.mean)}</b></td>`
    + `<td style="padding:2px 0 2px 10px;border:0;color:${color("--quiet")}">${row.low === row.high ? "" : `${digits(row.low)} – ${digits(row.high)}`}</td></tr>`).join("")}</table>`;

// ---- axes that one exploding line does not take from the others

/** Beyond this, in nats, a loss has exploded, whatever the others do. */
const EXPLODED = 50;
const finished = index => data.variants[index].finished.every(one => one);

/**
 * The values that an axis has to cover, of lines that each have values, and say whether all their trials finished. What diverged does not widen
 * the axis, nor does what lies far beyond the middle one of the rest.
 */
const fitting = (lines, logarithmic) => {
  const known = lines.map(one => ({ values: finite(one.values), finished: one.finished })).filter(one => one.values.length > 0);
  const calm = known.some(one => one.finished) ? known.filter(one => one.finished) : known;
  const tops = calm.map(one => furthest(one.values)).sort((a, b) => a - b);
  const middle = tops[Math.floor((tops.length - 1) / 2)];
  const limit = logarithmic ? 1e6 * middle : Math.max(EXPLODED, 10 * middle);
  return calm.filter(one => furthest(one.values) <= limit).flatMap(one => one.values);
};

/** Says in `element` which lines, [index of a variant, values, name], go beyond the end of an axis; nothing of those that are hidden. */
const tellBeyond = (element, lines, end) => {
  const far = lines.map(([index, values, name]) => ({ index, top: highest(finite(values)), name: name ?? data.variants[index].id }))
    .filter(one => shown(one.index) && one.top > end);
  const some = far.slice(0, 3).map(one => `${one.name}, up to ${digits(one.top)}`).join("; ");
  element.textContent = far.length === 0 ? "" : `Beyond the axis: ${some}${far.length > 3 ? `; and ${far.length - 3} more` : ""}.`;
  element.hidden = far.length === 0;
};

/** The range of a value axis that covers what is fitting of `lines`; logarithmic ones leave out what is not positive. */
const range = (lines, logarithmic) => {
  const usable = fitting(lines, logarithmic).filter(value => !logarithmic || value > 0);
  if (usable.length === 0) return { type: "value" };
  const low = lowest(usable), high = highest(usable);
  if (logarithmic) return { type: "log", min: 10 ** Math.floor(Math.log10(low)), max: 10 ** Math.ceil(Math.log10(high) + 1e-9) };
  const nice = halfPower(Math.max(Math.abs(low), Math.abs(high)));
  return { type: "value", min: low < 0 ? Math.floor(low / (nice / 5)) * (nice / 5) : 0, max: Math.ceil(high / nice) * nice || 1 };
};
