import { GoogleAuth } from 'google-auth-library';

/** The one token that the local stand-ins never let expire. */
const LOCAL_TOKEN = 'local';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const REQUEST_TIMEOUT_MS = 120_000;

export interface HealthcareRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Behind `/v1/`, e.g. `projects/…/dicomWeb/studies`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** An answer with any status; nothing is thrown for one. */
export interface HealthcareAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** Requests to the Cloud Healthcare API, each sent once. */
export type HealthcareClient = (request: HealthcareRequest) => Promise<HealthcareAnswer>;

/**
 * A client of the Cloud Healthcare API that shares no code with the worker, so that it does not share its mistakes.
 *
 * @param endpoint where it is. One on this machine is a stand-in, and is never shown a Google token.
 */
export function makeHealthcareClient(endpoint: string): HealthcareClient {
  const token = tokenSource(endpoint);
  return async ({ method, path, headers = {}, body }) => {
    const answer = await fetch(`${endpoint}/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}`, ...headers },
      body: typeof body === 'object' ? new Uint8Array(body) : (body ?? null),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, body: bytes, json: parseJson(bytes) };
  };
}

/** Where tokens for an endpoint come from: Application Default Credentials, but for one on this machine. */
export function tokenSource(endpoint: string): () => Promise<string> {
  if (isLoopback(endpoint)) return () => Promise.resolve(LOCAL_TOKEN);
  const auth = new GoogleAuth({ scopes: SCOPE });
  return async () => (await auth.getAccessToken()) ?? '';
}

export function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
