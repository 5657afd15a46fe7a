import { request as sendRequest, type IncomingHttpHeaders } from 'node:http';
import { serve, type RunningServer } from '../../src/http/server.ts';
import type { FaultScript, ScriptState } from '../../src/http/faults/fault-script.ts';

/** What a client saw of one exchange. */
export interface Seen {
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** As much as arrived. */
  readonly body: Buffer;
  /** The code of the error that ended it early, e.g. `ECONNRESET`. */
  readonly error: string | undefined;
}

/** What the service has seen of one request. */
export interface Served {
  readonly method: string;
  readonly bytes: number;
  readonly isWhole: boolean;
}

/** A small service that reads every request and answers with {@link ANSWER}, and to which faults can happen. */
export class AfflictedServer {
  readonly served: Served[] = [];
  readonly #server: RunningServer;

  private constructor(server: RunningServer, served: Served[]) {
    this.#server = server;
    this.served = served;
  }

  static async start(): Promise<AfflictedServer> {
    const served: Served[] = [];
    const server = await serve(async (request, response) => {
      let bytes = 0;
      let isWhole = false;
      try {
        for await (const block of request as AsyncIterable<Buffer>) bytes += block.length;
        isWhole = request.complete;
      } finally {
        served.push({ method: request.method ?? '', bytes, isWhole });
      }
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': ANSWER.length,
      });
      response.write(ANSWER.subarray(0, 10));
      response.end(ANSWER.subarray(10));
    }, 0);
    return new AfflictedServer(server, served);
  }

  async script(...scripts: readonly FaultScript[]): Promise<ScriptState[]> {
    const answer = await this.control('POST', 'faults', scripts);
    return (JSON.parse(answer.body.toString()) as { scripts: ScriptState[] }).scripts;
  }

  async states(): Promise<ScriptState[]> {
    const answer = await this.control('GET', 'faults');
    return (JSON.parse(answer.body.toString()) as { scripts: ScriptState[] }).scripts;
  }

  control(method: string, what: string, content?: unknown): Promise<Seen> {
    const body = content === undefined ? undefined : Buffer.from(JSON.stringify(content));
    return this.send(method, `/_control/${what}`, body);
  }

  get(path = '/v1/thing'): Promise<Seen> {
    return this.send('GET', path);
  }

  /** @param options `signal` ends the exchange from the client's side, as a time-out does; `onBytes` is told how many bytes of the answer have come. */
  send(
    method: string,
    path: string,
    body?: Buffer,
    {
      signal,
      onBytes = () => undefined,
    }: { signal?: AbortSignal; onBytes?: (received: number) => void } = {},
  ): Promise<Seen> {
    return new Promise((resolve) => {
      const blocks: Buffer[] = [];
      let answered: { status: number | undefined; headers: IncomingHttpHeaders } = {
        status: undefined,
        headers: {},
      };
      const finish = (error?: NodeJS.ErrnoException): void =>
        resolve({ ...answered, body: Buffer.concat(blocks), error: error?.code });
      const request = sendRequest(`${this.#server.url}${path}`, {
        method,
        agent: false,
        ...(body === undefined ? {} : { headers: { 'content-length': body.length } }),
        ...(signal === undefined ? {} : { signal }),
      });
      request.on('error', finish);
      request.on('response', (response) => {
        answered = { status: response.statusCode, headers: response.headers };
        response.on('data', (block: Buffer) => {
          blocks.push(block);
          onBytes(Buffer.concat(blocks).length);
        });
        response.on('error', finish).on('end', () => finish());
        // A client that has its whole answer does not mind what becomes of the connection.
      });
      request.end(body);
    });
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

export const ANSWER = Buffer.from('0123456789'.repeat(100));

/** Resolves when a condition holds; the test's own time-out is its bound. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
}
