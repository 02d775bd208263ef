// ---- one legend for the whole page, before each group of charts; drawing everything

const legends = [...document.querySelectorAll(".legend")];
legends.forEach((legend, place) => { legend.hidden = data.variants.length < 2 || place > 0 && data.variants.length > 8; });

function drawLegends() {
  legends.forEach(legend => {
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
}

const draw = () => { drawLegends(); drawTables(); drawLoss(); drawPlots(); drawTuned(); drawSearch(); drawLayers(); drawMultiples(); };

show(draw);
