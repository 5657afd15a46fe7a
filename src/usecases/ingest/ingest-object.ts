import type { IncomingObject, ObjectRef } from '../../domain/object-ref.ts';
import { formatIngestReport, type IngestReport, type IngestResult } from '../../domain/report.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReportPublisher } from '../../ports/report-publisher.ts';
import type { Lane } from '../../retry/lane.ts';
import type { Attempts } from '../attempts.ts';
import type { Invocation } from '../invocation.ts';
import type { AfterStore } from './after-store.ts';
import { carryObject } from './carry.ts';
import type { CarryDependencies } from './carry-dependencies.ts';
import type { Quarantine } from './quarantine.ts';

export interface IngestDependencies extends CarryDependencies {
  readonly publisher: ReportPublisher;
  readonly storeLane: Lane;
  readonly quarantine: Quarantine;
  readonly afterStore: AfterStore;
  readonly attempts: Attempts;
  readonly clock: Clock;
}

/**
 * Sees one object to its final outcome.
 *
 * @returns the report, once it has been published.
 * @throws whatever kept the outcome from becoming final: the delivery has to be given back.
 */
export type IngestObject = (object: IncomingObject, invocation: Invocation) => Promise<IngestReport>;

export function makeIngestObject(deps: IngestDependencies): IngestObject {
  const { attempts, clock, publisher, storeLane } = deps;
  return async (object, invocation) => {
    const result = await attempts(invocation, (limits) =>
      storeLane.run((paced) => carryObject(object, deps, { ...limits, paced }), limits),
    );
    await setAside(object, result, deps, invocation);
    const { startedAtMs, attempts: deliveries } = invocation;
    const report = formatIngestReport(object, result, {
      startedAtMs,
      endedAtMs: clock.now(),
      attempts: deliveries,
    });
    // Published before the delivery is acknowledged: if it fails, the object comes again and ends the same way.
    await attempts(invocation, () => publisher.publish(report, invocation.signal));
    if (result.outcome === 'stored' || result.outcome === 'already-stored') {
      await attempts(invocation, () => deps.afterStore(object, invocation.signal));
    }
    logOutcome(report, invocation);
    return report;
  };
}

/**
 * Rejected and conflicting objects are copied to quarantine before anyone is told of them.
 *
 * An object that was replaced or deleted since it was read cannot be copied; the delivery is then given back, and the
 * next one finds its generation gone.
 */
async function setAside(
  object: ObjectRef,
  result: IngestResult,
  { attempts, quarantine }: IngestDependencies,
  invocation: Invocation,
): Promise<void> {
  if (result.outcome !== 'rejected' && result.outcome !== 'conflict') return;
  const why = { reason: result.reason ?? result.outcome, detail: result.detail };
  await attempts(invocation, () => quarantine(object, why, invocation));
}

function logOutcome(report: IngestReport, { logger }: Invocation): void {
  const { outcome, reason, durationMs, attempts, reportId, instances } = report;
  const [instance] = instances;
  logger.info('object finished', {
    outcome,
    reason,
    reportId,
    sizeBytes: report.object?.sizeBytes ?? null,
    ...(instance === undefined
      ? {}
      : { study: instance.study, series: instance.series, instance: instance.instance }),
    attempts,
    durationMs,
  });
}
