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
  bytedance: (order) =>
    viaAiSdk(order, ({ createByteDance }, { base, key }) =>
      createByteDance({ baseURL: base, apiKey: key }),
    ),
  'minimax-mcp-js': viaMiniMax,
  openai: viaOpenai,
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

/**
 * OpenAI's own client: one method of its `videos`, named as in Python (`download_content`), with the id that it is called
 * with, its other arguments, and what it has no argument for.
 */
async function viaOpenai({ base, key, settings: { method, of, body = {}, extra } }) {
  const { OpenAI, toFile } = requireThere('openai');
  const { videos } = new OpenAI({ baseURL: base, apiKey: key, maxRetries: 0 });
  const argumentOf = ({ base64, name, type }) =>
    toFile(Buffer.from(base64, 'base64'), name, { type });
  const given = await Promise.all(
    Object.entries({ ...body, ...extra }).map(async ([name, value]) => [
      name,
      value?.base64 ? await argumentOf(value) : value,
    ]),
  );
  const camel = method.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const answer = videos[camel](...(of ? [of] : []), Object.fromEntries(given));
  if (method === 'list')
    return { videos: [], answer: { ids: (await Array.fromAsync(answer)).map(({ id }) => id) } };
  if (method !== 'download_content') return { videos: [], answer: await answer };
  const file = await answer;
  const bytes = Buffer.from(await file.arrayBuffer());
  return {
    videos: [],
    answer: { type: file.headers.get('content-type'), base64: bytes.toString('base64') },
  };
}

/** Gives what says why, with the answer that a client read where it keeps one. */
const failureOf = ({ name, constructor, message, statusCode, responseBody, ...more }) => ({
  // A class of OpenAI's errors has no name but its own.
  name: name === 'Error' ? constructor.name : name,
  message,
  statusCode,
  status: more.status,
  code: more.code,
  param: more.param,
  ...(responseBody === undefined ? {} : { responseBody }),
});

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  CLIENTS[order.client](order)
    .then((given) => ({ given }))
    .catch((error) => ({ thrown: failureOf(error) }))
    .then((outcome) => process.stdout.write(`${JSON.stringify({ id: order.id, ...outcome })}\n`));
}
