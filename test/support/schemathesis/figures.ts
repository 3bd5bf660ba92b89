import { z } from 'zod';

/** What is read of the JSON report of one run of Schemathesis. */
const reportSchema = z.object({
  stop_reason: z.string(),
  operations: z.object({ selected: z.int(), tested: z.int(), errored: z.int() }),
  test_cases: z.object({ generated: z.int(), with_failures: z.int(), errored: z.int() }),
  failures: z.array(
    z.object({ title: z.string(), count: z.int(), operations: z.array(z.string()) }),
  ),
  errors: z.array(z.object({ title: z.string(), count: z.int() })),
});

/** What a run has shown, over all of its parts. */
export interface Figures {
  operations: number;
  /** Operations of which at least one request was sent. */
  tested: number;
  /** Requests that were made up and sent. */
  cases: number;
  failures: { title: string; count: number; operations: string[] }[];
  /** What kept Schemathesis from testing: the title and how often. */
  errors: { title: string; count: number }[];
  seconds: number;
}

/** Sums the reports of the parts of a run, each the text of Schemathesis' JSON. Throws where one is of another shape. */
export function figuresOf(reports: readonly string[], seconds: number): Figures {
  const parts = reports.map((text) => reportSchema.parse(JSON.parse(text)));
  const sum = (number: (part: (typeof parts)[number]) => number): number =>
    parts.reduce((total, part) => total + number(part), 0);
  return {
    operations: sum(({ operations }) => operations.selected),
    tested: sum(({ operations }) => operations.tested),
    cases: sum(({ test_cases: cases }) => cases.generated),
    failures: parts.flatMap(({ failures }) => failures),
    errors: parts.flatMap(({ errors }) => errors),
    seconds: Math.round(seconds),
  };
}

/** Says whether every operation was tested and nothing was found: what the exit code tells. */
export const isGood = ({ operations, tested, failures, errors }: Figures): boolean =>
  operations > 0 && tested === operations && failures.length === 0 && errors.length === 0;
