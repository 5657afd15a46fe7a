/** Collections with names or UIDs without number; theirs are left out of a route. */
const MANY = new Set(['o', 'studies', 'series', 'instances', 'frames', 'operations']);
/** Parameters that choose the method rather than an object. */
const CHOOSING = ['alt', 'uploadType'];
/** The first parts of API paths; anything else is a bucket, as in the XML API. */
const ROOTS = new Set(['', 'storage', 'upload', 'download', 'batch', 'v1', 'computeMetadata']);
/** Paths that nobody foresaw cannot fill the memory. */
const MOST_ROUTES = 1000;

/**
 * What a request asks for, without saying which one: objects, studies, series and instances are `*`.
 *
 * @param target path and query.
 * @example `GET /storage/v1/b/inbox/o/*?alt=media`
 */
export function routeOf(method: string, target: string): string {
  const [path = '', query = ''] = target.split('?', 2);
  const segments = path.split('/').slice(1);
  if (!ROOTS.has(segments[0] ?? '')) return `${method} /*`;
  const route = segments.map((segment, index) => (MANY.has(segments[index - 1] ?? '') ? '*' : segment));
  const parameters = new URLSearchParams(query);
  const kept = CHOOSING.filter((name) => parameters.has(name)).map(
    (name) => `${name}=${parameters.get(name) ?? ''}`,
  );
  return `${method} /${route.join('/')}${kept.length === 0 ? '' : `?${kept.join('&')}`}`;
}

/** How many requests came, by route. */
export class RequestCounts {
  readonly #counts = new Map<string, number>();

  add(method: string, target: string): void {
    const route = routeOf(method, target);
    const key = this.#counts.has(route) || this.#counts.size < MOST_ROUTES ? route : 'other';
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  reset(): void {
    this.#counts.clear();
  }

  toJson(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
