import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve, type RunningServer } from '../http/server.ts';
import type { TokenRegistry } from '../http/tokens.ts';
import { makeAccessTokens } from './access-tokens.ts';
import { makeIdentityToken } from './identity-token.ts';

export interface MetadataServerOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Where the tokens it gives out are known, so that the other stand-ins accept them. */
  readonly tokens: TokenRegistry;
  /** The project id that clients are told, e.g. `local`. */
  readonly project: string;
  /** The e-mail address of the service account that everyone who asks here runs as. */
  readonly account: string;
  /** @default 1 */
  readonly projectNumber?: string;
  /**
   * How long an access token is valid. Clients refresh five minutes before the end, so anything below
   * 300 makes them ask again before every request.
   *
   * @default 3599
   */
  readonly tokenLifetimeSeconds?: number;
  /** @default Date.now */
  readonly now?: () => number;
}

/** The scopes every account has here; on Cloud Run rights are a matter of roles, not of scopes. */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
const FLAVOR = { 'metadata-flavor': 'Google', server: 'Metadata Server for Serverless' };

/** A value, or a directory of further entries. */
type Entry = { readonly [name: string]: Entry } | ((query: URLSearchParams) => Answer);
interface Answer {
  readonly body: string | object;
  readonly status?: number;
}

/**
 * The metadata server as seen by one function, to be reached through `GCE_METADATA_HOST`.
 *
 * On Google Cloud each instance sees its own, at one fixed address. Here every function has its own on a port
 * of its own, which is how functions on one machine run as different service accounts.
 */
export function startMetadataServer(options: MetadataServerOptions): Promise<RunningServer> {
  const root: Entry = { computeMetadata: { v1: describeInstance(options) } };
  return serve((request, response) => answer(root, request, response), options.port);
}

function describeInstance(options: MetadataServerOptions): Entry {
  const { account, project, projectNumber = '1', now = Date.now } = options;
  const nextToken = makeAccessTokens({ ...options, lifetimeSeconds: options.tokenLifetimeSeconds ?? 3599 });
  const serviceAccount: Entry = {
    aliases: () => ({ body: 'default' }),
    email: () => ({ body: account }),
    identity: (query) => {
      const audience = query.get('audience') ?? '';
      if (audience === '') return { status: 400, body: 'non-empty audience parameter required' };
      return { body: makeIdentityToken({ account, audience, issuedAtMs: now() }) };
    },
    scopes: () => ({ body: SCOPES.join('\n') }),
    token: () => ({ body: nextToken() }),
  };
  return {
    instance: {
      id: () => ({ body: '1' }),
      region: () => ({ body: `projects/${projectNumber}/regions/local` }),
      'service-accounts': { default: serviceAccount, [account]: serviceAccount },
      zone: () => ({ body: `projects/${projectNumber}/zones/local-1` }),
    },
    project: {
      'numeric-project-id': () => ({ body: projectNumber }),
      'project-id': () => ({ body: project }),
    },
    universe: { 'universe-domain': () => ({ body: 'googleapis.com' }) },
  };
}

function answer(root: Entry, request: IncomingMessage, response: ServerResponse): void {
  // Both checks are Google's defence against a server that is tricked into fetching a URL on this address.
  if (request.headers['x-forwarded-for'] !== undefined) {
    sendText(response, 403, 'Requests that carry X-Forwarded-For are refused.');
    return;
  }
  const url = new URL(request.url ?? '/', 'http://metadata.google.internal');
  if (url.pathname !== '/' && request.headers['metadata-flavor'] !== 'Google') {
    sendText(response, 403, 'Missing required header "Metadata-Flavor": "Google".');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendText(response, 405, 'Only GET is allowed here.');
    return;
  }
  const names = url.pathname.split('/').filter((name) => name !== '');
  const entry = find(root, names.map(decodeURIComponent));
  if (entry === undefined) {
    sendText(response, 404, `There is no metadata at ${url.pathname}.`);
    return;
  }
  const { status = 200, body } = render(entry, url.searchParams);
  if (typeof body === 'object') {
    send(response, status, 'application/json', JSON.stringify(body));
    return;
  }
  sendText(response, status, body);
}

function find(root: Entry, names: readonly string[]): Entry | undefined {
  let entry: Entry | undefined = root;
  for (const name of names) {
    if (typeof entry !== 'object' || !Object.hasOwn(entry, name)) return undefined;
    entry = entry[name];
  }
  return entry;
}

function render(entry: Entry, query: URLSearchParams): Answer {
  if (typeof entry === 'function') return entry(query);
  if (query.get('recursive')?.toLowerCase() === 'true') return { body: renderTree(entry) as object };
  const lines = Object.entries(entry).map(([name, child]) => (typeof child === 'object' ? `${name}/` : name));
  return { body: lines.map((line) => `${line}\n`).join('') };
}

/** A directory as JSON; credentials are left out of it, as Google leaves them out. */
function renderTree(entry: Entry): unknown {
  if (typeof entry === 'function') return entry(new URLSearchParams()).body;
  return Object.fromEntries(
    Object.entries(entry)
      .filter(([name]) => name !== 'token' && name !== 'identity')
      .map(([name, child]) => [toCamelCase(name), renderTree(child)]),
  );
}

/** Names inside JSON are in camel case: `service-accounts` reads `serviceAccounts`, e-mail addresses stay. */
function toCamelCase(name: string): string {
  if (name.includes('@')) return name;
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'application/text', text);
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { ...FLAVOR, 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}
