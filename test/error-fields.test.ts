import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A client that points at the field at fault reads `param`, and a person reads the text: both name the same one. */

const DIALECTS = join(__dirname, '..', 'src/dialects');
/** The APIs whose errors have OpenAI's shape, which always has a `param`, null (in Ark's, empty) where no field is at fault. */
const APIS = ['videos', 'account', 'jobs', 'admin', 'ark-tasks'];

interface Told {
  message: string;
  param: string | null;
}
const ERRORS = APIS.flatMap((api) =>
  readdirSync(join(DIALECTS, api, 'wire')).flatMap((name): [string, Told][] => {
    const file: unknown = JSON.parse(readFileSync(join(DIALECTS, api, 'wire', name), 'utf8'));
    // test/dialects.contract.test.ts holds that this is what is answered.
    const { reply } = file as { reply?: { status: number; body?: { error?: Told } } };
    const error = reply && reply.status >= 400 ? reply.body?.error : undefined;
    return error ? [[`${api}/${name}`, error]] : [];
  }),
);

/** The body as a whole is no field of it. */
const fieldIn = (message: string): string | undefined =>
  /^(?!body: )([\w.-]+): /.exec(message)?.[1];

test.each(ERRORS)('%s names in param the field that its text names', (_name, error) => {
  const { message, param } = error;
  const named = fieldIn(message);
  if (named === undefined) expect(message).toContain(param ?? '');
  else expect(param).toBe(named);
});
