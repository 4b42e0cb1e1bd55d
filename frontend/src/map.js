// Maps: <div class="map" data-map="ID">; the JSON holds boundaries, groups and points, all WGS-84.
import { faint, ink, line, palette } from "./theme";

const shapes = { circle: "circle", triangle: "triangle", square: "rect", diamond: "diamond", pin: "pin" };

function radius(size, largest) {
  return size > 0 && largest > 0 ? 7 + 19 * Math.sqrt(size / largest) : 7;
}

function asRows(points) {
  const index = Object.fromEntries(points.columns.map((name, at) => [name, at]));
  return points.rows.map((row) => Object.fromEntries(points.columns.map((name) => [name, row[index[name]]])));
}

// A stop's number stands inside its point.
const isNumber = (label) => /^\d{1,2}$/.test(label ?? "");

// Of points that cover one another the first group lies on top.
function scatter(group, rows, largest, at) {
  return {
    type: "scatter", coordinateSystem: "geo", name: group.label, z: 4 - at / 20,
    symbol: shapes[group.shape] ?? "circle",
    itemStyle: { color: group.colour, opacity: 0.85, borderColor: "#fff", borderWidth: 1 },
    emphasis: { scale: 1.3, itemStyle: { borderColor: ink } },
    data: rows.map((row) => ({
      name: row.name, value: [row.longitude, row.latitude, row.size ?? 0], url: row.url, detail: row.detail,
      symbolSize: isNumber(row.label) ? Math.max(18, radius(row.size, largest)) : radius(row.size, largest),
      label: isNumber(row.label)
        ? { show: true, formatter: String(row.label), position: "inside", color: "#fff", textBorderWidth: 0, fontWeight: 600 }
        : { show: Boolean(row.label), formatter: row.label },
    })),
    label: { position: "right", color: ink, fontSize: 12, textBorderColor: "#fff", textBorderWidth: 2 },
    labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
  };
}

function routes(map) {
  return (map.routes ?? []).map((route, at) => ({
    type: "lines", coordinateSystem: "geo", polyline: true, name: route.label, z: 3,
    lineStyle: { color: route.colour ?? palette[at % palette.length], width: 2.5, opacity: 0.8, type: route.dash ? "dashed" : "solid" },
    data: [{ coords: route.line }],
  }));
}

function tooltipText(event) {
  const data = event.data ?? {};
  return [event.name, ...[].concat(data.detail ?? [])].filter(Boolean).join("\n");
}

// Names of places lie below the points, moved apart; those that still collide wait for a zoom.
function placeNames(map, element) {
  return {
    type: "scatter", coordinateSystem: "geo", silent: true, z: 2.5, symbolSize: 1, tooltip: { show: false },
    itemStyle: { color: "rgba(0,0,0,0)" },
    data: (map.regions ?? []).filter((region) => region.at).map((region) => ({ name: region.label ?? region.name, value: region.at })),
    label: { show: true, formatter: "{b}", position: "bottom", distance: 7, color: "#33414e", fontSize: element.clientWidth < 560 ? 11 : 12,
      fontWeight: 600, textBorderColor: "#f3f6f9", textBorderWidth: 3 },
    labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
  };
}

function geo(map) {
  return {
    map: map.id, roam: true, scaleLimit: { min: 0.8, max: 60 }, nameProperty: "name",
    top: 36, bottom: 8, left: 8, right: 8, preserveAspect: "contain", aspectScale: Math.cos((map.latitude ?? 41.2) * Math.PI / 180),
    ...(map.bounds ? { boundingCoords: map.bounds } : {}),
    label: { show: false },
    itemStyle: { areaColor: "#f3f6f9", borderColor: "#9fb0c0", borderWidth: 1 },
    emphasis: { label: { show: false }, itemStyle: { areaColor: "#e3edf6" } },
    select: { disabled: true },
    tooltip: { show: false },
    regions: (map.regions ?? []).map((region) => ({
      name: region.name, ...(region.colour ? { itemStyle: { areaColor: region.colour } } : {}),
    })),
  };
}

export function drawMap(echarts, chart, map, element) {
  map.id = map.id ?? "boundaries";
  echarts.registerMap(map.id, map.boundaries);
  const rows = asRows(map.points ?? { columns: [], rows: [] });
  const largest = Math.max(0, ...rows.map((row) => row.size ?? 0));
  const groups = map.groups ?? [{ code: "", label: "", colour: palette[0] }];
  const series = groups.map((group, at) =>
    scatter(group, rows.filter((row) => (row.group ?? "") === group.code), largest, at));
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    geo: geo(map),
    legend: { show: groups.some((group) => group.label), data: groups.map((group) => ({ name: group.label, icon: shapes[group.shape] ?? "circle" })), left: 8, type: "scroll", textStyle: { color: faint } },
    tooltip: { renderMode: "richText", confine: true, formatter: tooltipText, borderColor: line },
    series: [...routes(map), ...series, placeNames(map, element)],
  });
  chart.on("click", (event) => {
    const place = (map.regions ?? []).find((region) => event.componentType === "geo" && region.name === event.name);
    if (place?.url?.startsWith("/")) window.location.assign(place.url);
  });
  bindZoom(chart, element);
}

// Buttons with data-zoom inside the map's figure, for those who use no wheel.
function bindZoom(chart, element) {
  element.parentElement?.querySelectorAll("[data-zoom]").forEach((button) => {
    button.addEventListener("click", () => {
      const current = chart.getOption().geo[0].zoom ?? 1;
      const zoom = button.dataset.zoom === "reset" ? 1 : current * Number(button.dataset.zoom);
      chart.setOption({ geo: { zoom, ...(button.dataset.zoom === "reset" ? { center: null } : {}) } });
    });
  });
}

