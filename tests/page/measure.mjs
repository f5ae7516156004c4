import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const file of process.argv.slice(2)) {
  const url = pathToFileURL(file).href;
  const out = [];
  for (const width of [1280, 390]) {
    const context = await browser.newContext({ offline: true, viewport: { width, height: 1000 } });
    const page = await context.newPage();
    await page.goto(url);
    out.push(`${width}: ${await page.evaluate(() => document.documentElement.scrollHeight)} px`);
    if (width === 1280) {
      out.push(`${await page.evaluate(() => document.body.innerText.split(/\s+/).length)} words`);
      out.push(await page.evaluate(() => Array.from(document.querySelectorAll('main > *')).map((e) => `${e.id || e.className}=${Math.round(e.getBoundingClientRect().height)}`).join(' ')));
      const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
      out.push(`${(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) || []).length} pages`);
    }
    if (process.env.SHOTS) await page.screenshot({ path: `${file.replace(/\.html$/, '')}-${width}.png`, fullPage: true });
    await context.close();
  }
  console.log(file.split('/').pop(), out.join(' | '));
}
await browser.close();
