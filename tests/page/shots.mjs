import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const file of process.argv.slice(2)) {
  const c = await browser.newContext({ offline: true, colorScheme: 'dark', viewport: { width: 1280, height: 1000 } });
  const p = await c.newPage(); await p.goto(pathToFileURL(file).href);
  await p.screenshot({ path: file.replace('.html', '-dark.png'), fullPage: true });
  await p.pdf({ path: file.replace('.html', '.pdf'), format: 'A4', preferCSSPageSize: true });
}
await browser.close();
