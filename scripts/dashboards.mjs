import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * Asks a Prometheus that scrapes a working gateway for every query of every panel of the dashboard, says how many series
 * each has, and draws them. It fails where one is empty. `npm run dashboards -- --prometheus http://127.0.0.1:9090`
 */
const { values: options } = parseArgs({
  options: {
    prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
    minutes: { type: 'string', default: '5' },
    picture: { type: 'string' },
  },
});

const RATE_INTERVAL = '1m';
const POINTS = 120;

const file = new URL('../deploy/grafana/reelay.json', import.meta.url);
const panels = JSON.parse(readFileSync(file, 'utf8')).panels.filter(({ targets }) => targets);

async function ask(expr) {
  const end = Date.now() / 1000;
  const start = end - 60 * Number(options.minutes);
  const url = new URL('/api/v1/query_range', options.prometheus);
  const query = expr.replaceAll('$__rate_interval', RATE_INTERVAL);
  url.search = new URLSearchParams({ query, start, end, step: (end - start) / POINTS }).toString();
  const answer = await (await fetch(url)).json();
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
  return answer.data.result.map(({ metric, values }) => ({
    metric,
    points: values
      .map(([at, value]) => ({ x: (at - start) / (end - start), value: Number(value) }))
      .filter(({ value }) => Number.isFinite(value)),
  }));
}

const named = (legend, metric) =>
  legend.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '');

const drawn = [];
let empty = 0;
for (const { title, description, targets } of panels) {
  const series = [];
  for (const { expr, legendFormat } of targets) {
    const found = (await ask(expr)).filter(({ points }) => points.length > 0);
    if (found.length === 0) {
      empty += 1;
      process.stdout.write(`EMPTY ${title}: ${expr}\n`);
    }
    series.push(...found.map((one) => ({ ...one, name: named(legendFormat, one.metric) })));
  }
  process.stdout.write(`${String(series.length).padStart(3)} series  ${title}\n`);
  drawn.push({ title, description, series });
}
if (options.picture) writeFileSync(options.picture, picture(drawn));
process.stdout.write(`${panels.length} panels, ${empty} queries without an answer\n`);
process.exitCode = empty > 0 ? 1 : 0;

function picture(charts) {
  const [width, height, columns] = [360, 200, 4];
  const rows = Math.ceil(charts.length / columns);
  const parts = charts.map(({ title, description, series }, index) => {
    const top = Math.max(...series.flatMap(({ points }) => points.map(({ value }) => value)), 0);
    const lines = series.map(({ points, name }, at) => {
      const color = `hsl(${(at * 67) % 360} 60% 45%)`;
      const path = points
        .map(({ x, value }) => `${40 + x * 310},${150 - (top > 0 ? value / top : 0) * 100}`)
        .join(' ');
      const text =
        at < 6
          ? `<text x="${40 + (at % 3) * 108}" y="${168 + Math.floor(at / 3) * 14}" fill="${color}">${escape(name).slice(0, 20)}</text>`
          : '';
      return `<polyline points="${path}" fill="none" stroke="${color}"/>${text}`;
    });
    const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
    return `<g transform="translate(${x} ${y})"><text x="8" y="18" font-size="13">${escape(title)}</text>
<text x="8" y="34" fill="#777">${escape(description)}</text><text x="4" y="54" fill="#777">${Number(top.toPrecision(3))}</text>
<path d="M40 50V150H350" fill="none" stroke="#bbb"/>${lines.join('')}</g>`;
  });
  const size = `width="${columns * width}" height="${rows * height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="10"><rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>\n`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
