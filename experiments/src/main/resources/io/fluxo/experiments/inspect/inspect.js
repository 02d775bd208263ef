// ---- tables whose cells are shaded

const hues = Array.from({ length: 8 }, (_, i) => `--v${i}`);
const shade = share => `color-mix(in srgb, var(--accent) ${Math.round(85 * Math.max(0, Math.min(1, share)))}%, var(--surface))`;
const against = share => `color-mix(in srgb, var(--bad) ${Math.round(85 * Math.max(0, Math.min(1, -share)))}%, var(--surface))`;
const ink = share => Math.abs(share) > 0.6 ? "var(--page)" : "var(--ink)";
/** Rows of {name, cells: [{text, share, title}]} under the names of columns. */
const table = (element, columns, rows) => {
  element.innerHTML = `<thead><tr><th></th>${columns.map(name => `<th scope="col">${escape(name)}</th>`).join("")}</tr></thead><tbody>${rows.map(row =>
    `<tr><th scope="row">${escape(row.name)}</th>${row.cells.map(cell =>
      `<td style="background:${cell.share < 0 ? against(cell.share) : shade(cell.share)};color:${ink(cell.share)}" title="${escape(cell.title)}">${escape(cell.text)}</td>`).join("")}</tr>`).join("")}</tbody>`;
};
const short = point => point.replace("blocks.", "").replace("hook_", "");

// ---- each model

function drawLens(section, model) {
  const element = section.querySelector(".lens");
  if (element === null) return;
  table(element, model.tokens, model.lens.map(layer => ({
    name: short(layer.point),
    cells: layer.positions.map(reading => ({
      text: reading.labels[0], share: Math.exp(-(reading.kl_final_here ?? Infinity)),
      title: `${reading.labels.map((name, i) => `${name} ${digits(reading.probabilities[i])}`).join("\n")}\nKL to the final: ${digits(reading.kl_final_here)}, rank of the final: ${reading.rank_of_final}`,
    })),
  })));
}

function drawAttention(section, model, chosen) {
  const head = model.patterns[chosen];
  const element = section.querySelector(".pattern");
  const text = section.querySelector(".chosen");
  if (head === undefined) { text.textContent = "This model has no attention patterns."; return; }
  section.querySelector(".heads").replaceChildren(...model.patterns.map((one, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${one.layer}.${one.head}`;
    button.setAttribute("aria-pressed", String(i === chosen));
    button.addEventListener("click", () => { drawAttention(section, model, i); section.querySelectorAll(".heads button")[i].focus(); });
    return button;
  }));
  text.textContent = `Layer ${head.layer}, head ${head.head}`;
  table(element, model.tokens, head.pattern.map((row, i) => ({
    name: model.tokens[i], cells: row.map((share, j) => ({ text: "", share, title: `${model.tokens[i]} attends to ${model.tokens[j]}: ${digits(share)}` })),
  })));
  const weighted = section.querySelector(".weighted");
  if (weighted === null) return;
  const norms = head.value_weighted ?? [];
  const most = furthest(norms.flat()) || 1;
  table(weighted, norms.length === 0 ? [] : model.tokens, norms.map((row, i) => ({
    name: model.tokens[i], cells: row.map((norm, j) => ({ text: "", share: norm / most, title: `${model.tokens[i]} fetches from ${model.tokens[j]}: length ${digits(norm)}` })),
  })));
}

function drawScores(section, model) {
  const element = section.querySelector(".scores");
  if (element === null) return;
  const kinds = ["previous_token", "duplicate_token", "induction"];
  table(element, kinds.map(kind => kind.replace("_", " ")), model.heads.map(head => ({
    name: `${head.layer}.${head.head}`, cells: kinds.map(kind => ({ text: head[kind].toFixed(2), share: head[kind], title: kind.replace("_", " ") })),
  })));
}

/** A head's numbers with the largest share of each column. */
function drawCircuits(section, model) {
  const element = section.querySelector(".circuits");
  if (element === null) return;
  const kinds = [["QK", "qk"], ["OV", "ov"]].filter(([, key]) => model.circuits[0][`${key}_singular_values`] !== undefined);
  const named = kinds.flatMap(([name]) => [1, 2, 3].map(i => `${name} σ${i}`).concat(`${name} directions`));
  const numbers = model.circuits.map(head => kinds.flatMap(([, key]) => [0, 1, 2].map(i => head[`${key}_singular_values`][i] ?? null).concat(head[`${key}_directions`])));
  const most = named.map((_, column) => furthest(numbers.map(row => row[column] ?? 0)) || 1);
  table(element, named, model.circuits.map((head, i) => ({
    name: `${head.layer}.${head.head}`, cells: numbers[i].map((value, column) => ({ text: digits(value), share: (value ?? 0) / most[column], title: `${named[column]}: ${digits(value)}` })),
  })));
}

function drawSources(section, model) {
  const element = section.querySelector(".sources");
  if (element === null) return;
  const moved = head => head.values.reduce((a, b) => a + Math.abs(b), 0);
  const heads = [...model.attribution.by_source.heads].sort((a, b) => moved(b) - moved(a)).slice(0, 16);
  const most = furthest(heads.flatMap(head => head.values)) || 1;
  table(element, model.tokens, heads.map(head => ({
    name: `${head.layer}.${head.head}`, cells: head.values.map((value, j) => ({ text: value.toFixed(2), share: value / most, title: `head ${head.layer}.${head.head} from ${model.tokens[j]}: ${digits(value)}` })),
  })));
}

function drawNeurons(section, model) {
  const element = section.querySelector(".neurons");
  if (element === null) return;
  const neurons = model.attribution.by_neuron.neurons;
  const most = furthest(neurons.map(neuron => neuron.value)) || 1;
  table(element, ["share"], neurons.map(({ layer, neuron, value }) => ({ name: `layer ${layer}, neuron ${neuron}`, cells: [{ text: value.toFixed(3), share: value / most, title: `blocks.${layer}.mlp, neuron ${neuron}` }] })));
}

function drawAttribution(section, model) {
  const element = section.querySelector(".shares");
  if (element === null) return;
  const { label, by_sub_layer: whole, by_head: heads } = model.attribution;
  const level = heads ?? whole;
  section.querySelector(".attributed").textContent = `The logit of ‘${label}’ at the last position is ${digits(level.logit)}: the sum of what each part added to the stream, read by the unembedding with norms frozen. The sum misses it by ${digits(level.residual)} of the largest logit.`;
  const shares = [...level.shares].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 24);
  const most = furthest(shares.map(share => share.value));
  table(element, ["share"], shares.map(share => ({ name: share.origin, cells: [{ text: share.value.toFixed(3), share: share.value / most, title: share.origin }] })));
}

function drawPatching(section, model) {
  const element = section.querySelector(".patching");
  if (element === null) return;
  const rows = (sites, name) => [...Map.groupBy(sites, site => site.point)].map(([point, found]) => ({
    name: short(point), cells: found.map(site => ({ text: site.recovered === null ? "–" : site.recovered.toFixed(2), share: site.recovered ?? 0,
      title: `${name(site.at)}: brings back ${digits(site.recovered)}, estimated ${digits(site.estimated)}` })),
  }));
  table(element, model.tokens, rows(model.patching.stream, at => model.tokens[at]));
  const heads = model.patching.heads;
  const most = heads.reduce((a, site) => Math.max(a, site.at + 1), 0);
  table(section.querySelector(".patched-heads"), Array.from({ length: most }, (_, i) => `head ${i}`), rows(heads, at => `head ${at}`));
}

const sections = [...document.querySelectorAll(".model")];
const ablations = sections.map(section => { const element = section.querySelector(".ablation"); return element === null ? null : make(element); });

function drawAblation(i) {
  if (ablations[i] === null) return;
  const model = data.models[i];
  ablations[i].setOption({
    ...base(), grid: { left: 56, right: 16, top: 16, bottom: 40 },
    xAxis: axis({ type: "category", data: model.tokens, axisLabel: { color: color("--quiet"), fontSize: 11.5, interval: 0, hideOverlap: true } }),
    yAxis: axis({ type: "value", name: "KL, nats", axisLine: { show: false }, axisTick: { show: false } }),
    series: [{ type: "bar", data: model.ablation.kl_before_after, color: color("--accent") }],
  }, true);
}

// ---- the stream, all models in one chart

const mean = values => values.reduce((a, b) => a + b, 0) / values.length;
const kinds = [["norm", "Norm of the stream", layer => mean(layer.norm)], ["cosine", "Cosine to the end of the stream", layer => mean(layer.cosine_to_last)]];
if (data.models.some(model => model.lens !== undefined)) kinds.push(["lens", "KL(final ‖ lens), nats", (layer, model, i) => model.lens === undefined ? null : mean(model.lens[i].positions.map(reading => reading.kl_final_here))]);
const streamCharts = kinds.map(([id, title]) => {
  const figure = document.createElement("figure");
  figure.innerHTML = `<figcaption>${escape(title)}</figcaption><div class="chart" id="chart-${id}" role="img" aria-label="${escape(title)}, by layer"></div>`;
  byId("stream-charts").append(figure);
  return make(figure.querySelector(".chart"));
});

function drawStream() {
  const most = Math.max(...data.models.map(model => model.stream.length));
  kinds.forEach(([, , figure], k) => streamCharts[k].setOption({
    ...base(), grid: { left: 52, right: 16, top: 34, bottom: 40 },
    legend: { top: 0, left: 0, textStyle: { color: color("--ink"), fontSize: 12.5 }, show: data.models.length > 1 },
    xAxis: axis({ type: "category", data: Array.from({ length: most }, (_, i) => String(i)), boundaryGap: false, name: "layer", nameLocation: "middle", nameGap: 24 }),
    yAxis: axis({ type: "value", axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: color("--quiet"), fontSize: 11.5, formatter: digits } }),
    tooltip: { ...base().tooltip, valueFormatter: digits },
    series: data.models.map((model, i) => ({ type: "line", name: model.model, color: color(hues[i % hues.length]), symbolSize: 6, data: model.stream.map((layer, l) => figure(layer, model, l)) })),
  }, true));
}

const chosen = data.models.map(() => 0);
show(() => {
  drawStream();
  sections.forEach((section, i) => {
    const model = data.models[i];
    drawLens(section, model);
    drawAttention(section, model, chosen[i]);
    drawScores(section, model);
    drawCircuits(section, model);
    drawAttribution(section, model);
    drawSources(section, model);
    drawNeurons(section, model);
    drawPatching(section, model);
    drawAblation(i);
  });
});
