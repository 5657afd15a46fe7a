import { GoogleError } from '../../http/google-error.ts';
import { toDicomJson, type DicomJson } from '../dicom/dicom-json.ts';
import { readHeader } from '../dicom/part10.ts';
import type { Location } from '../storage/instance-index.ts';
import { unlessMissing } from '../storage/missing-file.ts';
import { missingResource, urlOf, type Exchange, type ResourceUids } from './exchange.ts';
import { requireJson, sendJsonList } from './json-list.ts';
import { parseAccept } from './media-types.ts';

/** Retrieve transaction for metadata: all attributes of a study's, series' or single instance's instances. */
export async function retrieveMetadata(exchange: Exchange, uids: ResourceUids): Promise<void> {
  const { request, response, store, switches } = exchange;
  refuseXml(request.headers.accept);
  requireJson(request.headers.accept);
  const locations = store.index
    .within(uids.study, uids.series)
    .filter(({ instance }) => uids.instance === undefined || instance.uid === uids.instance);
  if (locations.length === 0) throw missingResource(uids, switches.missingResourceStatus);
  await sendJsonList(response, metadataOf(exchange, locations));
}

/** Google serves metadata in XML too, so 406 would be untrue. */
function refuseXml(accept: string | undefined): void {
  const ranges = parseAccept(accept);
  const isXml =
    ranges.length > 0 && ranges.every(({ parameters }) => parameters.get('type') === 'application/dicom+xml');
  if (isXml) throw new GoogleError(501, 'The local stand-in serves metadata as application/dicom+json only.');
}

async function* metadataOf(
  { store, baseUrl }: Exchange,
  locations: readonly Location[],
): AsyncGenerator<DicomJson> {
  for (const { study, series, instance } of locations) {
    const header = await readHeader(store.bodyPath(instance.order)).catch(unlessMissing);
    // It was deleted while the answer was on its way.
    if (header === undefined) continue;
    const url = urlOf(baseUrl, { study: study.uid, series: series.uid, instance: instance.uid });
    yield toDicomJson(header, { bulkDataUri: (path) => `${url}/bulkdata/${path}` });
  }
}
