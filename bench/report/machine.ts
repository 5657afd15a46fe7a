import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

/** What has to be known of a machine to read its figures. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGib: number;
}

export function describeMachine(): Machine {
  return {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
  };
}

export function formatMachine({ node, platform: system, cores, processor, memoryGib }: Machine): string {
  return `Node.js ${node} on ${system}, ${cores} cores (${processor}), ${memoryGib} GiB`;
}
