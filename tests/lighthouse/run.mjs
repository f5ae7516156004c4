// Serves reports on the loopback and lets Lighthouse judge their accessibility. Usage: node run.mjs REPORT.html...
// Exit code 1 unless every page gets 100.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const files = process.argv.slice(2);
const server = createServer((request, response) => {
  const file = files[Number(request.url.slice(1))];
  if (request.url === '/' || !file) { response.writeHead(404).end(); return; }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(readFileSync(file));
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
let bad = 0;
for (const [at, file] of files.entries()) {
  const url = `http://127.0.0.1:${server.address().port}/${at}`;
  const { lhr } = await lighthouse(url, { port: chrome.port, onlyCategories: ['accessibility'], logLevel: 'error' });
  const score = Math.round(lhr.categories.accessibility.score * 100);
  const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 1).map((audit) => audit.id);
  console.log(`${file.split('/').pop()}: accessibility ${score}${failed.length ? `, ${failed.join(', ')}` : ''}`);
  bad += score === 100 ? 0 : 1;
}
await chrome.kill();
server.close();
process.exitCode = bad ? 1 : 0;
