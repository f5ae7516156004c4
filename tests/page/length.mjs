// Measures reports as they are delivered: how long they are, what is open, how large their text is.
// Usage: node length.mjs SCREENS REPORT.html... Beside each page is its JSON report, REPORT.json, which says what has to be in
// sight. SCREENS is the most screens of 1,000 px at 1280 px. Exit code 1 when a page is too long or hides something.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [screens, ...files] = process.argv.slice(2);
const PHONE_SCREENS = 12;
const PAGES = 6;
const HIGH = 10;
/** Body text in px on a screen, and 9 pt on paper in px. */
const [TEXT, PRINT] = [15, 12];
/** The longest a page may take to open, and to filter, in milliseconds; the largest file in bytes. */
const [PATIENCE, LARGEST] = [1000, 2_000_000];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
let problems = 0;
let first;

/** Texts smaller than body text: everything that is read, but not the labels below a time axis. */
const small = (page, least) => page.evaluate((least) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('svg, script, style, .sr, .skip')) continue;
    if (parseFloat(getComputedStyle(element).fontSize) < least - 0.01) found.add(`${element.tagName} ${element.className}`);
  }
  return [...found];
}, least);

/** What must be in sight without a click, by the report itself. */
async function sight(page, report, say) {
  const seen = (selector) => page.locator(selector).filter({ visible: true }).count();
  const count = (severity) => report.findings.filter((finding) => finding.severity === severity).length;
  for (const [severity, most] of [['blocker', Infinity], ['high', HIGH]]) {
    const wanted = Math.min(count(severity), most);
    for (const part of ['', ' .do', ' .evidence li:first-child']) {
      const shown = await seen(`#findings .finding.${severity}${part}`);
      if (shown < wanted) say('sight', `${shown} of ${wanted} ${severity}${part}`);
    }
  }
  for (const [what, selector, wanted] of [
    ['actions', '#actions .action', Math.min(report.actions.length, 5)],
    ['requests', '#request p[id]', Math.min(report.missing.length, 3)],
    ['areas', '.areas li', report.verdict.areas.filter((area) => area.looked !== 'not-applicable').length],
  ]) {
    const shown = await seen(selector);
    if (shown < wanted) say('sight', `${shown} of ${wanted} ${what}`);
  }
  // The first screen: state, gravest fault, node, first action.
  const texts = await page.evaluate(() => Array.from(document.querySelectorAll('h1, h2, p, li, .what'))
    .filter((element) => { const box = element.getBoundingClientRect(); return box.height > 0 && box.bottom <= 1000; })
    .map((element) => element.textContent).join('\n'));
  const worst = report.findings.filter((finding) => finding.severity === 'blocker')[0];
  const nodes = worst ? [worst.subject.kind === 'node' ? worst.subject.name : report.nodes[0].name] : [];
  for (const text of [report.verdict.label, ...(worst ? [worst.title] : []), ...nodes, ...report.actions.slice(0, 1).map((action) => action.title)]) {
    if (!texts.includes(text)) say('first screen', `it does not say: ${text}`);
  }
}

for (const file of files) {
  const say = (what, text) => {
    problems += 1;
    console.error(`${file}: ${what}: ${String(text).slice(0, 300)}`);
  };
  const url = pathToFileURL(file).href;
  const report = existsSync(file.replace(/\.html$/, '.json')) && JSON.parse(readFileSync(file.replace(/\.html$/, '.json'), 'utf8'));
  const told = [];
  // The case of a hundred nodes has a limit on a desk only.
  for (const [width, most] of [[1280, screens], [390, screens <= 5 ? PHONE_SCREENS : Infinity]]) {
    const context = await browser.newContext({ offline: true, viewport: { width, height: 1000 } });
    const page = await context.newPage();
    await page.goto(url);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    told.push(`${height} px at ${width}`);
    if (height > most * 1000) say(`width ${width}`, `${height} px are more than ${most} screens`);
    for (const text of await small(page, TEXT)) say('small text', text);
    const boxes = await page.evaluate(() => Array.from(document.querySelectorAll('main *')).filter((element) => {
      const style = getComputedStyle(element);
      const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
      return scrolls && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
    }).map((element) => element.className));
    for (const box of boxes) say('scrolls inside', box);
    if (width === 1280) {
      if (await page.locator('details details').count()) say('folds', 'a fold within a fold');
      const dumb = await page.evaluate(() => Array.from(document.querySelectorAll('.fold > summary'))
        .map((summary) => summary.textContent.trim()).filter((text) => !/\d/.test(text) && !text.startsWith('How to read')));
      for (const text of dumb) say('folds', `no count: ${text}`);
      if (report) await sight(page, report, say);
      const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
      const pages = (pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) ?? []).length;
      told.push(`${pages} printed pages`);
      if (screens <= 5 && pages > PAGES) say('print', `${pages} pages are more than ${PAGES}`);
      await page.emulateMedia({ media: 'print' });
      for (const text of await small(page, PRINT)) say('small print', text);
    }
    await context.close();
  }
  // Opening, and filtering by a word: the middle of three.
  const times = [];
  for (let run = 0; run < 3; run += 1) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    const start = performance.now();
    await page.goto(url);
    const opened = performance.now() - start;
    const filtered = await page.evaluate(() => {
      const filter = document.getElementById('filter');
      if (!filter) return 0;
      const start = performance.now();
      filter.value = 'WEB02';
      filter.dispatchEvent(new Event('input'));
      void document.documentElement.scrollHeight;
      return performance.now() - start;
    });
    times.push([opened, filtered]);
    await page.close();
  }
  const middle = (at) => times.map((time) => time[at]).sort((a, b) => a - b)[1];
  const [opened, filtered] = [middle(0), middle(1)];
  first ??= opened;
  const size = statSync(file).size;
  told.push(`${size} bytes`, `opens in ${opened.toFixed(0)} ms, ${(opened / first).toFixed(1)} times the first page`, `filters in ${filtered.toFixed(0)} ms`);
  if (opened > PATIENCE || filtered > PATIENCE) say('speed', `opens in ${opened} ms, filters in ${filtered} ms`);
  if (size > LARGEST) say('size', `${size} bytes`);
  console.log(`${file.split('/').pop()}: ${told.join(', ')}`);
}
await browser.close();
process.exitCode = problems ? 1 : 0;
