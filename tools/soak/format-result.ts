import { isSound, type SoakResult } from './soak.ts';

/** The invariant table, and what to do when one does not hold. */
export function formatResult(result: SoakResult): string {
  const { seed, minutes, played, reports, isQuiet, calmSeconds, verdicts } = result;
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  const rows = verdicts.flatMap(({ name, checked, violated, details }) => [
    `${violated === 0 ? '✓' : '✗'} ${name.padEnd(width)} ${String(checked).padStart(7)} ${String(violated).padStart(8)}`,
    ...details.map((detail) => `    ${detail}`),
    ...(violated > details.length ? [`    and ${violated - details.length} more`] : []),
  ]);
  const lines = [
    `${played.objects} objects, ${played.commands} commands, ${reports} reports; ${played.faults} faults, ${played.kills} kills, ${played.revocations} revoked tokens; calm after ${calmSeconds} s.`,
    '',
    `  ${'invariant'.padEnd(width)} checked violated`,
    ...rows,
    '',
    ...(isQuiet ? [] : ['It did not come to rest in time.']),
    isSound(result) ? 'Every invariant holds.' : 'The soak FAILED.',
    `The same schedule again: npm run soak -- --minutes ${minutes} --seed ${seed}`,
  ];
  return `${lines.join('\n')}\n`;
}
