// A stand-in in a process of its own, which a test can kill or ask for its memory.
import { readFileSync } from 'node:fs';
import { startHealthcare } from '../../src/healthcare/healthcare.ts';
import { TokenRegistry } from '../../src/http/tokens.ts';

const dataDir = process.argv[2] ?? '';
const { url } = await startHealthcare({ port: 0, dataDir, tokens: new TokenRegistry() });
process.on('message', () => process.send?.({ peakBytes: peakBytes() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ url });

/** Of this program alone: on Linux `maxRSS` survives exec, and would be that of the process that started this one. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
