// Charts: <div class="chart" data-chart="ID"> beside <script type="application/json" id="ID">,
// which holds an ECharts option built in Python. docs/frontend.md states the contract.
import {
  BarChart, BoxplotChart, CustomChart, EffectScatterChart, LineChart, LinesChart, MapChart, PieChart,
  SankeyChart, ScatterChart, SunburstChart,
} from "echarts/charts";
import {
  AriaComponent, DataZoomComponent, DatasetComponent, GeoComponent, GraphicComponent, GridComponent,
  LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TitleComponent,
  TooltipComponent, TransformComponent, VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import langEN from "echarts/lib/i18n/langEN.js";
import langZH from "echarts/lib/i18n/langZH.js";
import { LabelLayout, UniversalTransition } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { bindFormats } from "./formats";
import { drawMap } from "./map";
import { ink, theme } from "./theme";

echarts.use([
  BarChart, BoxplotChart, CustomChart, EffectScatterChart, LineChart, LinesChart, MapChart, PieChart,
  SankeyChart, ScatterChart, SunburstChart, AriaComponent, DataZoomComponent, DatasetComponent,
  GeoComponent, GraphicComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent,
  MarkPointComponent, TitleComponent, TooltipComponent, TransformComponent, VisualMapComponent,
  LabelLayout, UniversalTransition, CanvasRenderer,
]);
echarts.registerTheme("tuijin", theme);
echarts.registerLocale("ZH", langZH);
echarts.registerLocale("EN", langEN);
const locale = document.documentElement.lang.startsWith("en") ? "EN" : "ZH";
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// {"type": "interval", "data": [[x, low, high], …]} draws an error bar; ECharts has no such series.
function intervalSeries(series) {
  const sideways = series.direction === "horizontal";
  return {
    ...series,
    type: "custom",
    renderItem(params, api) {
      const at = (value) => (sideways ? api.coord([value, api.value(0)]) : api.coord([api.value(0), value]));
      const [low, high] = [at(api.value(1)), at(api.value(2))];
      const cap = sideways ? [0, 5] : [5, 0];
      const bar = (from, to) => ({ type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
        style: { stroke: series.color ?? ink, lineWidth: 1.5 } });
      const tip = (end) => bar([end[0] - cap[0], end[1] - cap[1]], [end[0] + cap[0], end[1] + cap[1]]);
      return { type: "group", children: [bar(low, high), tip(low), tip(high)] };
    },
    encode: sideways ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    z: series.z ?? 5,
  };
}

// A tooltip made of HTML would need inline styles, which the policy forbids: it is drawn instead.
function completed(option) {
  const option_ = bindFormats(option);
  option_.animation = option_.animation ?? !calm;
  option_.animationDuration = option_.animationDuration ?? 300;
  option_.grid = option_.grid ?? { left: 8, right: 16, top: 32, bottom: 4, containLabel: true };
  option_.tooltip = { trigger: "item", confine: true, ...option_.tooltip, renderMode: "richText" };
  option_.aria = option_.aria ?? { enabled: true };
  option_.series = [].concat(option_.series ?? []).map((s) => (s.type === "interval" ? intervalSeries(s) : s));
  return option_;
}

function open(element) {
  const chart = echarts.init(element, "tuijin", { locale });
  chart.on("click", (event) => {
    const url = event.data?.url;
    if (typeof url === "string" && url.startsWith("/")) window.location.assign(url);
  });
  // While a page is laid out anew its boxes may have no size, in which a Sankey cannot be drawn.
  new ResizeObserver(() => element.clientWidth && element.clientHeight && chart.resize()).observe(element);
  return chart;
}

function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function start(root) {
  const all = (name) => [
    ...(root.matches?.(`[${name}]`) ? [root] : []),
    ...(root.querySelectorAll?.(`[${name}]`) ?? []),
  ].filter((element) => !element.closest("details:not([open])") && !echarts.getInstanceByDom(element));
  all("data-chart").forEach((element) => open(element).setOption(completed(readJson(element.dataset.chart))));
  all("data-map").forEach((element) => drawMap(echarts, open(element), readJson(element.dataset.map), element));
}

// A chart in a closed fold has no size: it is drawn when the fold opens.
document.addEventListener("toggle", (event) => event.target.open && start(event.target), true);

document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const chart = event.target instanceof HTMLElement && echarts.getInstanceByDom(event.target);
  if (chart) chart.dispose();
});
// Canvases do not reflow on paper by themselves.
const resizeAll = () => document.querySelectorAll("[data-chart],[data-map]").forEach((element) =>
  echarts.getInstanceByDom(element)?.resize());
window.addEventListener("beforeprint", resizeAll);
window.addEventListener("afterprint", resizeAll);

window.tuijinCharts = { start };
