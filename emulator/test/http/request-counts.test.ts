import { describe, expect, it } from '@jest/globals';
import { RequestCounts, routeOf } from '../../src/http/faults/request-counts.ts';

describe('a route', () => {
  it.each([
    [
      'GET',
      '/storage/v1/b/inbox/o/a%2Fb.dcm?alt=media&generation=7',
      'GET /storage/v1/b/inbox/o/*?alt=media',
    ],
    ['GET', '/storage/v1/b/inbox/o?prefix=a', 'GET /storage/v1/b/inbox/o'],
    [
      'POST',
      '/upload/storage/v1/b/state/o?uploadType=media&name=x',
      'POST /upload/storage/v1/b/state/o?uploadType=media',
    ],
    [
      'POST',
      '/storage/v1/b/inbox/o/a/rewriteTo/b/quarantine/o/not-dicom%2Fab?ifGenerationMatch=0',
      'POST /storage/v1/b/inbox/o/*/rewriteTo/b/quarantine/o/*',
    ],
    [
      'GET',
      '/v1/projects/p/locations/l/datasets/d/dicomStores/s/dicomWeb/studies/1.2/series/3.4/instances/5.6',
      'GET /v1/projects/p/locations/l/datasets/d/dicomStores/s/dicomWeb/studies/*/series/*/instances/*',
    ],
    ['POST', '/v1/projects/p/topics/results:publish', 'POST /v1/projects/p/topics/results:publish'],
    ['GET', '/inbox/a/b.dcm', 'GET /*'],
    ['GET', '/', 'GET /'],
  ])('of %s %s names no object', (method, target, route) => {
    expect(routeOf(method, target)).toBe(route);
  });
});

describe('request counts', () => {
  it('do not grow without bound', () => {
    const counts = new RequestCounts();
    for (let index = 0; index < 1500; index += 1) counts.add('GET', `/v1/${index}`);
    const json = counts.toJson();
    expect(Object.keys(json)).toHaveLength(1001);
    expect(json['other']).toBe(500);
  });
});
