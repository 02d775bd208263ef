"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const describe = {
    param_grad_norm_by_layer: ["Gradient of the parameters", "Euclidean norm, by block", true],
    stream_grad_norm_by_layer: ["Gradient of the stream", "Euclidean norm, by layer", true],
    stream_norm_by_layer: ["Norm of the stream", "mean Euclidean norm of its rows, by layer", true],
    update_ratio: ["Relative update", "‖Δw‖ / ‖w‖, by weight matrix", true],
    token_similarity: ["Similarity of tokens", "mean pairwise cosine of the stream's rows, by layer", false],
  };
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Colour tells the first varied key apart and the dash the second, where that suffices; otherwise every variant has its own colour.
  const keys = Object.keys(data.axes).filter(key => data.axes[key].length > 1);
  const dashes = ["solid", [7, 5], [2, 4], [10, 4, 2, 4]];
  const crossed = keys.length === 2 && data.axes[keys[0]].length <= 8 && data.axes[keys[1]].length <= dashes.length;
  const styles = data.variants.map((variant, index) => crossed
    ? { hue: data.axes[keys[0]].indexOf(variant.vary[keys[0]]), dash: data.axes[keys[1]].indexOf(variant.vary[keys[1]]) }
    : { hue: index % 8, dash: Math.floor(index / 8) % dashes.length });
  const hue = index => color(`--v${styles[index].hue}`);
  const dash = index => dashes[styles[index].dash];

  const digits = value => value === null || value === undefined || !isFinite(value) ? "–"
    : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential(2).replace(/\.?0+e/, "e")
    : String(Number(value.toPrecision(4)));
  const escape = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const finite = values => values.filter(value => value !== null && isFinite(value));

  // ---- shared pieces of the charts

  const base = () => ({
    animation: false,
    textStyle: { fontFamily: color("--sans"), color: color("--quiet") },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: color("--surface"), borderColor: color("--line"), padding: [8, 12],
      textStyle: { color: color("--ink"), fontSize: 12.5 }, axisPointer: { lineStyle: { color: color("--faint"), type: "solid" } },
      extraCssText: "box-shadow: 0 3px 14px rgba(0,0,0,.12); border-radius: 5px; font-variant-numeric: tabular-nums;",
    },
  });
  const axis = (extra) => ({
    nameTextStyle: { color: color("--quiet"), fontSize: 12 }, axisLabel: { color: color("--quiet"), fontSize: 11.5 },
    axisLine: { lineStyle: { color: color("--faint") } }, axisTick: { lineStyle: { color: color("--faint") } },
    splitLine: { lineStyle: { color: color("--grid") } }, minorSplitLine: { show: false }, ...extra,
  });
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
    lineStyle: { color: hue(index), width: 2, type: dash(index) }, itemStyle: { color: hue(index) }, ...extra,
  });
  const swatch = index => {
    const pattern = dash(index) === "solid" ? "" : ` stroke-dasharray="${dash(index).join(" ")}"`;
    return `<svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="${hue(index)}" stroke-width="2.5"${pattern}/></svg>`;
  };
  const tooltipRows = rows => `<table style="font-size:12.5px;width:auto">${rows.map(row =>
    `<tr><td style="padding:2px 10px 2px 0;border:0">${swatch(row.index)}</td><td style="padding:2px 14px 2px 0;border:0">${escape(data.variants[row.index].id)}</td>`
    + `<td style="padding:2px 0;border:0;text-align:right"><b>${digits(row.mean)}</b></td>`
    + `<td style="padding:2px 0 2px 10px;border:0;color:${color("--quiet")}">${row.low === row.high ? "" : `${digits(row.low)} – ${digits(row.high)}`}</td></tr>`).join("")}</table>`;
  const hidden = new Set();
  const shown = index => !hidden.has(index);

  const charts = [];
  const make = (element, group) => {
    const chart = echarts.init(element, null, { renderer: "canvas" });
    new ResizeObserver(() => chart.resize()).observe(element);
    charts.push(chart);
    return chart;
  };

  // ---- loss

  /** Centred moving average. Its window narrows towards the start, which is steep, and is cut off at the end, which is level. */
  const smooth = (values, half) => values.map((value, i) => {
    const reach = Math.min(half, i);
    const near = finite(values.slice(i - reach, i + reach + 1));
    return value === null || near.length === 0 ? null : near.reduce((a, b) => a + b, 0) / near.length;
  });
  const spread = (trials, i) => {
    const values = finite(trials.map(trial => trial[i]));
    return values.length === 0 ? null
      : { mean: values.reduce((a, b) => a + b, 0) / values.length, low: Math.min(...values), high: Math.max(...values) };
  };

  const lossElement = document.getElementById("loss");
  const lossChart = make(lossElement);
  const smoothing = document.getElementById("smoothing");
  const drawLoss = () => {
    const strength = Number(smoothing.value);
    const summaries = data.variants.map(variant => {
      const half = Math.round(variant.steps.length * strength / 2);
      const trials = variant.loss.map(losses => smooth(losses, half));
      return variant.steps.map((step, i) => ({ step, ...(spread(trials, i) ?? { mean: null }) }));
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
          itemStyle: { color: hue(index) }, data: validation[0].map((point, i) => [point[0], spread(validation.map(trial => trial.map(p => p[1])), i)?.mean ?? null]),
        });
      }
    });
    series.push({
      // the points draw nothing: they make the axis reach as far as the marks
      type: "line", name: "references", data: data.references.map(reference => [1, reference.value]), silent: true, showSymbol: false,
      lineStyle: { opacity: 0 }, markLine: {
        symbol: "none", silent: true, animation: false, lineStyle: { color: color("--faint"), type: [3, 4], width: 1.3 },
        label: { position: "insideEndTop", color: color("--quiet"), fontSize: 12, formatter: mark => mark.name },
        data: data.references.map(reference => ({ name: `${reference.name} ${digits(reference.value)}`, yAxis: reference.value })),
      },
    });
    lossChart.setOption({
      ...base(), grid: { left: 50, right: 12, top: 14, bottom: 44 },
      xAxis: axis({ type: "value", name: "step", nameLocation: "middle", nameGap: 28, min: 0, max: "dataMax", splitLine: { show: false } }),
      yAxis: axis({ type: "value", scale: true, axisLine: { show: false }, axisTick: { show: false } }),
      tooltip: {
        ...base().tooltip, formatter: items => {
          const at = items[0].axisValue;
          const rows = summaries.flatMap((points, index) => {
            if (!shown(index) || points.length === 0) return [];
            const nearest = points.reduce((a, b) => Math.abs(b.step - at) < Math.abs(a.step - at) ? b : a);
            return nearest.mean === null ? [] : [{ index, ...nearest }];
          });
          return `<div style="color:${color("--quiet")};margin-bottom:3px">step ${at}</div>${tooltipRows(rows)}`;
        },
      },
      series,
    }, true);
  };
  smoothing.addEventListener("change", drawLoss);

  // ---- by layer

  const slider = document.getElementById("step");
  const allSteps = [...new Set(data.measures.flatMap(measure => measure.variants.flatMap(variant => variant.steps)))].sort((a, b) => a - b);
  const layers = document.getElementById("layers");
  const layerCharts = data.measures.map(measure => {
    const [title, unit] = describe[measure.name] ?? [measure.name, "", false];
    const figure = document.createElement("figure");
    figure.innerHTML = `<figcaption>${escape(title)}<small>${escape(unit)}</small></figcaption><div class="chart" role="img" aria-label="${escape(title)}: ${escape(unit)}, one line per variant"></div>`;
    document.getElementById("measures").append(figure);
    return figure;
  });
  if (data.measures.length > 0) layers.hidden = false;
  const measureCharts = layerCharts.map(figure => make(figure.querySelector(".chart")));

  const rowAt = (variant, step) => {
    if (step > variant.steps.at(-1)) return null; // it ended before, or diverged
    let best = -1;
    variant.steps.forEach((known, i) => { if (known <= step) best = i; });
    return variant.rows[Math.max(0, best)] ?? null;
  };
  const drawLayers = () => {
    if (allSteps.length === 0) return;
    const step = allSteps[Number(slider.value)];
    document.getElementById("step-label").textContent = `step ${step}`;
    data.measures.forEach((measure, m) => {
      const all = finite(measure.variants.flatMap(variant => variant.rows.flatMap(row => row.low.concat(row.high))));
      const positive = all.filter(value => value > 0);
      // a logarithm only where the values span more than it takes to draw one
      const logarithmic = (describe[measure.name] ?? [])[2] === true && Math.max(...positive) / Math.min(...positive) > 30;
      const usable = value => value !== null && isFinite(value) && (!logarithmic || value > 0);
      const names = measure.labels.length > 0 ? measure.labels : Array.from({ length: measure.width }, (_, i) => String(i));
      const rows = measure.variants.map(variant => rowAt(variant, step));
      const series = rows.flatMap((row, index) => {
        if (row === null || !shown(index)) return [];
        const indices = row.mean.map((_, i) => i).filter(i => usable(row.mean[i]) && usable(row.low[i]));
        return [band(index, indices.map(i => [i, row.low[i], row.high[i]])),
          line(index, names.map((_, i) => usable(row.mean[i]) ? row.mean[i] : null), { showSymbol: names.length <= 24, symbol: "circle", symbolSize: 5 })];
      });
      // the axis covers every step, so that lines and not axes move with the slider
      const low = Math.min(...(logarithmic ? positive : all)), high = Math.max(...(logarithmic ? positive : all));
      const nice = 10 ** Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high)) || 1)) / 2;
      const range = logarithmic
        ? { type: "log", min: 10 ** Math.floor(Math.log10(low)), max: 10 ** Math.ceil(Math.log10(high)) }
        : { type: "value", min: Math.min(0, Math.floor(low / nice) * nice), max: Math.ceil(high / nice) * nice || 1 };
      measureCharts[m].setOption({
        ...base(),
        grid: { left: 52, right: 14, top: 16, bottom: names.length > 24 ? 20 : 40 },
        xAxis: axis({ type: "category", data: names, boundaryGap: false, name: names.length > 24 ? "" : measure.labels.length > 0 ? "" : "layer",
          nameLocation: "middle", nameGap: 26, axisLabel: { show: names.length <= 24, color: color("--quiet"), fontSize: 11.5, hideOverlap: true } }),
        yAxis: axis({ ...range, axisLine: { show: false }, axisTick: { show: false },
          axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: value => digits(value) } }),
        tooltip: {
          ...base().tooltip, formatter: items => {
            const i = items[0].dataIndex;
            const entries = rows.flatMap((row, index) => row === null || !shown(index) ? []
              : [{ index, mean: row.mean[i], low: row.low[i], high: row.high[i] }]);
            const name = measure.labels.length > 0 ? names[i] : `layer ${names[i]}`;
            return `<div style="color:${color("--quiet")};margin-bottom:3px">${escape(name)}, step ${step}</div>${tooltipRows(entries)}`;
          },
        },
        series,
      }, true);
    });
  };
  slider.max = String(Math.max(0, allSteps.length - 1));
  slider.addEventListener("input", drawLayers);
  document.getElementById("first-step").addEventListener("click", () => { slider.value = "0"; drawLayers(); });
  document.getElementById("last-step").addEventListener("click", () => { slider.value = slider.max; drawLayers(); });

  // ---- the table's chips and strips

  const drawTable = () => {
    const all = finite(data.variants.flatMap(variant => variant.final).concat(data.references.map(reference => reference.value)));
    const low = Math.min(...all), high = Math.max(...all), width = 160;
    const x = value => 6 + (width - 12) * (high > low ? (value - low) / (high - low) : 0.5);
    document.querySelectorAll(".chip").forEach(chip => { chip.innerHTML = swatch(Number(chip.dataset.variant)); });
    document.querySelectorAll(".strip").forEach(strip => {
      const index = Number(strip.dataset.variant);
      const marks = data.references.map(r => `<line x1="${x(r.value)}" x2="${x(r.value)}" y1="2" y2="18" stroke="${color("--faint")}" stroke-dasharray="2 2"><title>${escape(r.name)} ${digits(r.value)}</title></line>`);
      const dots = data.variants[index].final.map(value => value === null ? "" : `<circle cx="${x(value)}" cy="10" r="4" fill="${hue(index)}" fill-opacity=".75"><title>${digits(value)}</title></circle>`);
      strip.innerHTML = `<svg width="${width}" height="20" role="img" aria-label="${data.variants[index].final.map(digits).join(", ")}"><line x1="0" x2="${width}" y1="10" y2="10" stroke="${color("--line")}"/>${marks.join("")}${dots.join("")}</svg>`;
    });
  };

  // ---- one legend for the whole page, before the loss and again before the layers

  const second = document.querySelector("#layers .legend");
  second.hidden = data.variants.length > 8;
  const drawLegends = () => document.querySelectorAll(".legend").forEach(legend => {
    legend.replaceChildren(...data.variants.map((variant, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(shown(index)));
      button.innerHTML = `${swatch(index)}<span>${escape(variant.id)}</span>`;
      button.addEventListener("click", () => {
        if (!hidden.delete(index)) hidden.add(index);
        draw();
        legend.children[index].focus();
      });
      return button;
    }));
  });

  const draw = () => { drawLegends(); drawTable(); drawLoss(); drawLayers(); };
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => charts.forEach(chart => chart.resize()));

  document.querySelectorAll(".copy").forEach(button => button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    } catch {
      getSelection().selectAllChildren(source);
    }
  }));
})();
