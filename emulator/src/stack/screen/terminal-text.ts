import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'warning' | 'quiet' | 'strong';

/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const STYLES = { good: 'green', bad: 'red', warning: 'yellow', quiet: 'dim', strong: 'bold' } as const;

export const plain: Paint = (_tone, text) => text;

export const coloured: Paint = (tone, text) => styleText(STYLES[tone], text, { validateStream: false });

/** Colours are for a terminal whose owner has not said no (https://no-color.org). */
export function paintFor(isTerminal: boolean, noColor: string | undefined): Paint {
  return isTerminal && (noColor ?? '') === '' ? coloured : plain;
}

/**
 * A text from outside, made harmless for a terminal: control characters, of which the commands that move the
 * cursor or rename the window are made, and marks that reverse the reading direction are shown by their codes.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** In decimal units, as disks and networks are sold: `514 kB`. */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = sizeBytes / 1000;
  let unit = 0;
  // 999.5 would be rounded to "1000".
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit] ?? ''}`;
}

/** The hour, minute and second on the wall of whoever reads it. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
