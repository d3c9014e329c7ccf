/**
 * Plotly charts below each other that are updated in place: one node each for the life of the component, Plotly.react on
 * each message.
 *
 * Streamlit calls the default export again with each message and with each change of theme, always with
 * the same parentElement. What comes is a list of messages, one a chart, as JSON in UTF-8; arrays in it are in plotly.js's
 * own base64 form. `__init__.py` joins this script with the one that it imports.
 */

import { percent, shortly } from "../unrolled/text/numbers.js";

/**
 * @typedef {{method: string, args: unknown[], execute?: boolean}} Button
 * @typedef {{updatemenus?: {buttons: Button[]}[]}} Layout
 * @typedef {{library: string, height: number, ofWindow: number | null, live: boolean, caption: string, label: string,
 *            data: object[], layout: Layout, frames?: object[]}} Message
 * @typedef {(x: unknown, y: unknown) => void} Report
 * @typedef {(format: string) => (value: number) => string} NumberFormat
 * @typedef {{isOurs?: boolean, numberFormat: NumberFormat}} Locale
 * @typedef {HTMLElement & {on: (event: string, call: (found: any) => void) => void, _fullLayout: {_d3locale?: Locale}}} Plot
 * @typedef {{react: (plot: HTMLElement, figure: object) => void, purge: (plot: HTMLElement) => void,
 *            [method: string]: (...args: any[]) => any}} Plotly
 * @typedef {{host: HTMLElement, root: HTMLElement, box: HTMLElement, plot: Plot, waits: HTMLElement, caption: HTMLElement,
 *            watchers: (ResizeObserver | IntersectionObserver)[], message: Message, report: Report | null, plotly: Plotly | null,
 *            inView: boolean, drawn: boolean, canWait: boolean, dueAt: number, theme: string}} Chart
 */

/** What the page holds for all charts: plotly.js, ours and perhaps another one. */
const page = /** @type {{rnnvizPlotly?: Promise<Plotly>, Plotly?: Plotly}} */ (
  /** @type {unknown} */ (window)
);

/** @type {WeakMap<HTMLElement, Chart>} */
const charts = new WeakMap();
/** What each component was last asked to show. @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();
/** @type {Set<Chart>} */
const waiting = new Set();
let frame = 0;
const decoder = new TextDecoder();
const config = { displayModeBar: false, responsive: false, scrollZoom: false };
const retryAfterMs = 10000;
/** A chart that is lowered for a low window stays as high as this, in pixels. */
const leastHeight = 260;
/** Share of the time that a live chart may spend on drawing itself: where a drawing takes 7 ms, three a second. */
const shareOfTime = 0.02;
/**
 * What is hovered is written as all numbers are, by the format that figures/spec.py gives it: d3, which would else follow
 * it, writes exponents and shares in its own way.
 * @type {Record<string, (value: number) => string>}
 */
const written = {
  ".3~g": (value) => shortly(value),
  ".3~%": percent,
  ".3~r": (value) => percent(value / 100).replace(" %", ""),
};

/** @param {{data: Uint8Array, parentElement: HTMLElement, setTriggerValue: (name: string, value: object) => void}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const text = decoder.decode(data);
  /** @type {{charts: Message[], clicks: boolean}} */
  const { charts: messages, clicks } = JSON.parse(text);
  const hosts = hostsIn(parentElement, messages.length);
  // Ticks that have nothing new to show send the same again.
  const isNew = shown.get(parentElement) !== text;
  shown.set(parentElement, text);
  messages.forEach((message, number) => {
    /** @type {Report} */
    const report = (x, y) => setTriggerValue("clicked", { chart: number, x, y });
    show(hosts[number], message, isNew, clicks ? report : null);
  });
  // This may be the clean-up of a run that a newer one has replaced: only a host that has left the page is torn down.
  return () => setTimeout(() => parentElement.isConnected || hosts.forEach(unmount), 0);
}

/** Return as many hosts as there are charts; the first ones stay what they were. @param {HTMLElement} parent @param {number} count */
function hostsIn(parent, count) {
  /** @type {HTMLElement[]} */
  const hosts = [...parent.querySelectorAll(/** @type {"div"} */ (":scope > .rnnviz-plot-host"))];
  hosts.splice(count).forEach((host) => {
    unmount(host);
    host.remove();
  });
  while (hosts.length < count) hosts.push(child(parent, "rnnviz-plot-host"));
  return hosts;
}

/**
 * @param {HTMLElement} host
 * @param {Message} message
 * @param {boolean} isNew
 * @param {Report | null} report
 */
function show(host, message, isNew, report) {
  const chart = charts.get(host) ?? mount(host, message);
  chart.message = message;
  chart.report = report;
  // Neither the message nor the theme is new: the chart is as it should be, or waits for its turn.
  const theme = JSON.stringify(themed(host));
  if (!isNew && chart.drawn && chart.theme === theme) return;
  chart.theme = theme;
  chart.canWait = message.live || !isNew;
  // At rest nothing newer will come: what was left out before must not be waited for.
  if (!chart.canWait) chart.dueAt = 0;
  describe(chart);
  load(chart);
  schedule(chart);
}

/** @param {HTMLElement} host @param {Message} message @returns {Chart} */
function mount(host, message) {
  const root = child(host, "rnnviz-plot");
  const box = child(root, "rnnviz-plot-chart");
  /** @type {Chart} */
  const chart = {
    host,
    root,
    box,
    plot: /** @type {Plot} */ (/** @type {unknown} */ (child(box, ""))),
    waits: child(box, "rnnviz-plot-waits"),
    caption: child(root, "rnnviz-plot-caption"),
    watchers: [],
    message,
    report: null,
    plotly: null,
    inView: true,
    drawn: false,
    canWait: false,
    dueAt: 0,
    theme: "",
  };
  box.setAttribute("role", "img");
  chart.waits.textContent = "Loading the chart …";
  const resized = new ResizeObserver(() => schedule(chart));
  const scrolled = new IntersectionObserver(
    (entries) => {
      chart.inView = entries.at(-1)?.isIntersecting ?? true;
      schedule(chart);
    },
    { rootMargin: "200px" },
  );
  chart.watchers = [resized, scrolled];
  chart.watchers.forEach((watcher) => watcher.observe(box));
  charts.set(host, chart);
  return chart;
}

/** @param {HTMLElement} host */
function unmount(host) {
  const chart = charts.get(host);
  if (!chart) return;
  waiting.delete(chart);
  chart.watchers.forEach((watcher) => watcher.disconnect());
  chart.plotly?.purge(chart.plot);
  charts.delete(host);
}

/** @param {HTMLElement} parent @param {string} className */
function child(parent, className) {
  const node = document.createElement("div");
  node.className = className;
  parent.append(node);
  return node;
}

/** Return the height of a chart in pixels; in a low window some are lower. @param {Message} message */
function heightOf({ height, ofWindow }) {
  return ofWindow
    ? Math.min(height, Math.max(leastHeight, Math.round(ofWindow * innerHeight)))
    : height;
}

/** Put the words and the height in place; they need no library. @param {Chart} chart */
function describe({ box, caption, message }) {
  box.style.height = `${heightOf(message)}px`;
  box.setAttribute("aria-label", message.label);
  // A percent sign stays with its number.
  caption.textContent = message.caption.replaceAll(" %", "\u00a0%");
}

/** @param {Chart} chart */
function load(chart) {
  if (chart.plotly) return;
  library(chart.message.library).then(
    (plotly) => {
      if (chart.plotly) return;
      chart.plotly = plotly;
      chart.waits.remove();
      schedule(chart);
    },
    () => {
      chart.waits.textContent =
        "The chart can't be drawn: plotly.js could not be loaded from this app. The app's folder static/ must be " +
        "writable when it starts, and server.enableStaticServing must be on.";
    },
  );
}

/**
 * Load plotly.js once per page, whatever the number of charts.
 *
 * Pages lie side by side at the app's root ("/", "/gates", or below a base path), and Streamlit's own scripts are relative to
 * them too: so is this one.
 * @param {string} path
 * @returns {Promise<Plotly>}
 */
function library(path) {
  page.rnnvizPlotly ??= new Promise((resolve, reject) => {
    // Streamlit's own charts bring another version of plotly.js, which keeps its place.
    const other = page.Plotly;
    const script = document.createElement("script");
    script.src = new URL(path, document.baseURI).href;
    const failed = () => {
      script.remove();
      setTimeout(() => delete page.rnnvizPlotly, retryAfterMs);
      reject(new Error(script.src));
    };
    script.onload = () => {
      const ours = page.Plotly;
      if (other) page.Plotly = other;
      ours && ours !== other ? resolve(ours) : failed();
    };
    script.onerror = failed;
    document.head.append(script);
  });
  return page.rnnvizPlotly;
}

/**
 * Draw soon, once, however many messages come before it; one chart per frame, so that several charts that are updated
 * by the same tick do not hold up the browser together, and each live one only so often that the animation stays smooth.
 * @param {Chart} chart
 */
function schedule(chart) {
  waiting.add(chart);
  frame ||= requestAnimationFrame(drawNext);
}

function drawNext() {
  frame = 0;
  const start = performance.now();
  const due = [...waiting].find((chart) => chart.dueAt <= start);
  if (due) {
    waiting.delete(due);
    draw(due);
    const end = performance.now();
    due.dueAt = due.canWait ? end + (end - start) / shareOfTime : end;
  }
  if (!waiting.size) return;
  const pause = Math.min(...[...waiting].map((chart) => chart.dueAt)) - performance.now();
  if (pause <= 0) frame = requestAnimationFrame(drawNext);
  else setTimeout(() => (frame ||= requestAnimationFrame(drawNext)), pause);
}

/** @param {Chart} chart */
function draw(chart) {
  const { host, box, plot, plotly, message } = chart;
  const width = box.clientWidth;
  // Without a width the chart is in a closed tab. What is scrolled out of view is not kept up to date. The observers
  // tell when either comes back.
  if (!plotly || !width || (chart.drawn && !chart.inView)) return;
  const first = !chart.drawn;
  chart.drawn = true;
  const { data, frames } = message;
  const height = heightOf(message);
  const coarse = matchMedia("(pointer: coarse)").matches;
  const layout = {
    ...message.layout,
    width,
    height,
    template: { layout: themed(host) },
    // A finger that drags means to scroll the page.
    dragmode: coarse ? false : "zoom",
  };
  const buttons = (layout.updatemenus ?? []).flatMap((menu) => menu.buttons);
  for (const button of buttons) button.execute = false;
  plotly.react(plot, { data, layout, config, frames });
  if (first) plot.on("plotly_click", ({ points: [point] }) => chart.report?.(point.x, point.y));
  if (first) plot.on("plotly_buttonclicked", ({ button }) => press(chart, button));
  if (first) plot.on("plotly_beforehover", () => writeAsElsewhere(plot));
  makeReachable(chart);
}

/** Plotly makes its formats anew with each change of layout, so each hover looks after them. @param {Plot} plot */
function writeAsElsewhere({ _fullLayout: { _d3locale: locale } }) {
  if (!locale || locale.isOurs) return;
  const { numberFormat } = locale;
  locale.isOurs = true;
  locale.numberFormat = (format) => written[format] ?? numberFormat(format);
}

/** Do what a button is for: an animation that is stopped is no error, which Plotly takes it for. @param {Chart} chart @param {Button} button */
function press({ plot, plotly }, { method, args }) {
  plotly?.[method](plot, ...args).catch(() => {});
}

/** Plotly draws its buttons for a pointer; here the keyboard presses them, too. @param {Chart} chart */
function makeReachable({ box, plot }) {
  const buttons = plot.querySelectorAll(/** @type {"g"} */ (".updatemenu-button"));
  box.setAttribute("role", buttons.length ? "group" : "img");
  for (const button of buttons) {
    button.setAttribute("role", "button");
    button.setAttribute("tabindex", "0");
    button.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    };
  }
}

/** Take colours and font from the theme of the page, as it is now. @param {HTMLElement} host */
function themed(host) {
  const style = getComputedStyle(host);
  /** @param {string} name */
  const of = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const line = of("border-color-light") || of("border-color");
  const axis = {
    gridcolor: line,
    zerolinecolor: line,
    linecolor: of("border-color"),
    tickcolor: of("border-color"),
  };
  return {
    font: { color: of("text-color"), family: of("font"), size: 12 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: {
      bgcolor: of("secondary-background-color"),
      bordercolor: of("border-color"),
      font: { color: of("text-color"), family: of("font") },
    },
    legend: { bgcolor: "rgba(0,0,0,0)" },
    xaxis: axis,
    yaxis: axis,
  };
}
