/**
 * A workflow of yours with two videos as child workflows: your own worker, your own task queue, Reelay's namespace.
 *
 *   npm start                      # in another terminal; says on which port the engine listens
 *   TEMPORAL_ADDRESS=127.0.0.1:<port> node examples/04-as-child-workflow/run.mjs
 *
 * No API key is needed: whoever may start workflows in the namespace is trusted to name the workspace that pays.
 */
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';

const address = process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233';
const namespace = process.env.TEMPORAL_NAMESPACE ?? 'reelay';
const taskQueue = 'trailers';

const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue,
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
});

const client = new Client({ connection: await Connection.connect({ address }), namespace });
const jobIds = await worker.runUntil(
  client.workflow.execute('trailer', {
    taskQueue,
    // Yours too: started again under the same id it gets the same two videos.
    workflowId: process.argv[2] ?? `trailer-${Date.now()}`,
    args: [
      {
        workspace: process.env.REELAY_WORKSPACE ?? 'default',
        model: 'seedance-2.0',
        scenes: ['a paper boat leaves the harbour', 'a paper boat comes home'],
      },
    ],
  }),
);
for (const id of jobIds) console.log(`made ${id}`);

await connection.close();
await client.connection.close();
