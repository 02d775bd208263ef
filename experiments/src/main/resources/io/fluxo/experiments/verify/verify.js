// ---- theory, dashed, against what was measured

const hues = Array.from({ length: 8 }, (_, i) => `--v${i}`);
const drawn = [...document.querySelectorAll("[data-chart]")].map(element => [data.charts[Number(element.dataset.chart)], make(element)]);

/** Each measured line has a hue of its own; what theory says of it, the line before it, has the same. */
const hueOf = lines => {
  let measured = 0;
  return lines.map((line, i) => hues[(line.theory ? (lines.slice(i).some(one => !one.theory) ? measured : Math.max(0, measured - 1)) : measured++) % hues.length]);
};

function draw() {
  drawn.forEach(([chart, target]) => {
    const usable = point => isFinite(point[0]) && isFinite(point[1]) && (!chart.log_y || point[1] > 0) && (!chart.log_x || point[0] > 0);
    const colors = hueOf(chart.lines);
    target.setOption({
      ...base(),
      grid: { left: 62, right: 18, top: 34, bottom: 44 },
      legend: { top: 0, left: 0, type: "scroll", textStyle: { color: color("--ink"), fontSize: 12 } },
      xAxis: axis({ type: chart.log_x ? "log" : "value", min: "dataMin", max: "dataMax", name: chart.x, nameLocation: "middle", nameGap: 26, splitLine: { show: false } }),
      yAxis: axis({ type: chart.log_y ? "log" : "value", scale: true, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
      tooltip: { ...base().tooltip, valueFormatter: value => digits(Number(value)) },
      series: chart.lines.flatMap((line, i) => {
        const points = line.points.filter(usable);
        const hue = color(colors[i]);
        const main = { type: "line", name: line.name, color: hue, data: points.map(point => [point[0], point[1]]), symbolSize: line.theory ? 0 : 5, showSymbol: !line.theory,
          lineStyle: { width: line.theory ? 1.6 : 1.8, type: line.theory ? "dashed" : "solid" } };
        const spread = points.some(point => point.length > 2) ? [{ type: "custom", name: line.name, color: hue, silent: true, tooltip: { show: false },
          data: points, renderItem: (_, api) => {
            const [x, low] = api.coord([api.value(0), api.value(2)]);
            const high = api.coord([api.value(0), api.value(3)])[1];
            return { type: "line", shape: { x1: x, y1: low, x2: x, y2: high }, style: { stroke: hue, lineWidth: 1, opacity: 0.6 } };
          }, encode: { x: 0, y: [1, 2, 3] } }] : [];
        return [main, ...spread];
      }),
    }, true);
  });
}

show(draw);
