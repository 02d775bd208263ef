// ---- what was tuned: the loss against each number that was tried

const tunedCharts = figures(byId("sensitivity"), data.tuned.map(one => [`${data.tuned_on[0].toUpperCase()}${data.tuned_on.slice(1)} by ${one.key}`,
  one.several_keys ? "the other tuned keys as they were chosen" : one.log_x ? "logarithmic" : ""]), false);

/** Above three times the middle one of all losses, one lies beyond the axis. */
const tunedEnd = lines => {
  const losses = lines.flatMap(one => finite(one.points.map(point => point[1]))).sort((a, b) => a - b);
  const limit = 3 * Math.abs(losses[Math.floor((losses.length - 1) / 2)] ?? 0);
  const within = losses.concat(lines.flatMap(one => one.points.flatMap(point => finite(point[2])))).filter(loss => loss <= limit);
  return { low: lowest(within), high: highest(within) };
};

function drawTuned() {
  data.tuned.forEach((plot, p) => {
    const lines = plot.lines.filter(one => shown(one.variant));
    const xs = [...new Set(plot.lines.flatMap(one => one.points.map(point => point[0])))].sort((a, b) => a - b);
    const { low, high } = tunedEnd(lines.length === 0 ? plot.lines : lines);
    const room = (high - low || 1) * .08;
    const top = high + room;
    const beside = plot.log_x ? (xs.at(-1) / xs[0]) ** .04 : (xs.at(-1) - xs[0]) * .04;
    // what did not finish, and what lies beyond the axis, stands at its upper end; several at one place in rows of four
    const far = point => point[1] === null || point[1] > high;
    const rows = Math.min(6, Math.ceil(highest([1, ...xs.map(x => lines.filter(one => one.points.some(point => point[0] === x && far(point))).length)]) / 4));
    const apart = new Map();
    const atTop = (one, kept, symbol, rotate) => ({
      type: "scatter", name: data.variants[one.variant].id, z: 5, tooltip: { show: false }, silent: true, symbol, symbolSize: 9, symbolRotate: rotate, clip: false,
      itemStyle: { color: hue(one.variant) },
      data: one.points.filter(kept).map(point => {
        const place = apart.get(point[0]) ?? 0;
        apart.set(point[0], place + 1);
        return { value: [point[0], top], symbolOffset: [[0, 9, -9, 18][place % 4], -9 * Math.min(rows - 1, Math.floor(place / 4))] };
      }),
    });
    tellBeyond(tunedCharts[p].beyond, lines.map(one => [one.variant, one.points.map(point => point[1])]), high);
    tunedCharts[p].setOption({
      ...base(), grid: { left: 56, right: 24, top: 7 + 9 * rows, bottom: 44 },
      xAxis: axis({ type: plot.log_x ? "log" : "value", name: plot.key, nameLocation: "middle", nameGap: 28, splitLine: { show: false },
        min: plot.log_x ? xs[0] / beside : xs[0] - beside, max: plot.log_x ? xs.at(-1) * beside : xs.at(-1) + beside,
        axisTick: { customValues: xs, lineStyle: { color: color("--faint") } },
        axisLabel: { customValues: xs, color: color("--quiet"), fontSize: 11.5, formatter: digits, hideOverlap: true } }),
      yAxis: axis({ type: "value", min: low - room, max: top, axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits, showMinLabel: false, showMaxLabel: false } }),
      tooltip: {
        ...base().tooltip, formatter: items => {
          const at = items[0].axisValue;
          const rows = lines.flatMap(one => {
            const point = one.points.find(candidate => Math.abs(candidate[0] - at) <= 1e-9 * Math.abs(at));
            if (point === undefined) return [];
            const known = finite(point[2]);
            const open = point[2].length - known.length;
            const notes = [one.chosen === point[0] ? "chosen" : "", open > 0 ? `${open} of ${point[2].length} not finished` : ""].filter(note => note !== "").join(", ");
            return [{ index: one.variant, name: data.variants[one.variant].id + (notes === "" ? "" : ` (${notes})`), mean: point[1],
              low: known.length > 1 ? lowest(known) : null, high: known.length > 1 ? highest(known) : null }];
          });
          return tooltip(`${plot.key} ${digits(at)}`, rows);
        },
      },
      series: lines.flatMap(one => [
        line(one.variant, one.points.map(point => [point[0], point[1]]), { showSymbol: true, symbolSize: 5 }),
        { type: "scatter", name: data.variants[one.variant].id, z: 2, tooltip: { show: false }, silent: true, symbol: "circle", symbolSize: 4, clip: true,
          itemStyle: { color: hue(one.variant), opacity: .45 },
          data: one.points.flatMap(point => point[2].length < 2 ? [] : finite(point[2]).map(loss => [point[0], loss])) },
        { type: "scatter", name: data.variants[one.variant].id, z: 6, tooltip: { show: false }, silent: true, symbol: "circle", symbolSize: 13,
          itemStyle: { color: "transparent", borderColor: hue(one.variant), borderWidth: 2 },
          data: one.points.filter(point => point[0] === one.chosen && point[1] !== null).map(point => [point[0], point[1]]) },
        atTop(one, point => point[1] === null, "path://M-4,-5L0,-1L4,-5L5,-4L1,0L5,4L4,5L0,1L-4,5L-5,4L-1,0L-5,-4Z", 0),
        atTop(one, point => point[1] !== null && point[1] > high, "triangle", 0),
      ]),
    }, true);
  });
}
