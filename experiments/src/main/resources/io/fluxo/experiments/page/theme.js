// ---- the theme, printing and copying; a page calls this once, with what draws all of its charts

function show(draw) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const theme = byId("theme");
  const isDark = () => root.dataset.theme === undefined ? system.matches : root.dataset.theme === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "light" : "dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
    draw();
  });
  system.addEventListener("change", () => { nameTheme(); draw(); });
  nameTheme();

  // paper is white, whatever the screen is
  let onScreen;
  addEventListener("beforeprint", () => {
    onScreen = root.dataset.theme;
    root.dataset.theme = "light";
    charts.forEach(chart => chart.resize());
    draw();
  });
  addEventListener("afterprint", () => {
    if (onScreen === undefined) delete root.dataset.theme; else root.dataset.theme = onScreen;
    draw();
  });

  document.querySelectorAll(".copy").forEach(button => button.addEventListener("click", async () => {
    const source = byId(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    } catch {
      getSelection().selectAllChildren(source);
    }
  }));

  redraw = draw;
  draw();
  root.dataset.drawn = "true";
}
