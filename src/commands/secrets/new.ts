import { exits, newCommand } from '../kit/command';
import { EXIT } from '../kit/exit-codes';
import { dataOption, jsonOption } from '../kit/options';

/** Makes `reelay secrets new`, which puts a new secret key before the one of a data folder. */
export const newKeyCommand = () =>
  newCommand({
    name: 'new',
    summary: 'put a new secret key before the one of the data folder',
    description:
      'Puts a new secret key before that of the data folder, for a "start" of its own: the next one seals and signs with ' +
      'it, and reads what the one before did.',
    examples: ['reelay secrets new --data ./.reelay'],
  })
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(
      exits(async ({ data, json }) => {
        const [{ readSettings }, { addSecretKey }] = await Promise.all([
          import('../../run/settings.js'),
          import('../../run/secrets.js'),
        ]);
        if (readSettings().environment.REELAY_SECRET_KEY !== undefined) {
          throw new Error(
            'REELAY_SECRET_KEY is set, so the file of the data folder is not read; put the new key there ' +
              '("openssl rand -base64 32" makes one), as docs/operating.md says under "Rotating secrets"',
          );
        }
        const keys = addSecretKey(data);
        process.stdout.write(
          json
            ? `${JSON.stringify({ keys })}\n`
            : `secret.key has a new first line, and ${keys - 1} older; restart to use it\n`,
        );
        return EXIT.ok;
      }),
    );
