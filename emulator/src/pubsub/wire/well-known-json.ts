import { StatusError } from '../status-error.ts';

/** Seconds and nanoseconds, as google.protobuf.Timestamp and Duration carry them. */
interface SecondsAndNanos {
  seconds?: number | undefined;
  nanos?: number | undefined;
}

/** How protobuf's JSON form writes one well-known type: as one string instead of an object of fields. */
interface WellKnownJson {
  read(text: string): object;
  write(message: object): string;
}

/** The well-known types that occur in the API. */
export const WELL_KNOWN_JSON: Readonly<Record<string, WellKnownJson>> = {
  'google.protobuf.Duration': {
    read: readDuration,
    write(message) {
      const { seconds = 0, nanos = 0 } = message as SecondsAndNanos;
      return `${seconds}${fraction(nanos)}s`;
    },
  },
  'google.protobuf.Timestamp': {
    read(text) {
      const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
      const seconds = match === null ? NaN : Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`) / 1000;
      if (Number.isNaN(seconds)) throw new StatusError('INVALID_ARGUMENT', `Invalid time format: ${text}`);
      return { seconds, nanos: Number((match?.[2] ?? '0').padEnd(9, '0')) };
    },
    write(message) {
      const { seconds = 0, nanos = 0 } = message as SecondsAndNanos;
      return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction(nanos)}Z`;
    },
  },
  'google.protobuf.FieldMask': {
    read(text) {
      return { paths: text === '' ? [] : text.split(',') };
    },
    write(message) {
      return ((message as { paths?: string[] }).paths ?? []).join(',');
    },
  },
};

function readDuration(text: string): SecondsAndNanos {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (match === null) {
    throw new StatusError('INVALID_ARGUMENT', `Invalid duration format: ${text}; it must end with 's'.`);
  }
  const sign = match[1] === '-' ? -1 : 1;
  return { seconds: sign * Number(match[2]), nanos: sign * Number((match[3] ?? '').padEnd(9, '0')) };
}

/** Three, six or nine digits, as protobuf's JSON form prints them, or nothing for whole seconds. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  return `.${digits.replace(/(?:000){1,2}$/, '')}`;
}
