import { gzipSync } from 'node:zlib';
import { EXPLICIT_LITTLE_ENDIAN } from '../../src/domain/dicom/element.ts';
import { formatSuppliedMeta } from '../../src/domain/dicom/supplied-meta.ts';
import { hashObjectRef } from '../../src/domain/object-ref.ts';
import type { IngestReport } from '../../src/domain/report.ts';
import { element, identityElements } from './element-bytes.ts';
import { makeObjectRef, makeUids } from './factories.ts';
import type { StoredObject } from './in-memory-object-storage.ts';
import type { IngestWorld, IngestWorldOptions } from './ingest-world.ts';
import { makeDicom } from './synthetic-dicom.ts';

/** The instance that all scenes are about. */
export const UIDS = makeUids();

const HASH = hashObjectRef(makeObjectRef());
const OPTIONS = { study: '1.2.1', series: '1.2.2', instance: '1.2.3', pixelBytes: 1200 };
const FILE = makeDicom(OPTIONS);
const COMPRESSED = { bytes: gzipSync(FILE), contentEncoding: 'gzip' } as const;
const OTHER_FILE = makeDicom({ ...OPTIONS, patientName: 'Other^Olga' });
const MARKER = 'ingested/1.2.1/1.2.2/2026-01-02';
const TOMBSTONE = 'tombstones/1.2.1';
const LEDGER = 'deletions/1.2.1.json';

/** An object that comes, what it meets, and what has to be left when it has been dealt with, however often it came. */
export interface IngestScene {
  readonly name: string;
  readonly options?: IngestWorldOptions;
  readonly object: StoredObject;
  readonly arrange?: (world: IngestWorld) => void;
  /** What somebody else does once the object has been given back. */
  readonly release?: (world: IngestWorld) => void;
  readonly outcome: IngestReport['outcome'];
  readonly reason: IngestReport['reason'];
  /** What the store has of the instance. */
  readonly stored: Buffer | undefined;
  /** What the state bucket has. */
  readonly documents: readonly string[];
  /** Copies of the object, by bucket and name; in quarantine the name ends with the object's hash. */
  readonly copies: readonly string[];
  readonly isInInbox: boolean;
}

const STORED = {
  object: { bytes: FILE },
  outcome: 'stored',
  reason: null,
  stored: FILE,
  documents: [MARKER],
  copies: [],
  isInInbox: true,
} as const;
const AGAIN = { ...STORED, outcome: 'already-stored', arrange: putInStore(FILE) } as const;
const rejected = (reason: NonNullable<IngestReport['reason']>) =>
  ({
    ...STORED,
    outcome: 'rejected',
    reason,
    stored: undefined,
    documents: [],
    copies: [`quarantine/${reason}/${HASH}`],
  }) as const;
const CONFLICT = {
  ...STORED,
  outcome: 'conflict',
  reason: 'different-content',
  arrange: putInStore(OTHER_FILE),
  stored: OTHER_FILE,
  copies: [`quarantine/different-content/${HASH}`],
} as const;
/** A data set without preamble and file meta information, and what is supplied to it. */
const BARE = Buffer.concat([...identityElements(), element(0x7fe00010, 'OB', Buffer.alloc(900, 7))]);
const SUPPLIED = formatSuppliedMeta({
  sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
  sopInstanceUid: UIDS.sopInstanceUid,
  encoding: EXPLICIT_LITTLE_ENDIAN,
});

export const INGEST_SCENES: readonly IngestScene[] = [
  { ...STORED, name: 'a new instance' },
  { ...STORED, name: 'a new instance, compared after storing', options: { changes: { verify: 'always' } } },
  {
    ...STORED,
    name: 'a new instance, compressed',
    object: COMPRESSED,
  },
  {
    ...STORED,
    name: 'a new instance, deleted from the inbox afterwards',
    options: { afterStore: 'delete' },
    isInInbox: false,
  },
  {
    ...STORED,
    name: 'a new instance, archived afterwards',
    options: { afterStore: 'archive' },
    copies: ['archive/1712345678901234/ward/a.dcm'],
    isInInbox: false,
  },
  { ...AGAIN, name: 'an instance that is there' },
  {
    ...AGAIN,
    name: 'an instance that is there, deleted from the inbox afterwards',
    options: { afterStore: 'delete' },
    isInInbox: false,
  },
  { ...AGAIN, name: 'an instance that is there, compressed', object: COMPRESSED },
  { ...CONFLICT, name: 'another instance under UIDs that are there' },
  { ...CONFLICT, name: 'another instance under UIDs that are there, compressed', object: COMPRESSED },
  {
    ...CONFLICT,
    name: 'another instance under UIDs that are there, where what is stored is deleted from the inbox',
    options: { afterStore: 'delete' },
  },
  { ...rejected('not-dicom'), name: 'an object that is no DICOM', object: { bytes: Buffer.alloc(900, 'x') } },
  { ...rejected('empty-object'), name: 'an empty object', object: { bytes: Buffer.alloc(0) } },
  { ...rejected('too-large'), name: 'an object that is too large', options: { changes: { mostBytes: 600 } } },
  {
    ...rejected('too-large'),
    name: 'an object that decompresses to too much',
    options: { changes: { mostBytes: FILE.length - 1 } },
    object: COMPRESSED,
  },
  {
    ...STORED,
    name: 'an object that is gone',
    outcome: 'ignored',
    reason: 'generation-gone',
    stored: undefined,
    documents: [],
    isInInbox: false,
    arrange: ({ storage }) => storage.remove(makeObjectRef()),
  },
  {
    ...rejected('damaged'),
    name: 'an object that says wrongly that it is compressed',
    object: { bytes: FILE, contentEncoding: 'gzip' },
  },
  {
    ...rejected('store-refused'),
    name: 'an instance that the store refuses',
    documents: [MARKER],
    arrange: ({ store }) => {
      store.refusal = { kind: 'refused', failureReason: 272, detail: '' };
    },
  },
  { ...rejected('no-preamble'), name: 'a data set without preamble', object: { bytes: BARE } },
  {
    ...STORED,
    name: 'a data set whose preamble is supplied',
    options: { changes: { noPreamble: 'supply' } },
    object: { bytes: BARE },
    stored: Buffer.concat([SUPPLIED, BARE]),
  },
  {
    ...rejected('deleted-before'),
    name: 'an instance that was deleted after it came',
    documents: [MARKER, TOMBSTONE],
    arrange: leaveTombstone(1),
  },
  {
    ...STORED,
    name: 'an instance that came after it was deleted',
    documents: [MARKER, TOMBSTONE],
    arrange: leaveTombstone(-1),
  },
  {
    ...rejected('deleted-before'),
    name: 'an instance that comes while its study is deleted',
    documents: [LEDGER, MARKER, TOMBSTONE],
    arrange: (world) => {
      leaveTombstone(1)(world);
      world.state.documents.set(LEDGER, { phase: 'running' });
    },
    release: ({ state }) => state.documents.set(LEDGER, { phase: 'ended' }),
  },
];

function putInStore(bytes: Buffer): (world: IngestWorld) => void {
  return ({ store }) => store.put(UIDS, bytes);
}

/** @param offsetMs after the object has come. */
function leaveTombstone(offsetMs: number): (world: IngestWorld) => void {
  return ({ clock, state }) => {
    state.documents.set(TOMBSTONE, { deletedAt: new Date(clock.now() + offsetMs).toISOString() });
  };
}
