import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import type { Arrival, LocalProject, Triple } from '../support/local-project.ts';
import type { SceneSpec } from './matrix.ts';

/** An object that has come, and everything around it as its scene says. */
export interface Scene {
  readonly arrival: Arrival;
  readonly bytes: Buffer;
  readonly uids: Triple;
}

/** Two blocks of a download and more, so that a fault can set in between. */
const PIXEL_BYTES = 131_072;

/**
 * Sets a scene that nothing before it has touched.
 *
 * @param seed one of its own for each scene: names and UIDs follow from it.
 */
export async function setScene(
  project: LocalProject,
  { object, given }: Pick<SceneSpec, 'object' | 'given'>,
  seed: string,
): Promise<Scene> {
  const uids = tripleOf({ seed });
  const instance = makeDicom({ seed, pixelBytes: PIXEL_BYTES });
  const bytes = object === 'instance' ? instance : Buffer.from(`${seed} is not DICOM\n`.repeat(50));
  // Another series of the study was deleted once, so that there is a document to be read.
  await project.put('state', `tombstones/${uids.study}`, '{"deletedAt":null}');
  if (given === 'identical') await storeDirectly(project, instance);
  if (given === 'different')
    await storeDirectly(project, makeDicom({ seed, pixelBytes: PIXEL_BYTES, patientName: 'Other^Olga' }));
  return { arrival: await project.drop(`${seed}.dcm`, bytes), bytes, uids };
}

async function storeDirectly({ environment }: LocalProject, instance: Buffer): Promise<void> {
  const url = `${environment['HEALTHCARE_ENDPOINT'] ?? ''}/v1/${environment['DICOM_STORE'] ?? ''}/dicomWeb/studies`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: 'Bearer local',
      'content-type': 'application/dicom',
      accept: 'application/dicom+json',
    },
    body: new Uint8Array(instance),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`The store answered ${answer.status}: ${text}`);
}
