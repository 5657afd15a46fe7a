import { readFileSync } from 'node:fs';

/**
 * The most memory this process has had resident, in bytes.
 *
 * On Linux it is read where the kernel keeps it for this program alone: `ru_maxrss`, which `process.resourceUsage`
 * reports, survives exec and so may be that of the process that started this one.
 */
export function peakMemoryBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kibibytes === undefined) throw new Error('/proc/self/status does not say VmHWM.');
  return Number(kibibytes) * 1024;
}
