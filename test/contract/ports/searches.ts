import { afterEach, describe } from '@jest/globals';
import { makeFixedAuthorization } from '../../../src/adapters/authorization.ts';
import { withAuthorization } from '../../../src/adapters/authorized-http.ts';
import { makeDicomwebSearch } from '../../../src/adapters/dicomweb-search.ts';
import type { DicomSearch, FoundAttributes } from '../../../src/ports/dicom-search.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { closeClients, makeTestHttp } from '../../support/http-client.ts';
import { InMemoryArchive } from '../../support/in-memory-archive.ts';
import { makeDicom, tripleOf, type SyntheticDicom } from '../../support/synthetic-dicom.ts';
import { store } from '../dicomweb/client.ts';
import { describeTargets } from '../dicomweb/targets.ts';

/** Something that can be searched, and filled. */
export interface SearchSubject {
  readonly search: DicomSearch;
  fill(files: readonly SyntheticDicom[]): Promise<void>;
}

/** Runs a suite against the fake, and against the adapter on the stand-in and on Orthanc where it is installed. */
export function describeSearches(title: string, body: (subject: () => SearchSubject) => void): void {
  describe(`${title}: in memory`, () => {
    const archive = new InMemoryArchive(new FakeClock());
    body(() => ({
      search: archive,
      fill: (files) => {
        files.forEach((file) => archive.put(uidsOf(file), attributesOf(file)));
        return Promise.resolve();
      },
    }));
  });
  describeTargets(title, (target) => {
    afterEach(closeClients);
    body(() => {
      const { dicomWebUrl, headers } = target();
      const authorization = makeFixedAuthorization(headers['authorization']);
      return {
        search: makeDicomwebSearch({
          http: withAuthorization(makeTestHttp(), authorization),
          root: dicomWebUrl,
        }),
        fill: async (files) => {
          const { status } = await store(target(), files.map(makeDicom));
          if (status !== 200) throw new Error(`The files were answered ${status}.`);
        },
      };
    });
  });
}

function uidsOf(file: SyntheticDicom): Parameters<InMemoryArchive['put']>[0] {
  const { study, series, instance } = tripleOf(file);
  return { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance };
}

function attributesOf({ patientName, patientId, studyDate, modality }: SyntheticDicom): FoundAttributes {
  const texts = {
    '00100010': patientName,
    '00100020': patientId,
    '00080020': studyDate,
    '00080060': modality,
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([tag, text]) => (text === undefined ? [] : [[tag, [text]] as const])),
  );
}
