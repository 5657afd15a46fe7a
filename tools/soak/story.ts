import type { Content, DicomFile } from './file.ts';

/** An object that is uploaded, and the outcomes, with their reasons, of which one or more it may come to. */
export interface Upload {
  readonly name: string;
  readonly content: Content;
  readonly outcomes: readonly string[];
}

/** A message, and how it must end; `refused` before it becomes a command. */
export interface Command {
  readonly topic: 'export' | 'delete';
  /** Null where the message has none. */
  readonly id: string | null;
  readonly message: object | string;
  readonly ends: 'complete' | 'failed' | 'refused';
  /** The deletions and exports that it has to have made. */
  readonly targets: readonly string[];
  /** The objects that it must write: name to what it holds. */
  readonly exports: readonly { readonly name: string; readonly file: DicomFile }[];
}

export type Step =
  | { readonly kind: 'upload'; readonly uploads: readonly Upload[] }
  | { readonly kind: 'publish'; readonly command: Command }
  | { readonly kind: 'hold'; readonly target: string }
  /** Until all that the story has begun has its outcome. */
  | { readonly kind: 'settle' };

/** What the store may hold under one path in the end. */
export interface Expected {
  readonly files: readonly DicomFile[];
  /** Whether it may also hold nothing. */
  readonly isOptional: boolean;
}

/** One study and what happens to it, made so that its end can be known, whatever happens on the way. */
export interface Story {
  readonly name: string;
  readonly kind: string;
  readonly startMs: number;
  readonly steps: readonly Step[];
  readonly expected: readonly Expected[];
}
