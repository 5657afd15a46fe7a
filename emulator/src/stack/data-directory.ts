import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Marks a directory as a stack's, so that `--reset` never empties one that is not. */
const MARKER = 'dicom-courier-local-stack.json';
const LOCK = 'running.pid';

/** The directories inside it. */
export const DATA_PARTS = ['storage', 'pubsub', 'healthcare', 'uploads', 'logs'] as const;

export type DataPart = (typeof DATA_PARTS)[number];

/** A stack's directory, held by this process until it is released. */
export interface DataDirectory {
  /** An existing directory of that part. */
  pathOf(part: DataPart): string;
  release(): void;
}

/**
 * Takes the directory for this process, and makes it where there is none.
 *
 * @param options.reset empties it first.
 * @throws Error when another stack is running on it, or when somebody else's files have the names of its own.
 */
export function openDataDirectory(
  path: string,
  options: { readonly reset?: boolean; readonly processId?: number } = {},
): DataDirectory {
  const processId = options.processId ?? process.pid;
  mkdirSync(path, { recursive: true });
  checkIsOurs(path);
  checkIsFree(path, processId);
  if (options.reset === true) {
    for (const part of DATA_PARTS) rmSync(join(path, part), { recursive: true, force: true });
  }
  writeFileSync(join(path, MARKER), `${JSON.stringify({ format: 1 })}\n`);
  writeFileSync(join(path, LOCK), `${processId}\n`);
  for (const part of DATA_PARTS) mkdirSync(join(path, part), { recursive: true });
  return {
    pathOf: (part) => join(path, part),
    release: () => rmSync(join(path, LOCK), { force: true }),
  };
}

function checkIsOurs(path: string): void {
  if (existsSync(join(path, MARKER))) return;
  const foreign = DATA_PARTS.find((part) => existsSync(join(path, part)));
  if (foreign === undefined) return;
  throw new Error(
    `${join(path, foreign)} was not made by a local stack, which would use it as its own. Choose another directory with --data.`,
  );
}

function checkIsFree(path: string, processId: number): void {
  const lock = join(path, LOCK);
  if (!existsSync(lock)) return;
  const holder = Number(readFileSync(lock, 'utf8'));
  // A lock with this process's own number is left from before a restart of the machine or container.
  if (!Number.isInteger(holder) || holder <= 0 || holder === processId || !isAlive(holder)) return;
  throw new Error(
    `A local stack is already running on ${path} (process ${holder}). ` +
      `Stop it, or choose another directory with --data. If it is not a stack, delete ${lock}.`,
  );
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
