// What every page needs: htmx, the few Bootstrap parts we use, and behaviour bound to data-*.
import "bootstrap/js/dist/collapse";
import "bootstrap/js/dist/dropdown";
import "bootstrap/js/dist/modal";
import "bootstrap/js/dist/offcanvas";
import "bootstrap/js/dist/tab";
import htmx from "htmx.org";

window.htmx = htmx;
// The policy forbids eval and inline styles; htmx must not try either.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
// A refused form comes back as a page to show, not as an error to hide.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "286", swap: true },
  { code: "[23]..", swap: true },
  { code: "412|422|428", swap: true, error: false },
  { code: "[45]..", swap: false, error: true },
];

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

document.addEventListener("htmx:responseError", (event) => {
  showNotice(event.detail.xhr.status);
});
document.addEventListener("htmx:sendError", () => showNotice(0));

function showNotice(status) {
  const place = document.getElementById("notice");
  if (!place) return;
  place.textContent = status ? `${place.dataset.refused} (${status})` : place.dataset.offline;
  place.hidden = false;
}

let chartsAsked = false;

// The chart library is large: it is fetched only when a page or a fragment holds a chart.
function askForCharts(root) {
  if (window.tuijinCharts) return window.tuijinCharts.start(root);
  const wanted = root.matches?.("[data-chart],[data-map]") || root.querySelector?.("[data-chart],[data-map]");
  if (chartsAsked || !wanted) return;
  chartsAsked = true;
  const script = document.createElement("script");
  script.src = document.body.dataset.chartsUrl;
  script.addEventListener("load", () => window.tuijinCharts.start(document));
  document.head.append(script);
}

function bind(root) {
  const all = (selector) => [...(root.querySelectorAll?.(selector) ?? [])];
  askForCharts(root);
  all("form[data-autosubmit]").forEach((form) => {
    form.addEventListener("change", () => form.requestSubmit());
  });
  all(".stage-step.is-now").forEach((step) => {
    const line = step.parentElement;
    line.scrollLeft = (step.previousElementSibling ?? step).offsetLeft - line.offsetLeft;
  });
  all("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  all("[data-copy]").forEach((button) => button.addEventListener("click", () => copyText(button)));
  all("[data-confirm]").forEach((part) => {
    part.addEventListener(part.tagName === "FORM" ? "submit" : "click", (event) => {
      if (!window.confirm(part.dataset.confirm)) event.preventDefault();
    });
  });
  all("input[data-check-all]").forEach(bindCheckAll);
  all("[data-fill]").forEach(bindFill);
  all("form[data-draft]").forEach(bindDraft);
}

// A form with data-draft keeps what is written on this device until the server says it has arrived
// (`?sent=` names it), so that a bad line loses nothing. Files are not kept.
const DRAFT = "tuijin-draft-";

function draftFields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["file", "hidden", "submit", "button", "password"].includes(field.type),
  );
}

function bindDraft(form) {
  const key = DRAFT + form.dataset.draft;
  const note = form.querySelector("[data-draft-note]");
  const kept = JSON.parse(window.localStorage.getItem(key) ?? "null");
  if (kept && !form.querySelector(".form-error")) {
    draftFields(form).forEach((field) => {
      if (field.name in kept) field.value = kept[field.name];
    });
    if (note) note.hidden = false;
  }
  form.addEventListener("input", () => {
    const values = Object.fromEntries(draftFields(form).map((field) => [field.name, field.value]));
    window.localStorage.setItem(key, JSON.stringify(values));
    if (note) note.hidden = false;
  });
}

function forgetSentDraft() {
  const sent = new URLSearchParams(window.location.search).get("sent");
  if (sent) window.localStorage.removeItem(DRAFT + sent);
}

function copyText(button) {
  navigator.clipboard?.writeText(document.querySelector(button.dataset.copy)?.textContent.trim() ?? "");
}

// A head box ticks every box of the same table; data-counts names where the count is shown.
function bindCheckAll(head) {
  const scope = head.closest(head.dataset.checkAll);
  const boxes = () => [...scope.querySelectorAll("tbody input[type=checkbox]")];
  const show = () => {
    const count = boxes().filter((box) => box.checked).length;
    head.checked = count > 0 && count === boxes().length;
    head.indeterminate = count > 0 && !head.checked;
    document.querySelectorAll("[data-checked-count]").forEach((part) => (part.textContent = count));
    document.querySelectorAll("[data-needs-checked]").forEach((part) => (part.hidden = count === 0));
  };
  head.addEventListener("change", () => {
    boxes().forEach((box) => (box.checked = head.checked));
    show();
  });
  scope.addEventListener("change", show);
  show();
}

// Example accounts: one click fills the form named by data-fill and sends it.
function bindFill(button) {
  button.addEventListener("click", () => {
    const form = document.querySelector(button.dataset.fill);
    Object.entries(JSON.parse(button.dataset.values)).forEach(([name, value]) => {
      form.elements[name].value = value;
    });
    form.requestSubmit();
  });
}

// A link to a fold opens it.
function openFold() {
  const fold = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  if (fold instanceof HTMLDetailsElement) fold.open = true;
}

window.addEventListener("hashchange", openFold);
document.addEventListener("click", (event) => event.target.closest?.('a[href^="#"]') && window.setTimeout(openFold));
forgetSentDraft();
openFold();
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) bind(event.target.parentNode ? event.target : document);
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => bind(document));
else bind(document);
