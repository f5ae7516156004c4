// Opens reports in a browser as a reader would, and says everything that is wrong with them.
// Usage: node check.mjs REPORT.html... Exit code 1 when anything is wrong.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND',
  ],
});
let problems = 0;
const visible = (page, selector) => page.locator(selector).filter({ visible: true }).count();

/** The page under its own policy: it asks for nothing, breaks nothing, and its tools work. */
async function use(url, say) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && say('console', message.text()));
  page.on('pageerror', (error) => say('script', error));
  page.on('request', (request) => request.url() !== url && say('request', request.url()));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.violations.push(`${event.effectiveDirective} ${event.blockedURI}:${event.lineNumber}`));
  });
  await page.goto(url);
  await page.waitForLoadState('networkidle');
  for (const violation of await page.evaluate(() => window.violations)) say('policy', violation);
  if (!(await page.locator('meta[http-equiv="Content-Security-Policy"]').count())) say('policy', 'the page has none');

  const all = page.locator('#findings .finding');
  const findings = await all.count();
  const filter = await page.locator('#filter').isVisible();
  if (findings > 0 && !filter) say('filter', 'not shown');
  if (filter) {
    const rule = await all.locator('.id').last().textContent();
    await page.fill('#filter', rule);
    const left = await visible(page, '#findings .finding');
    if (left < 1 || (findings > 1 && left >= findings)) say('filter', `${rule} leaves ${left} of ${findings}`);
    if (!(await page.locator('#count').textContent()).includes(`of ${findings}`)) say('filter', 'its count is not told');
    await page.fill('#filter', 'no finding holds this');
    if (await visible(page, '#findings .finding')) say('filter', 'nonsense leaves findings');
    const last = all.last();
    await page.evaluate((id) => { location.hash = `#${encodeURIComponent(id)}`; }, await last.getAttribute('id'));
    await page.waitForTimeout(50);
    if (!(await last.locator('.head').isVisible())) say('link', 'a link to a filtered, folded finding does not show it');
    // An address with a question mark is a filter, and so is a click on a card.
    const severity = await all.first().getAttribute('data-sev');
    await page.evaluate((severity) => { location.hash = `#?severity=${severity}`; }, severity);
    await page.waitForTimeout(50);
    if (await visible(page, `#findings .finding:not(.${severity})`)) say('address', `#?severity=${severity} leaves others`);
    if (!(await visible(page, `#findings .finding.${severity}`))) say('address', `#?severity=${severity} leaves none`);
    const card = page.locator('.card [data-pick-node]').first();
    if (await card.count()) {
      const node = await card.getAttribute('data-pick-node');
      await card.click();
      await page.waitForTimeout(50);
      const others = await all.filter({ visible: true }).evaluateAll((shown, node) =>
        shown.filter((finding) => !finding.dataset.nodes.split(' ').includes(node)).length, node);
      if (others) say('card', `a click on ${node} leaves ${others} findings of others`);
    }
    await page.evaluate(() => { location.hash = '#?'; });
    await page.waitForTimeout(50);
  }
  for (const [fold, field, rows, word] of [
    ['coverage', '#coverage-filter', '.covered tbody tr:not(.group)', 'th'],
    ['compared', '#compared-filter', '.compared tbody tr, .quiet tbody tr:not(.group)', 'th'],
  ]) {
    if (!(await page.locator(field).count())) continue;
    await page.evaluate((fold) => document.querySelectorAll(`#${fold}, #${fold} details`).forEach((one) => { one.open = true; }), fold);
    const before = await visible(page, rows);
    await page.fill(field, await page.locator(rows).last().locator(word).first().textContent());
    const left = await visible(page, rows);
    if (left < 1 || left >= before) say(fold, `its search leaves ${left} of ${before} rows`);
    await page.fill(field, 'no row holds this');
    if (await visible(page, rows)) say(fold, 'nonsense leaves rows');
    await page.fill(field, '');
  }
  if ((await page.locator('#request').count()) && !(await page.locator('#copy').isVisible())) say('copy', 'not shown');

  await page.emulateMedia({ media: 'print' });
  const folded = await page.evaluate(() => {
    dispatchEvent(new Event('beforeprint'));
    const count = document.querySelectorAll('details.action:not([open])').length;
    dispatchEvent(new Event('afterprint'));
    return count;
  });
  if (folded) say('print', `${folded} actions stay folded`);
  if ((await page.locator('#appendix').count()) && (await page.locator('#appendix').isVisible())) say('print', 'the appendix is printed');
  await context.close();
}

/** The page with scripts off: everything can still be reached. */
async function plain(url, say) {
  const context = await browser.newContext({ offline: true, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  if (await visible(page, '#filter, #copy, select, input, button')) say('no script', 'controls are shown that do nothing');
  const card = page.locator('.card [data-pick-node]').first();
  if ((await card.count()) && !(await page.locator(await card.getAttribute('href')).count())) say('no script', 'a card leads nowhere');
  await context.close();
}

/** Accessibility, and no sideways scrolling; the policy is lifted so that the checker can be put into the page. */
async function look(url, width, colorScheme, say) {
  const context = await browser.newContext({
    offline: true, bypassCSP: true, colorScheme, viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  await page.goto(url);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) say(`width ${width}`, `${over} pixels too wide`);
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  for (const { impact, id, nodes } of violations) {
    say(`axe ${width} ${colorScheme}`, `${impact} ${id}, ${nodes.length} times: ${nodes[0].target}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) say(`width ${width}`, `${wide} pixels too wide with everything open`);
  await context.close();
}

for (const file of process.argv.slice(2)) {
  const url = pathToFileURL(file).href;
  const say = (what, text) => {
    problems += 1;
    console.error(`${file}: ${what}: ${String(text).slice(0, 300)}`);
  };
  await use(url, say);
  await plain(url, say);
  await look(url, 1280, 'light', say);
  await look(url, 1280, 'dark', say);
  await look(url, 390, 'light', say);
  await look(url, 390, 'dark', say);
}
await browser.close();
console.log(problems ? `${problems} problem(s)` : `${process.argv.length - 2} page(s) clean`);
process.exitCode = problems ? 1 : 0;
