// ---- everything that was tried: a line for each setting, across an axis for each key

const searchChart = data.search.tried.length === 0 ? undefined : make(byId("tried"));

function drawSearch() {
  if (searchChart === undefined) return;
  const several = data.variants.length > 1;
  const rungs = [...new Set(data.search.tried.map(one => one.steps))];
  const tried = data.search.tried.filter(one => shown(one.variant));
  const losses = finite(tried.map(one => one.loss)).sort((a, b) => a - b);
  // one loss that exploded would leave one colour for all the others
  const middle = losses[Math.floor((losses.length - 1) / 2)] ?? 1;
  const low = losses[0] ?? 0;
  const high = Math.max(low + 1e-9, highest(losses.filter(loss => loss <= low + 4 * (middle - low) || loss <= middle)));
  const top = high + .06 * (high - low);
  const ends = one => one.loss === null || one.loss > high;
  const axes = [
    ...(several ? [{ name: "variant", type: "category", data: data.variants.map(variant => variant.id) }] : []),
    ...data.search.axes.map(one => ({ name: one.name, type: one.categories ? "category" : one.log ? "log" : "value", data: one.categories, scale: true })),
    ...(rungs.length > 1 ? [{ name: "steps", type: "category", data: rungs.map(steps => steps.toLocaleString("en")) }] : []),
    { name: data.search.measure, type: "value", min: low - .06 * (high - low), max: top, last: true },
  ];
  const row = one => [...(several ? [one.variant] : []), ...one.values.map(value => value ?? "-"), ...(rungs.length > 1 ? [rungs.indexOf(one.steps)] : []), ends(one) ? top : one.loss];
  const crowded = axes.length > 7;
  const short = text => text.length > (crowded ? 9 : 14) ? `${text.slice(0, crowded ? 8 : 13)}…` : text;
  const scaled = axes.map((one, dim) => {
    if (one.type !== "log" && (one.type !== "value" || one.last)) return one;
    const values = finite(data.search.tried.map(trial => row(trial)[dim]).filter(value => value !== "-"));
    const low = lowest(values), high = highest(values);
    return one.type === "log" ? { ...one, min: low / (high / low) ** .03, max: high * (high / low) ** .03 } : { ...one, min: low - .03 * (high - low), max: high + .03 * (high - low) };
  });
  const line = (name, kept, style, z) => ({
    type: "parallel", name, z, smooth: false, lineStyle: style, emphasis: { lineStyle: { width: 3, opacity: 1 } }, inactiveOpacity: .04,
    data: tried.filter(kept).map(one => ({ value: row(one), trial: one, ...(style.color ? {} : { lineStyle: { color: shade((one.loss - low) / (high - low)) } }) })),
  });
  searchChart.setOption({
    ...base(),
    parallel: { left: several ? 90 : 50, right: 70, top: 58, bottom: 24, parallelAxisDefault: axis({ nameLocation: "end", nameGap: 14, splitLine: { show: false } }) },
    parallelAxis: scaled.map((one, dim) => axis({
      dim, name: one.name, type: one.type, data: one.data, min: one.min, max: one.max, nameLocation: "end", nameGap: crowded && dim % 2 === 1 ? 30 : 14,
      nameTextStyle: { color: color("--ink"), fontSize: 12, fontWeight: one.last ? 600 : 400 }, axisLine: { lineStyle: { color: color("--faint") } },
      axisLabel: { color: color("--quiet"), fontSize: 11, formatter: one.data ? short : digits, showMinLabel: one.data !== undefined, showMaxLabel: one.data !== undefined, hideOverlap: true,
        textBorderColor: color("--page"), textBorderWidth: 3 },
    })),
    tooltip: {
      ...base().tooltip, trigger: "item", formatter: item => {
        const one = item.data.trial;
        const rows = data.search.axes.map((axis, i) => [axis.name, one.values[i] === null ? "–" : axis.categories ? axis.categories[one.values[i]] : digits(one.values[i])]);
        rows.push([data.search.measure, one.loss === null ? "did not finish" : digits(one.loss)], ["steps", one.steps.toLocaleString("en")]);
        return `<div style="color:${color("--quiet")}">${escape(data.variants[one.variant].id)}${one.chosen ? ", chosen" : ""}</div>`
          + rows.map(([name, value]) => `<div>${escape(name)} <b>${escape(value)}</b></div>`).join("");
      },
    },
    series: [
      line("finished", one => !ends(one) && !one.chosen, { width: 1.4, opacity: .75 }, 2),
      line("beyond", one => ends(one) && !one.chosen, { width: 1.4, opacity: .8, type: [4, 3], color: color("--bad") }, 3),
      line("chosen", one => one.chosen, { width: 3.5, opacity: 1, color: color("--ink") }, 5),
    ],
  }, true);
  byId("tried-scale").innerHTML = `${digits(low)} <span style="display:inline-block;vertical-align:middle;width:9rem;height:.6rem;border-radius:3px;background:linear-gradient(to right, ${[0, .25, .5, .75, 1].map(shade).join(", ")})"></span> ${digits(high)}`;
}

/** From the best, at 0, to the worst, at 1: dark and blue to light and yellow, in the dark the other way round, so that the best stands out. */
const shade = share => {
  const stops = color("--page").startsWith("#f") ? [[16, 60, 140], [30, 130, 150], [110, 175, 105], [215, 200, 110]] : [[255, 225, 110], [120, 190, 120], [55, 130, 150], [60, 70, 130]];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  return `rgb(${[0, 1, 2].map(k => Math.round(stops[i][k] + (at - i) * (stops[i + 1][k] - stops[i][k]))).join(",")})`;
};
