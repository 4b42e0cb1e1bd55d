// One look for every chart. Colours keep apart in greyscale and for the colour-blind.
export const palette = ["#1f5f99", "#c9822b", "#4f8f72", "#8a5a83", "#6c7a89", "#b4483f", "#5aa0c0", "#a39a3f"];
export const ink = "#1c2733";
export const faint = "#667482";
export const line = "#dfe4ea";

const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--tuijin-font").trim() || "sans-serif";
const axis = {
  axisLine: { lineStyle: { color: "#aab4bf" } },
  axisTick: { show: false },
  axisLabel: { color: faint, fontSize: 12, hideOverlap: true },
  nameTextStyle: { color: faint, fontSize: 12 },
  splitLine: { lineStyle: { color: "#eceff3" } },
};

export const theme = {
  color: palette,
  textStyle: { fontFamily, color: ink },
  legend: { textStyle: { color: faint, fontSize: 12 }, itemWidth: 12, itemHeight: 12, icon: "rect", top: 0 },
  tooltip: {
    backgroundColor: "#ffffff", borderColor: "#c5ced8", borderWidth: 1, padding: [6, 10],
    textStyle: { color: ink, fontSize: 13, fontFamily },
  },
  categoryAxis: { ...axis, splitLine: { show: false } },
  valueAxis: axis, logAxis: axis, timeAxis: axis,
  bar: { barMaxWidth: 28 },
  line: { symbolSize: 6, lineStyle: { width: 2 } },
  geo: {}, map: {},
};
