// ---- errors along a model's pass

const hues = Array.from({ length: 8 }, (_, i) => `--v${i}`);
const hookChart = byId("hook-chart") === null ? null : make(byId("hook-chart"));

/** Names of all lines in the order of the pass; a point that only one placement has stands where that one has it. */
const along = lines => lines.reduce((names, one) => {
  let at = 0;
  one.points.forEach(([name]) => {
    const known = names.indexOf(name);
    if (known >= 0) at = known + 1;
    else names.splice(at++, 0, name);
  });
  return names;
}, []);

function drawHooks() {
  if (hookChart === null) return;
  const names = along(data.hooks);
  hookChart.setOption({
    ...base(),
    grid: { left: 62, right: 16, top: 44, bottom: 24 },
    legend: { top: 0, left: 0, textStyle: { color: color("--ink"), fontSize: 12.5 }, type: "scroll" },
    xAxis: axis({ type: "category", data: names, axisLabel: { show: false }, axisTick: { show: false }, name: "hook points in the order of the pass", nameLocation: "middle", nameGap: 8 }),
    yAxis: axis({ type: "log", axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
    tooltip: { ...base().tooltip, valueFormatter: digits },
    series: data.hooks.map((one, i) => ({
      type: "line", name: one.name, color: color(hues[i % hues.length]), symbolSize: 5, connectNulls: true,
      data: names.map(name => { const found = one.points.find(point => point[0] === name); return found === undefined || !(found[1] > 0) ? null : found[1]; }),
    })),
  }, true);
}

// ---- drift: a chart for each axis and kind of distance, a colour for each placement and reference, a line for each seed

const driftGroups = [...Map.groupBy(data.drift, curve => `${curve.of.replaceAll("_", " ")}, by ${curve.axis === "depth" ? "layer" : "step"}`)];
const driftCharts = driftGroups.map(([title]) => {
  const figure = document.createElement("figure");
  figure.innerHTML = `<figcaption>${escape(title)}</figcaption><div class="chart" role="img" aria-label="${escape(title)}"></div>`;
  byId("drift-charts").append(figure);
  return make(figure.querySelector(".chart"));
});

function drawDrift() {
  driftGroups.forEach(([title, curves], i) => {
    const names = [...new Set(curves.map(curve => `${curve.placement}, ${curve.backend} ${curve.dtype} and ${curve.reference}`))];
    driftCharts[i].setOption({
      ...base(),
      grid: { left: 62, right: 16, top: 20 + 20 * names.length, bottom: 40 },
      legend: { top: 0, left: 0, orient: "vertical", data: names, textStyle: { color: color("--ink"), fontSize: 12 } },
      xAxis: axis({ type: "value", min: 1, max: "dataMax", name: title.endsWith("layer") ? "layer" : "step", nameLocation: "middle", nameGap: 24, splitLine: { show: false } }),
      yAxis: axis({ type: "log", axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
      tooltip: { show: false },
      series: curves.map(curve => {
        const name = `${curve.placement}, ${curve.backend} ${curve.dtype} and ${curve.reference}`;
        return { type: "line", name, color: color(hues[names.indexOf(name) % hues.length]), showSymbol: false, lineStyle: { width: 1.3, opacity: 0.8 },
          data: curve.x.map((x, k) => [x, curve.distance[k] > 0 ? curve.distance[k] : null]) };
      }),
    }, true);
  });
}

// ---- the roofline

const roofline = byId("roofline") === null ? null : make(byId("roofline"));

function drawRoofline() {
  if (roofline === null) return;
  const { peak, memory, cache, backends } = data.roofline;
  const all = backends.flatMap(one => one.points);
  const low = 10 ** Math.floor(Math.log10(lowest(all.map(point => point[0])))), high = 10 ** Math.ceil(Math.log10(highest(all.map(point => point[0]))));
  const roof = bandwidth => [[low, Math.min(peak, low * bandwidth)], [peak / bandwidth, peak], [high, peak]];
  roofline.setOption({
    ...base(),
    grid: { left: 62, right: 16, top: 58, bottom: 44 },
    legend: { top: 0, left: 0, textStyle: { color: color("--ink"), fontSize: 12.5 } },
    xAxis: axis({ type: "log", min: low, max: high, name: "floating-point operations a byte", nameLocation: "middle", nameGap: 26, splitLine: { show: false } }),
    yAxis: axis({ type: "log", name: "GFLOP/s", axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
    tooltip: { ...base().tooltip, trigger: "item", formatter: item => item.seriesType === "line" ? "" : `${escape(item.data[2])}<br><b>${digits(item.data[1])}</b> GFLOP/s on ${escape(item.seriesName)}, ${digits(item.data[3] * 1e6)} µs` },
    series: [
      { type: "line", name: "memory and arithmetic", data: roof(memory), showSymbol: false, color: color("--faint"), lineStyle: { width: 2 } },
      { type: "line", name: "the fastest cache", data: roof(cache), showSymbol: false, color: color("--faint"), lineStyle: { width: 1.2, type: "dashed" } },
      ...backends.map((one, i) => ({ type: "scatter", name: one.name, data: one.points, symbolSize: 8, symbol: ["circle", "diamond", "triangle", "rect"][i % 4], itemStyle: { color: color(hues[i % hues.length]), opacity: 0.85 } })),
    ],
  }, true);
}

show(() => { drawHooks(); drawDrift(); drawRoofline(); });
