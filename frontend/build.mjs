// Builds what the Django site serves: one style sheet of Tabler, our own, three scripts, one icon
// sprite and the licences. The page's content security policy allows neither inline code nor data:
// addresses, so pictures inside Tabler's style sheet become files.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const target = "../src/tuijin/site/static/tuijin";
rmSync(target, { recursive: true, force: true });
mkdirSync(`${target}/img`, { recursive: true });

const packages = ["@popperjs/core", "@tabler/core", "@tabler/icons", "bootstrap", "echarts", "htmx.org", "tslib", "zrender"];

function svgText(address) {
  const [, body] = address.match(/^data:image\/svg\+xml,(.*)$/s);
  return decodeURIComponent(body);
}

function pictureFile(address) {
  const svg = svgText(address);
  const name = `${createHash("sha256").update(svg).digest("hex").slice(0, 10)}.svg`;
  writeFileSync(`${target}/img/${name}`, svg);
  return `url("img/${name}")`;
}

function writeTabler() {
  const css = readFileSync("node_modules/@tabler/core/dist/css/tabler.min.css", "utf8");
  const shipped = css
    .replace(/@import url\([^)]*\);?/g, "")
    .replace(/\/\*# sourceMappingURL=.*?\*\//g, "")
    .replace(/url\("(data:image\/svg\+xml,[^"]*)"\)/g, (_, address) => pictureFile(address));
  if (/data:|https?:\/\/(?!www\.w3\.org|tabler\.io|github\.com)/.test(shipped))
    throw new Error("Tabler's style sheet still points outside");
  writeFileSync(`${target}/tabler.css`, shipped);
}

function writeIcons() {
  const names = readFileSync("icons.txt", "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const symbols = names.map((name) => {
    const svg = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const paths = svg.match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${paths}</symbol>`;
  });
  writeFileSync(`${target}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

function writeLicences() {
  const parts = packages.map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const texts = ["LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE"].flatMap((file) => {
      try {
        return [readFileSync(`${folder}/${file}`, "utf8").trim()];
      } catch {
        return [];
      }
    });
    return `${name} ${version} (${license})\n${"=".repeat(70)}\n${texts.join("\n\n")}\n`;
  });
  writeFileSync(`${target}/LICENCES.txt`, `What the built files in this folder contain, and under which licence.\n\n${parts.join("\n\n")}`);
}

copyFileSync("src/mark.svg", `${target}/mark.svg`);
writeTabler();
writeIcons();
writeLicences();
const shared = { bundle: true, minify: true, target: ["chrome88", "firefox88", "safari15"], legalComments: "none" };
await build({ ...shared, format: "iife", entryPoints: { app: "src/app.js", charts: "src/charts.js", replay: "src/replay.js" }, outdir: target });
await build({ ...shared, entryPoints: { app: "src/app.css" }, outdir: target, external: ["img/*"] });
