// Names a chart's JSON may use where ECharts wants a function: {"formatter": "@yi_yuan"}.
const english = document.documentElement.lang.startsWith("en");
const digits = (value, most) => Number(value).toLocaleString("zh-CN", { maximumFractionDigits: most });
const plain = (entry) => (entry !== null && typeof entry === "object" && "value" in entry ? entry.value : entry);
const last = (value) => (Array.isArray(value) ? value[value.length - 1] : value);
const number = (entry) => last(plain(entry));
const shown = (write) => (entry) => {
  const value = number(entry);
  return value === null || value === undefined || value === "" || value === "-" ? "—" : write(value);
};

export const formats = {
  "@number": shown((value) => digits(value, 2)),
  "@integer": shown((value) => digits(value, 0)),
  "@percent": shown((value) => `${digits(value * 100, 1)}%`),
  "@yi_yuan": shown((value) => (english ? `¥${digits(value / 1e8, 2)} ×100M` : `${digits(value / 1e8, 2)} 亿元`)),
  "@wan_yuan": shown((value) => (english ? `¥${digits(value / 1e4, 2)} ×10k` : `${digits(value / 1e4, 2)} 万元`)),
  "@name": (entry) => entry?.name ?? "",
};

// Replaces every "@name" in an option by its function, in place.
export function bindFormats(part) {
  if (part === null || typeof part !== "object") return part;
  Object.entries(part).forEach(([key, value]) => {
    if (typeof value === "string" && formats[value]) part[key] = formats[value];
    else if (typeof value === "object") bindFormats(value);
  });
  return part;
}
