// ---- what was measured by layer: at one step for all layers, or for one measure through the training, layer by layer

const describe = {
  param_grad_norm_by_layer: ["Gradient of the parameters", "Euclidean norm, by block", true],
  stream_grad_norm_by_layer: ["Gradient of the stream", "Euclidean norm, by layer", true],
  stream_norm_by_layer: ["Norm of the stream", "mean Euclidean norm of its rows, by layer", true],
  update_ratio: ["Relative update", "‖Δw‖ / ‖w‖, by weight matrix", true],
  token_similarity: ["Similarity of tokens", "mean pairwise cosine of the stream's rows, by layer", false],
};
const described = measure => describe[measure.name] ?? [measure.name.replaceAll("_", " "), "", false];
const entries = measure => measure.labels.length > 0 ? measure.labels : Array.from({ length: measure.width }, (_, i) => String(i));
const entryName = (measure, i) => measure.labels.length > 0 ? measure.labels[i] : `layer ${i}`;
const linesOf = measure => measure.variants.map((variant, index) => ({ values: variant.rows.flatMap(row => row.low.concat(row.high)), finished: finished(index) }));
/** A logarithm only where the values span more than it takes to draw one. */
const isLogarithmic = measure => {
  const positive = fitting(linesOf(measure), true).filter(value => value > 0);
  return described(measure)[2] && positive.length > 0 && highest(positive) / lowest(positive) > 30;
};

const figures = (container, titles, small) => titles.map(([title, unit]) => {
  const figure = document.createElement("figure");
  figure.innerHTML = `<figcaption>${escape(title)}<small>${escape(unit)}</small></figcaption>`
    + `<div class="chart${small ? " small" : ""}" role="img" aria-label="${escape(title)}: ${escape(unit)}, one line per variant"></div><p class="beyond" hidden></p>`;
  container.append(figure);
  const chart = make(figure.querySelector(".chart"));
  chart.beyond = figure.querySelector(".beyond");
  return chart;
});

const slider = byId("step");
const allSteps = [...new Set(data.measures.flatMap(measure => measure.variants.flatMap(variant => variant.steps)))].sort((a, b) => a - b);
if (data.measures.length > 0) byId("layers").hidden = false;
const measureCharts = figures(byId("measures"), data.measures.map(described), false);

const rowAt = (variant, step) => {
  if (variant.steps.length === 0 || step > variant.steps.at(-1)) return null; // it ended before, or diverged
  let best = 0;
  variant.steps.forEach((known, i) => { if (known <= step) best = i; });
  return variant.rows[best] ?? null;
};

function drawLayers() {
  if (allSteps.length === 0) return;
  const step = allSteps[Number(slider.value)];
  byId("step-label").textContent = `step ${step}`;
  data.measures.forEach((measure, m) => {
    const logarithmic = isLogarithmic(measure);
    const usable = value => value !== null && isFinite(value) && (!logarithmic || value > 0);
    const vertical = range(linesOf(measure), logarithmic);
    tellBeyond(measureCharts[m].beyond, linesOf(measure).map((one, index) => [index, one.values]), vertical.max);
    const names = entries(measure);
    const rows = measure.variants.map(variant => rowAt(variant, step));
    const series = rows.flatMap((row, index) => {
      if (row === null || !shown(index)) return [];
      const indices = row.mean.map((_, i) => i).filter(i => usable(row.mean[i]) && usable(row.low[i]));
      return [band(index, indices.map(i => [i, row.low[i], row.high[i]])),
        line(index, names.map((_, i) => usable(row.mean[i]) ? row.mean[i] : null), { showSymbol: names.length <= 24, symbolSize: 6 })];
    });
    measureCharts[m].setOption({
      ...base(),
      grid: { left: 52, right: 14, top: 16, bottom: names.length > 24 ? 20 : 40 },
      xAxis: axis({ type: "category", data: names, boundaryGap: false, name: names.length > 24 || measure.labels.length > 0 ? "" : "layer",
        nameLocation: "middle", nameGap: 26, axisLabel: { show: names.length <= 24, color: color("--quiet"), fontSize: 11.5, hideOverlap: true } }),
      // the axis covers every step, so that lines and not axes move with the slider
      yAxis: axis({ ...vertical, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
      tooltip: {
        ...base().tooltip, formatter: items => {
          const i = items[0].dataIndex;
          const found = rows.flatMap((row, index) => row === null || !shown(index) ? [] : [{ index, mean: row.mean[i], low: row.low[i], high: row.high[i] }]);
          return tooltip(`${entryName(measure, i)}, step ${step}`, found);
        },
      },
      series,
    }, true);
  });
}
slider.max = String(Math.max(0, allSteps.length - 1));
slider.value = slider.max;
slider.addEventListener("input", drawLayers);
byId("first-step").addEventListener("click", () => { slider.value = "0"; drawLayers(); });
byId("last-step").addEventListener("click", () => { slider.value = slider.max; drawLayers(); });

// small multiples: one chart for each layer, all with one vertical axis

const MOST_MULTIPLES = 24;
const measured = byId("measured");
data.measures.forEach((measure, m) => measured.add(new Option(described(measure)[0], String(m))));
let multiples = [];

function layMultiples() {
  multiples.forEach(chart => { charts.splice(charts.indexOf(chart), 1); chart.dispose(); });
  byId("multiples").replaceChildren();
  if (data.measures.length === 0) return;
  const measure = data.measures[Number(measured.value)];
  const names = entries(measure);
  byId("multiples-note").textContent = names.length > MOST_MULTIPLES ? `The first ${MOST_MULTIPLES} of ${names.length}.` : "";
  multiples = figures(byId("multiples"), names.slice(0, MOST_MULTIPLES).map((_, i) => [entryName(measure, i), ""]), true);
  drawMultiples();
}

function drawMultiples() {
  if (!byId("through").open || data.measures.length === 0) return;
  const measure = data.measures[Number(measured.value)];
  const logarithmic = isLogarithmic(measure);
  const vertical = range(linesOf(measure), logarithmic);
  multiples.forEach((chart, i) => {
    const points = measure.variants.map(variant => variant.steps.map((step, k) => [step, variant.rows[k].mean[i], variant.rows[k].low[i], variant.rows[k].high[i]])
      .filter(point => point[1] !== undefined && point[1] !== null && (!logarithmic || point[2] > 0)));
    chart.setOption({
      ...base(), grid: { left: 44, right: 10, top: 8, bottom: 22 },
      xAxis: axis({ type: "value", max: "dataMax", splitLine: { show: false }, splitNumber: 2, axisLabel: { color: color("--quiet"), fontSize: 10.5, hideOverlap: true } }),
      yAxis: axis({ ...vertical, splitNumber: 3, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: color("--quiet"), fontSize: 10.5, formatter: digits } }),
      tooltip: {
        ...base().tooltip, formatter: items => tooltip(`${entryName(measure, i)}, step ${Math.round(items[0].axisValue)}`, points.flatMap((series, index) => {
          const nearest = shown(index) && series.length > 0 ? series.reduce((a, b) => Math.abs(b[0] - items[0].axisValue) < Math.abs(a[0] - items[0].axisValue) ? b : a) : null;
          return nearest === null ? [] : [{ index, mean: nearest[1], low: nearest[2], high: nearest[3] }];
        })),
      },
      series: points.flatMap((series, index) => shown(index) && series.length > 0
        ? [band(index, series.map(point => [point[0], point[2], point[3]])), line(index, series.map(point => [point[0], point[1]]), { lineStyle: { color: hue(index), width: 1.6, type: dash(index) } })]
        : []),
    }, true);
  });
}
measured.addEventListener("change", layMultiples);
byId("through").addEventListener("toggle", () => { multiples.forEach(chart => chart.resize()); drawMultiples(); });
layMultiples();
