import { GoogleError } from '../http/google-error.ts';
import { bucketRoutes } from './bucket-methods.ts';
import { answerJson, type Call } from './call.ts';
import { copyRoutes } from './copy-methods.ts';
import { download } from './download.ts';
import { notificationRoutes } from './notification-methods.ts';
import { getObject, objectRoutes } from './object-methods.ts';
import { resumableRoutes } from './resumable-methods.ts';
import type { Routes } from './router.ts';
import type { StorageService } from './service.ts';
import { uploadRoutes } from './upload-methods.ts';

const JSON_API_ROOTS = ['storage', 'upload', 'download', 'batch'];

/** The JSON API, and of the XML API the downloading of an object. */
export function storageRoutes(service: StorageService): Routes {
  const downloadObject = (call: Call): Promise<void> => download(service, call);
  const downloadByPath = (call: Call): Promise<void> => {
    if (JSON_API_ROOTS.includes(call.param('bucket'))) throw new GoogleError(404, 'Not Found');
    return downloadObject(call);
  };
  return {
    ...bucketRoutes(service),
    ...notificationRoutes(service),
    ...objectRoutes(service),
    ...copyRoutes(service),
    ...uploadRoutes(service),
    ...resumableRoutes(service),
    'GET /storage/v1/b/:bucket/o/:object': (call) =>
      call.query.get('alt') === 'media' ? downloadObject(call) : getObject(service, call),
    'HEAD /storage/v1/b/:bucket/o/:object': downloadObject,
    'GET /download/storage/v1/b/:bucket/o/:object': downloadObject,
    'GET /storage/v1/projects/:project/serviceAccount': (call) => {
      answerJson(call, {
        kind: 'storage#serviceAccount',
        email_address: 'service-1@gs-project-accounts.iam.gserviceaccount.com',
      });
    },
    // Last, because they fit almost everything.
    'GET /:bucket/:object*': downloadByPath,
    'HEAD /:bucket/:object*': downloadByPath,
  };
}
