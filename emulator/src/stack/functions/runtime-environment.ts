/** How Node.js and the C library use memory in a function's process, as deployed (terraform/functions.tf says why). */
export const RUNTIME_ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=4',
  MALLOC_TRIM_THRESHOLD_: '67108864',
} as const;
