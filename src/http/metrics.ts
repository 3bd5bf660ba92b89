import type { RequestListener } from 'node:http';

/** What Prometheus scrapes. */
export interface MetricsPage {
  contentType: string;
  text(): Promise<string>;
}

/**
 * Makes what answers `GET /metrics`, and nothing else, without a key: it belongs on an address of its own, which only
 * the scraper reaches. A page that cannot be made is a 500 without a reason, which the scraper sees as down.
 */
export function createMetricsPage(page: MetricsPage): RequestListener {
  return (request, response) => {
    const path = request.url?.split('?')[0];
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    page.text().then(
      (text) => {
        response.writeHead(200, { 'content-type': page.contentType }).end(text);
      },
      () => {
        response.writeHead(500).end();
      },
    );
  };
}
