/**
 * Server 1.29 lets two processes that register attributes at the same moment give one name two columns of its
 * visibility store: `{Keyword01: "ReelayModel", Keyword04: "ReelayModel"}`. It then writes and reads either, and
 * searches miss runs. The function answers a sentence with the mending command, or undefined when each name has one
 * column.
 */
export function doubledAttributes(
  aliases: Readonly<Record<string, string>>,
  engine: { address: string; namespace: string },
): string | undefined {
  const columns = Object.values(aliases);
  const names = [...new Set(columns)].sort();
  const spare = names.flatMap((name) =>
    Array.from({ length: columns.filter((one) => one === name).length - 1 }, () => name),
  );
  if (spare.length === 0) return undefined;
  const commands = spare.map(
    (name) =>
      `temporal operator search-attribute remove --address ${engine.address} --namespace ${engine.namespace} --name ${name} --yes`,
  );
  return (
    `engine: namespace "${engine.namespace}" has search attributes twice (${[...new Set(spare)].join(', ')}), so that ` +
    'searches in its pages miss runs; jobs are not affected. Each of these takes one of the two away; run each once: ' +
    commands.join('; ')
  );
}
