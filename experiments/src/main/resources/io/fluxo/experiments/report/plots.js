// ---- a measure along an axis that is not training time: its own, or the values of a varied key

if (data.plots.length > 0) byId("plots").hidden = false;
const plotCharts = figures(byId("plotted"), data.plots.map(plot => [plot.title, `by ${plot.axis}${plot.log_x ? ", logarithmic" : ""}`]), false);

function drawPlots() {
  data.plots.forEach((plot, p) => {
    const usable = point => point[1] !== null && (!plot.log_y || point[2] > 0) && (!plot.log_x || plot.categories || point[0] > 0);
    const lines = plot.lines.map(one => ({ ...one, points: one.points.filter((point, i) => usable(point) && shown(one.variants[i] ?? one.variants[0])) }))
      .filter(one => one.points.length > 0);
    const vertical = range(plot.lines.map(one => ({ values: one.points.flatMap(point => [point[2], point[3]]), finished: true })), plot.log_y);
    tellBeyond(plotCharts[p].beyond, lines.map(one => [one.variants[0], one.points.map(point => point[3]), one.name]), vertical.max);
    plotCharts[p].setOption({
      ...base(), grid: { left: 56, right: 16, top: 16, bottom: 44 },
      xAxis: axis({ name: plot.axis, nameLocation: "middle", nameGap: 28, splitLine: { show: false },
        ...(plot.categories ? { type: "category", data: plot.categories } : { type: plot.log_x ? "log" : "value", logBase: plot.log_x ? 2 : undefined, min: "dataMin", max: "dataMax" }) }),
      yAxis: axis({ ...vertical, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
      tooltip: {
        ...base().tooltip, formatter: items => {
          const at = items[0].axisValue;
          const rows = lines.flatMap(one => {
            const point = one.points.find(candidate => plot.categories ? plot.categories[candidate[0]] === at : candidate[0] === Number(at));
            return point === undefined ? [] : [{ index: one.variants[0], name: one.name, mean: point[1], low: point[2], high: point[3] }];
          });
          return tooltip(`${plot.axis} ${plot.categories ? at : digits(Number(at))}`, rows);
        },
      },
      series: lines.flatMap(one => {
        const name = one.name || data.variants[one.variants[0]].id;
        return [{ ...band(one.variants[0], one.points.map(point => [point[0], point[2], point[3]])), name },
          line(one.variants[0], one.points.map(point => [point[0], point[1]]), { name, showSymbol: one.points.length <= 40, symbolSize: 7 })];
      }),
    }, true);
  });
}
