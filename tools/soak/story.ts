import type { Content, DicomFile } from './file.ts';

/** An object that is uploaded, and the outcomes, with their reasons, of which one or more it may come to. */
export interface Upload {
  readonly name: string;
  readonly content: Content;
  readonly outcomes: readonly string[];
  /** What the object says of its bytes, rightly or not. */
  readonly contentEncoding?: 'gzip';
  readonly race?: Race;
}

/** The object comes while what it belongs to is being deleted. */
export interface Race {
  /** What is being deleted. */
  readonly target: string;
  /** An instance that was not there, or one that was: with the same bytes, or with others. */
  readonly as: 'new' | 'same' | 'other';
}

/** A message, and how it must end; `refused` before it becomes a command. */
export interface Command {
  readonly topic: 'export' | 'delete';
  /** Null where the message has none. */
  readonly id: string | null;
  readonly message: object | string;
  readonly ends: 'complete' | 'partial' | 'failed' | 'refused';
  /** The deletions that it has to have made. */
  readonly targets: readonly string[];
  /** Deletions that were begun and called off, or that another command may have spared it: each may have left a ledger. */
  readonly besides?: readonly string[];
  /** The objects that it must write: name to what it holds. */
  readonly exports: readonly ExportedFile[];
  /** Null where it writes none, or is refused. */
  readonly manifest: Manifest | null;
}

export interface ExportedFile {
  readonly name: string;
  readonly file: DicomFile;
  /** @default the bytes as they are stored */
  readonly form?: 'metadata';
}

export interface Manifest {
  readonly name: string;
  /** The objects that it must list, whatever became of them. */
  readonly lists: readonly string[];
}

/** A message that says that something has happened to an object, which nobody has uploaded. */
export interface Announcement {
  /** Null where it cannot be read, or names none. */
  readonly object: { readonly name: string; readonly generation: string } | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: string;
  readonly outcome: string;
}

export type Step =
  | { readonly kind: 'upload'; readonly uploads: readonly Upload[] }
  | { readonly kind: 'publish'; readonly command: Command }
  | { readonly kind: 'announce'; readonly announcement: Announcement }
  | { readonly kind: 'hold'; readonly target: string }
  /** Somebody else's object, where exports go. */
  | { readonly kind: 'place'; readonly name: string; readonly text: string }
  /** Instances that have come long ago: they are in the store, and ingest has left a marker of that day. */
  | { readonly kind: 'age'; readonly files: readonly DicomFile[]; readonly day: string }
  | { readonly kind: 'wait'; readonly ms: number }
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
