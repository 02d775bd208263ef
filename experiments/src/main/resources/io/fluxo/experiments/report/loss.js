// ---- the training loss, step by step

/** Centred moving average. Its window narrows towards the start, which is steep, and is cut off at the end, which is level. */
const smooth = (values, half) => values.map((value, i) => {
  const reach = Math.min(half, i);
  const near = finite(values.slice(i - reach, i + reach + 1));
  return value === null || near.length === 0 ? null : near.reduce((a, b) => a + b, 0) / near.length;
});

const lossChart = make(byId("loss"));
const smoothing = byId("smoothing");
const logSteps = toggle("log-steps", () => drawLoss());
const logLoss = toggle("log-loss", () => drawLoss());

function drawLoss() {
  const strength = Number(smoothing.value) / 100;
  byId("smoothing-label").textContent = strength === 0 ? "none" : `${smoothing.value} %`;
  const summaries = data.variants.map(variant => {
    const half = Math.round(variant.steps.length * strength / 2);
    const trials = variant.loss.map(losses => smooth(losses, half));
    return variant.steps.map((step, i) => ({ step, ...(spread(trials.map(trial => trial[i])) ?? { mean: null }) }));
  });
  const series = [];
  summaries.forEach((points, index) => {
    if (!shown(index)) return;
    const known = points.filter(point => point.mean !== null);
    if (data.variants[index].loss.length > 1) series.push(band(index, known.map(point => [point.step, point.low, point.high])));
    series.push(line(index, known.map(point => [point.step, point.mean])));
    const validation = data.variants[index].validation.filter(trial => trial.length > 0);
    if (validation.length > 0) {
      series.push({
        type: "scatter", name: data.variants[index].id, z: 4, symbol: "diamond", symbolSize: 8, tooltip: { show: false },
        itemStyle: { color: hue(index) },
        data: validation[0].map((point, i) => [point[0], spread(validation.map(trial => trial[i]?.[1] ?? null))?.mean ?? null]),
      });
    }
  });
  series.push({
    // the points draw nothing: they make the axis reach as far as the marks
    type: "line", name: "references", data: data.references.map(reference => [1, reference.value]), silent: true, showSymbol: false,
    lineStyle: { opacity: 0 }, markLine: {
      symbol: "none", silent: true, animation: false, lineStyle: { color: color("--faint"), type: [3, 4], width: 1.3 },
      label: { position: "insideEndTop", color: color("--quiet"), fontSize: 12, backgroundColor: color("--page"), padding: [1, 4], formatter: mark => mark.name },
      // names of neighbouring lines stand at different places, so that they do not cover each other
      data: data.references.map((reference, i) => ({ name: `${reference.name} ${digits(reference.value)}`, yAxis: reference.value,
        label: { position: ["insideEndTop", "insideStartTop", "insideMiddleTop"][i % 3] } })),
    },
  });
  // the axis goes as far as the trials that are shown, and the references; what exploded is told of under the chart
  const drawn = summaries.map((points, index) => [index, points.flatMap(point => point.mean === null ? [] : [point.mean, point.high])]);
  const trials = data.variants.flatMap((variant, index) => !shown(index) ? []
    : variant.loss.map((losses, i) => ({ values: losses.concat(variant.validation[i].map(point => point[1])), finished: variant.finished[i] })));
  const end = highest(fitting(trials, false).concat(data.references.map(reference => reference.value)));
  const clipped = drawn.some(([index, values]) => shown(index) && values.some(value => value > end));
  tellBeyond(byId("loss-beyond"), drawn, end);
  lossChart.setOption({
    ...base(), grid: { left: 50, right: 12, top: 14, bottom: 44 },
    xAxis: axis({ type: pressed(logSteps) ? "log" : "value", name: "step", nameLocation: "middle", nameGap: 28, min: pressed(logSteps) ? 1 : 0,
      max: "dataMax", splitLine: { show: false } }),
    yAxis: axis({ type: pressed(logLoss) ? "log" : "value", scale: true, axisLine: { show: false }, axisTick: { show: false },
      min: pressed(logLoss) ? "dataMin" : undefined, max: clipped ? roundUp(end) : pressed(logLoss) ? "dataMax" : undefined,
      axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits, showMaxLabel: clipped ? false : null } }),
    tooltip: {
      ...base().tooltip, formatter: items => {
        const at = items[0].axisValue;
        const rows = summaries.flatMap((points, index) => {
          if (!shown(index) || points.length === 0) return [];
          const nearest = points.reduce((a, b) => Math.abs(b.step - at) < Math.abs(a.step - at) ? b : a);
          return nearest.mean === null ? [] : [{ index, ...nearest }];
        });
        return tooltip(`step ${Math.round(at)}`, rows);
      },
    },
    series,
  }, true);
}
smoothing.addEventListener("input", drawLoss);
