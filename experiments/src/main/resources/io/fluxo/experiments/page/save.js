// ---- a chart as a file, for a paper: in light colours, with a title and a legend, which the page has around it

/** A PNG has this many pixels for each of the page's. */
const PIXELS = 3;
const GAP = 8;

/** Draws all charts again; set when the page has drawn them once. */
let redraw = () => {};

const titleOf = chart => {
  const element = chart.getDom();
  const caption = element.closest("figure")?.querySelector("figcaption");
  return (caption?.firstChild.textContent ?? element.getAttribute("aria-label") ?? document.title).split(/[:;]/)[0].trim();
};

/** Names of what is drawn, in how many lines of `width` they fit. */
const legendOf = (option, width) => {
  const names = [...new Set(option.series.map(one => one.name ?? "").filter(name => name !== "" && name !== "references" && !name.includes("\0")))];
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px sans-serif";
  let lines = names.length > 1 ? 1 : 0, used = 0;
  names.forEach(name => {
    const needed = 52 + 1.1 * pen.measureText(name).width;
    if (used > 0 && used + needed > width) { lines++; used = 0; }
    used += needed;
  });
  return { names, height: lines * 23 };
};

/** The option of a chart, with title and legend above what it draws. */
const forPaper = (chart, width) => {
  const option = chart.getOption();
  const legend = legendOf(option, width);
  const font = color("--sans").replaceAll('"', "'"); // in an SVG it stands in an attribute
  const above = 26 + legend.height + GAP;
  const lower = part => typeof part.top === "number" ? { ...part, top: part.top + above } : part;
  return {
    above, option: {
      ...option, textStyle: { ...option.textStyle, fontFamily: font }, animation: false, tooltip: { show: false }, backgroundColor: "#ffffff",
      grid: (option.grid ?? []).map(lower), visualMap: (option.visualMap ?? []).map(lower),
      title: { text: titleOf(chart), left: GAP, top: GAP, textStyle: { fontSize: 14, color: color("--ink"), fontFamily: font } },
      legend: { show: legend.height > 0, data: legend.names, left: GAP, right: GAP, top: 26 + GAP, itemWidth: 30, textStyle: { fontSize: 12, color: color("--ink") } },
      // the legend shows a name as the first of its series is drawn: as its line, and not as the band behind it
      series: option.series.toSorted((a, b) => (b.type === "line") - (a.type === "line")),
    },
  };
};

const inLight = work => {
  const before = root.dataset.theme;
  root.dataset.theme = "light";
  redraw();
  try {
    return work();
  } finally {
    if (before === undefined) delete root.dataset.theme; else root.dataset.theme = before;
    redraw();
  }
};

/** The chart as a data URL: `svg` or `png`. */
const pictureOf = (chart, format) => inLight(() => {
  const { above, option } = forPaper(chart, chart.getWidth());
  const size = { width: chart.getWidth(), height: chart.getHeight() + above };
  const paper = format === "svg" ? echarts.init(null, null, { renderer: "svg", ssr: true, ...size })
    : echarts.init(document.createElement("div"), null, { renderer: "canvas", devicePixelRatio: PIXELS, ...size });
  paper.setOption(option);
  const url = format === "svg" ? `data:image/svg+xml;charset=utf-8,${encodeURIComponent(paper.renderToSVGString())}`
    : paper.getDataURL({ type: "png", pixelRatio: PIXELS, backgroundColor: "#ffffff" });
  paper.dispose();
  return url;
});

/** Buttons under a chart that save it. */
const savable = chart => {
  const buttons = document.createElement("p");
  buttons.className = "save";
  buttons.append(...["svg", "png"].map(format => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = format.toUpperCase();
    button.title = `save this chart as ${format.toUpperCase()}`;
    button.setAttribute("aria-label", `save as ${format.toUpperCase()}: ${titleOf(chart)}`);
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = pictureOf(chart, format);
      link.download = `${document.title.split(" · ")[0]} ${titleOf(chart)}`.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") + `.${format}`;
      link.click();
    });
    return button;
  }));
  chart.getDom().after(buttons);
};
