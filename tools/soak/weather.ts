import type { Fault, FaultScript } from '../../emulator/src/http/faults/fault-script.ts';
import { Dice } from './dice.ts';

export const SERVICES = ['storage', 'pubsub', 'healthcare'] as const;
export type Service = (typeof SERVICES)[number];

/** What happens to the requests of one service from a moment on, until its next weather. */
export interface Weather {
  readonly atMs: number;
  readonly service: Service;
  readonly words: string;
  readonly scripts: readonly FaultScript[];
}

/** What the soak itself sends comes through: it plays a world that has no trouble of its own. */
const OWN: readonly FaultScript[] = [
  { path: '^/upload/storage/v1/b/inbox/', times: null, fault: { kind: 'pass' } },
  { path: '^/upload/storage/v1/b/records/.*name=holds', times: null, fault: { kind: 'pass' } },
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

function draw(service: Service, dice: Dice): Pick<Weather, 'words' | 'scripts'> {
  const throwOfDice = dice.between(1, 10);
  if (throwOfDice === 1 && service === 'healthcare') {
    const fault = dice.pick<Fault>([
      { kind: 'reset', at: 'start' },
      { kind: 'status', status: 503 },
    ]);
    return { words: 'outage', scripts: [{ times: null, fault }] };
  }
  if (throwOfDice === 2) return { words: 'calm', scripts: [] };
  const scripts: FaultScript[] = [...OWN];
  if (throwOfDice <= 5 && service === 'healthcare') {
    scripts.push({
      path: '/dicomWeb/',
      fault: {
        kind: 'quota',
        ratePerSecond: dice.between(20, 150),
        burst: dice.between(5, 40),
        retryAfter: dice.between(0, 1),
      },
    });
  }
  for (let number = dice.between(3, 25); number > 0; number -= 1) {
    scripts.push(
      { times: dice.between(1, 30), fault: { kind: 'pass' } },
      { times: dice.between(1, 3), ...drawFault(dice) },
    );
  }
  return { words: 'faults', scripts };
}

function drawFault(dice: Dice): Pick<FaultScript, 'fault' | 'after'> {
  const afterBytes = dice.between(0, 8000);
  const status = dice.pick([408, 429, 429, 500, 502, 503, 503, 504]);
  const retryAfter = dice.between(0, 1);
  const fault = dice.pick<Fault>([
    { kind: 'status', status },
    { kind: 'status', status, retryAfter },
    { kind: 'html', status: dice.pick([200, 502]) },
    { kind: 'malformed-json' },
    { kind: 'reset', at: 'start' },
    { kind: 'reset', at: 'headers' },
    { kind: 'reset', at: 'request-body', afterBytes },
    { kind: 'reset', at: 'response-body', afterBytes },
    { kind: 'cut', afterBytes },
    { kind: 'hang', at: 'headers' },
    { kind: 'hang', at: 'response-body', afterBytes },
  ]);
  const isAnswer = fault.kind === 'status' || fault.kind === 'html' || fault.kind === 'malformed-json';
  const isLost = isAnswer || ((fault.kind === 'reset' || fault.kind === 'hang') && fault.at === 'headers');
  return { fault, ...(isLost && dice.between(0, 1) === 1 ? { after: true } : {}) };
}
