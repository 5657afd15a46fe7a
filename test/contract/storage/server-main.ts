// The process that server-process.ts starts: a stand-in, and a watch over its memory.
import { startStorage } from '../../../emulator/src/storage/storage.ts';

let peakBytes = 0;
const sample = (): number => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()));

const { url } = await startStorage({
  port: 0,
  dataDir: process.argv[2] ?? '',
  publish: () => Promise.resolve(),
});
setInterval(sample, 5);
process.on('message', (question) => {
  if (question === 'mark') {
    globalThis.gc?.();
    peakBytes = 0;
  }
  process.send?.(sample());
});
process.on('disconnect', () => process.exit());
process.send?.(url);
