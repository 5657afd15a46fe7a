import type { Fault, FaultScript } from '../../emulator/src/http/faults/fault-script.ts';
import { Dice } from './dice.ts';

export type FunctionName = 'ingest' | 'export' | 'delete';
/** Each function has a metadata server of its own. */
export type MetadataOf = `metadata of ${FunctionName}`;
export type Service = 'storage' | 'pubsub' | 'healthcare' | MetadataOf;

export const SERVICES: readonly Service[] = [
  'storage',
  'pubsub',
  'healthcare',
  'metadata of ingest',
  'metadata of export',
  'metadata of delete',
];

/** What happens to the requests of one service from a moment on, until its next weather. */
export interface Weather {
  readonly atMs: number;
  readonly service: Service;
  readonly words: string;
  readonly scripts: readonly FaultScript[];
}

type Drawn = Pick<Weather, 'words' | 'scripts'>;

/** In the query of what the soak itself sends; a parameter of all Google APIs, which changes nothing. */
export const OWN_QUERY = 'quotaUser=soak';

const SPARED: readonly FaultScript[] = [
  // The soak plays a world that has no trouble of its own.
  { path: OWN_QUERY, times: null, fault: { kind: 'pass' } },
  // A hold that cannot be read counts, so the deletion would end there: docs/deletion.md, and a row of its matrix.
  { method: 'GET', path: 'prefix=holds', times: null, fault: { kind: 'pass' } },
];

/** Weather after weather for each service, up to the end. */
export function makeWeather(seed: string, durationMs: number): Weather[] {
  return SERVICES.flatMap((service) => {
    const dice = new Dice(`${seed} weather ${service}`);
    const weathers: Weather[] = [];
    for (let atMs = 0; atMs < durationMs; atMs += dice.real(3000, 9000)) {
      weathers.push({ atMs, service, ...draw(service, dice) });
    }
    return weathers;
  });
}

function draw(service: Service, dice: Dice): Drawn {
  const throwOfDice = dice.between(1, 10);
  if (throwOfDice === 2) return { words: 'calm', scripts: [] };
  if (service.startsWith('metadata of')) return drawForTokens(service === 'metadata of delete', dice);
  if (throwOfDice === 1 && service === 'healthcare') {
    const fault = dice.pick<Fault>([
      { kind: 'reset', at: 'start' },
      { kind: 'status', status: 503 },
    ]);
    return { words: 'outage', scripts: [...SPARED, { times: null, fault }] };
  }
  const scripts: FaultScript[] = [...SPARED];
  if (throwOfDice <= 5) scripts.push(drawLasting(service, dice));
  for (let number = dice.between(3, 25); number > 0; number -= 1) {
    scripts.push(
      { times: dice.between(1, 30), fault: { kind: 'pass' } },
      { times: dice.between(1, 3), ...drawFault(dice) },
    );
  }
  return { words: 'faults', scripts };
}

/** What lasts as long as the weather: a quota of the store, or answers that take their time. */
function drawLasting(service: Service, dice: Dice): FaultScript {
  if (service !== 'healthcare') return { fault: { kind: 'latency', delayMs: dice.between(1, 40) } };
  return {
    path: '/dicomWeb/',
    fault: {
      kind: 'quota',
      ratePerSecond: dice.between(20, 150),
      burst: dice.between(5, 40),
      retryAfter: dice.between(0, 1),
    },
  };
}

function drawFault(dice: Dice): Pick<FaultScript, 'fault' | 'after'> {
  const afterBytes = dice.between(0, 8000);
  const status = dice.pick([408, 429, 429, 500, 502, 503, 503, 504]);
  const retryAfter = dice.between(0, 1);
  const fault = dice.pick<Fault>([
    { kind: 'status', status },
    { kind: 'status', status, retryAfter },
    { kind: 'status', status, retryAfter: { dateInSeconds: retryAfter } },
    { kind: 'status', status: dice.pick([401, 403]), early: dice.between(0, 1) === 1 },
    { kind: 'status', status, early: true },
    { kind: 'html', status: dice.pick([200, 502]) },
    { kind: 'malformed-json' },
    { kind: 'reset', at: 'start' },
    { kind: 'reset', at: 'headers' },
    { kind: 'reset', at: 'request-body', afterBytes },
    { kind: 'reset', at: 'response-body', afterBytes },
    { kind: 'cut', afterBytes },
    { kind: 'hang', at: 'headers' },
    { kind: 'hang', at: 'request-body', afterBytes },
    { kind: 'hang', at: 'response-body', afterBytes },
    { kind: 'latency', delayMs: dice.between(10, 1500) },
  ]);
  return { fault, ...(canComeAfter(fault) && dice.between(0, 1) === 1 ? { after: true } : {}) };
}

/** Whether the service may have done what was asked, and only its answer is lost. Who is refused has done nothing. */
function canComeAfter(fault: Fault): boolean {
  if (fault.kind === 'status') return fault.early !== true && fault.status !== 401 && fault.status !== 403;
  if (fault.kind === 'reset' || fault.kind === 'hang') return fault.at === 'headers';
  return fault.kind === 'html' || fault.kind === 'malformed-json';
}

/**
 * Tokens that come late, or not at all, or are good no more.
 *
 * @param isDelete whether nothing may take longer than a function tries: a hold that cannot be read counts.
 */
function drawForTokens(isDelete: boolean, dice: Dice): Drawn {
  const faults: readonly [Fault, ...Fault[]] = [
    { kind: 'status', status: dice.pick([429, 500, 503]) },
    { kind: 'html', status: 502 },
    { kind: 'malformed-json' },
    { kind: 'reset', at: 'headers' },
    { kind: 'cut', afterBytes: dice.between(0, 60) },
    { kind: 'latency', delayMs: dice.between(10, 1000) },
  ];
  const body = { access_token: `stale-${dice.between(0, 2 ** 30)}`, expires_in: 3000, token_type: 'Bearer' };
  const worse: readonly [Fault, ...Fault[]] = [
    ...faults,
    { kind: 'status', status: 200, body },
    { kind: 'status', status: 200, body },
    { kind: 'status', status: 404 },
    { kind: 'latency', delayMs: dice.between(1000, 6000) },
    { kind: 'hang', at: 'headers' },
  ];
  const scripts = Array.from({ length: isDelete ? 1 : dice.between(1, 4) }, (): FaultScript => {
    return {
      path: '/token$',
      times: dice.between(1, isDelete ? 2 : 4),
      fault: dice.pick(isDelete ? faults : worse),
    };
  });
  return { words: 'tokens', scripts };
}
