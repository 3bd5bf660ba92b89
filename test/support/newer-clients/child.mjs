import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Runs the clients, on a Node that they run on: `node child.mjs <folder>` with what is installed below that folder. It
 * reads one order a line (`{"id": 1, "client": "fal", "base": "http://…", …}`) and writes one outcome a line, with what
 * the client gave or threw. It ends with its input.
 */

const [, , folder] = process.argv;
const requireThere = createRequire(join(folder, 'package.json'));
// Its notes on stdout would stand between our lines.
globalThis.AI_SDK_LOG_WARNINGS = false;

const CLIENTS = {
  google: (order) =>
    viaAiSdk(order, ({ createGoogle }, { base, key }) =>
      createGoogle({ baseURL: `${base}/v1beta`, apiKey: key }),
    ),
  fal: (order) =>
    viaAiSdk(order, ({ createFal }, { base, key }) =>
      createFal({ apiKey: key, fetch: toSimulatedFal(base) }),
    ),
  replicate: (order) =>
    viaAiSdk(order, ({ createReplicate }, { base, key }) =>
      createReplicate({ baseURL: base, apiToken: key }),
    ),
  minimax: (order) =>
    viaAiSdk(order, ({ createMiniMax }, { base, key }) =>
      createMiniMax({ videoBaseURL: base, apiKey: key }),
    ),
  'minimax-mcp-js': viaMiniMax,
};

/** fal's queue has one host, which the client knows and compares links with; it is the simulator here, and nowhere else. */
function toSimulatedFal(base) {
  const host = 'https://queue.fal.run';
  return async (input, init) => {
    const response = await fetch(String(input).replace(host, base), init);
    const text = (await response.text()).replaceAll(base, host);
    const { status, statusText, headers } = response;
    return new Response(text, { status, statusText, headers });
  };
}

async function viaAiSdk(order, create) {
  const { experimental_generateVideo: generateVideo } = requireThere('ai');
  const provider = create(requireThere(`@ai-sdk/${order.client}`), order);
  const hook = order.isCalled ? await receiver() : undefined;
  try {
    const { videos, warnings, providerMetadata } = await generateVideo({
      ...order.settings,
      model: provider.video(order.model),
      maxRetries: 0,
      poll: { intervalMs: 1 },
      // Its own refuses the loopback address, where the simulator's files are.
      download,
      ...(hook ? { webhook: () => hook } : {}),
    });
    return { videos: videos.map(headOf), warnings, providerMetadata, called: await hook?.received };
  } finally {
    hook?.close();
  }
}

async function download({ url }) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the file was answered with ${response.status}`);
  return { data: new Uint8Array(await response.arrayBuffer()), mediaType: undefined };
}

const headOf = ({ uint8Array, mediaType }) => ({
  mediaType,
  kind: Buffer.from(uint8Array.subarray(4, 8)).toString('latin1'),
});

/** Waits for one message of a provider's. */
async function receiver() {
  let hear;
  const received = new Promise((resolve) => (hear = resolve));
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request);
    response.end();
    hear({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, received, close };
}

/** MiniMax's own client of its older wire. Its wait has pauses of 20 seconds, so that it is asked for each look. */
async function viaMiniMax({ base, key, settings }) {
  const { MiniMaxAPI } = requireThere('minimax-mcp-js/build/utils/api.js');
  const { VideoAPI } = requireThere('minimax-mcp-js/build/api/video.js');
  const api = new VideoAPI(new MiniMaxAPI({ apiHost: base, apiKey: key, resourceMode: 'url' }));
  const { task_id: taskId } = await api.generateVideo({ ...settings, asyncMode: true });
  const words = [];
  for (let look = 0; look < 4; look += 1) {
    const { status, video_url: url } = await api.queryVideoGeneration({ taskId });
    words.push(status);
    if (url) {
      const { data } = await download({ url });
      return { words, videos: [headOf({ uint8Array: data })] };
    }
  }
  return { words, videos: [] };
}

/** Gives what says why, with the answer that a client read where it keeps one. */
const failureOf = ({ name, message, statusCode, responseBody }) => ({
  name,
  message,
  statusCode,
  ...(responseBody === undefined ? {} : { responseBody }),
});

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  CLIENTS[order.client](order)
    .then((given) => ({ given }))
    .catch((error) => ({ thrown: failureOf(error) }))
    .then((outcome) => process.stdout.write(`${JSON.stringify({ id: order.id, ...outcome })}\n`));
}
