import { simulations } from '../../../simulators';
import { startSimulator } from '../../../simulators/server';

/** The simulated providers as a process of their own, on a fixed port and a folder that survives a kill. */
process.on('disconnect', () => process.exit(0));

async function main(stateFolder: string, port: number): Promise<void> {
  await startSimulator({ simulations, stateFolder, port });
  process.send?.({ kind: 'ready' });
}

main(process.argv[2] ?? '', Number(process.argv[3])).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
