// A stand-in in a process of its own, which a test can kill or ask for its memory.
import { startHealthcare } from '../../src/healthcare/healthcare.ts';
import { TokenRegistry } from '../../src/http/tokens.ts';

const dataDir = process.argv[2] ?? '';
const { url } = await startHealthcare({ port: 0, dataDir, tokens: new TokenRegistry() });
process.on('message', () => process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
process.on('disconnect', () => process.exit(0));
process.send?.({ url });
