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

show(() => { drawHooks(); });
