import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { closePeers, startPeer } from '../support/http-peer.ts';
import { LocalProject } from '../support/local-project.ts';
import { stored } from '../support/store-answers.ts';
import { makeDicom, tripleOf } from '../support/synthetic-dicom.ts';
import { WiredIngest } from '../support/wired-ingest.ts';

let project: LocalProject;

beforeAll(async () => {
  project = await LocalProject.start();
});
afterEach(closePeers);
afterAll(() => project.close());

describe('a DICOMweb server that is not Google’s', () => {
  it.each([
    ['what it is to be shown', { DICOM_STORE_AUTHORIZATION: 'Basic b3J0aGFuYzpvcnRoYW5j' }],
    ['nothing', {}],
  ] as const)('is shown %s, and no Google token', async (_what, settings) => {
    const options = { seed: `foreign store ${Object.keys(settings).length}` };
    const peer = await startPeer(stored(tripleOf(options)));
    const environment = { DICOM_STORE: `${peer.origin}/dicom-web`, VERIFY: 'conflicts', ...settings };
    const worker = new WiredIngest({ ...project.environment, ...environment });
    const { push } = await project.drop('foreign.dcm', makeDicom(options));
    expect(await worker.deliver(push)).toBe(204);
    const shown = peer.requests.map(({ headers }) => headers.authorization);
    expect(shown).toEqual([Object.values(settings)[0]]);
  });
});
