const data = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement;
const color = name => getComputedStyle(root).getPropertyValue(name).trim();
const byId = id => document.getElementById(id);

// ---- numbers and text

const digits = value => value === null || value === undefined || !isFinite(value) ? "–"
  : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential(2).replace(/\.?0+e/, "e")
  : String(Number(value.toPrecision(4)));
const escape = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const finite = values => values.filter(value => value !== null && isFinite(value));
const spread = values => {
  const known = finite(values);
  return known.length === 0 ? null
    : { mean: known.reduce((a, b) => a + b, 0) / known.length, low: Math.min(...known), high: Math.max(...known) };
};

// ---- charts, and what they share

const charts = [];
const make = element => {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  new ResizeObserver(() => chart.resize()).observe(element);
  charts.push(chart);
  savable(chart);
  return chart;
};
const base = () => ({
  animation: false,
  textStyle: { fontFamily: color("--sans"), color: color("--quiet") },
  tooltip: {
    trigger: "axis", confine: true, backgroundColor: color("--surface"), borderColor: color("--line"), padding: [8, 12],
    textStyle: { color: color("--ink"), fontSize: 12.5 }, axisPointer: { lineStyle: { color: color("--faint"), type: "solid" } },
    extraCssText: "box-shadow: 0 3px 14px rgba(0,0,0,.12); border-radius: 5px; font-variant-numeric: tabular-nums;",
  },
});
const axis = extra => ({
  nameTextStyle: { color: color("--quiet"), fontSize: 12 }, axisLabel: { color: color("--quiet"), fontSize: 11.5 },
  axisLine: { lineStyle: { color: color("--faint") } }, axisTick: { lineStyle: { color: color("--faint") } },
  splitLine: { lineStyle: { color: color("--grid") } }, minorSplitLine: { show: false }, ...extra,
});

const lowest = values => values.reduce((a, b) => Math.min(a, b), Infinity);
const highest = values => values.reduce((a, b) => Math.max(a, b), -Infinity);
const furthest = values => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

/** Half the power of ten that `value` has. */
const halfPower = value => 10 ** Math.floor(Math.log10(Math.abs(value) || 1)) / 2;
const roundUp = value => Math.ceil(value / halfPower(value)) * halfPower(value);

// ---- buttons

const pressed = button => button.getAttribute("aria-pressed") === "true";
const toggle = (id, changed) => {
  const button = byId(id);
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!pressed(button)));
    changed();
  });
  return button;
};
