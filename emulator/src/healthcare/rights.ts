import { GoogleError } from '../http/google-error.ts';
import type { Iam } from '../iam/iam.ts';
import type { Permission, Right } from '../iam/permissions.ts';
import type { Route } from './routes.ts';

type Kind = Exclude<Route['kind'], 'unsupported'>;

/**
 * What each method takes ("Access control with IAM", cloud.google.com/healthcare-api/docs/access-control; for DICOMweb by the
 * transaction). A custom method is written behind its verb.
 */
export const HEALTHCARE_RIGHTS: Readonly<Record<Kind, Readonly<Record<string, Permission>>>> = {
  datasets: { GET: 'healthcare.datasets.list', POST: 'healthcare.datasets.create' },
  dataset: { GET: 'healthcare.datasets.get', DELETE: 'healthcare.datasets.delete' },
  stores: { GET: 'healthcare.dicomStores.list', POST: 'healthcare.dicomStores.create' },
  store: {
    GET: 'healthcare.dicomStores.get',
    PATCH: 'healthcare.dicomStores.update',
    DELETE: 'healthcare.dicomStores.delete',
  },
  operations: { GET: 'healthcare.operations.list' },
  operation: { GET: 'healthcare.operations.get', 'POST:cancel': 'healthcare.operations.cancel' },
  dicomWeb: {
    GET: 'healthcare.dicomStores.dicomWebRead',
    POST: 'healthcare.dicomStores.dicomWebWrite',
    DELETE: 'healthcare.dicomStores.dicomWebDelete',
  },
};

/**
 * @param account who sends the request.
 * @returns whether the method is one that the stand-in has: no other is carried out.
 * @throws GoogleError 403
 */
export function checkRight(
  iam: Iam | undefined,
  account: string,
  method: string,
  route: Route | undefined,
): boolean {
  if (route === undefined || route.kind === 'unsupported') return false;
  const verb = route.kind === 'operation' && route.verb !== undefined ? `:${route.verb}` : '';
  const permission = HEALTHCARE_RIGHTS[route.kind][`${method}${verb}`];
  if (permission === undefined) return false;
  const right: Right = { permission, resource: resourceOf(route) };
  if (iam === undefined || iam.allows(account, right)) return true;
  throw new GoogleError(
    403,
    `Permission ${permission} denied on resource '${right.resource}' (or it may not exist).`,
  );
}

/** Operations belong to the dataset: a role on the store does not show them. */
function resourceOf(route: Exclude<Route, { kind: 'unsupported' }>): string {
  switch (route.kind) {
    case 'datasets':
      return route.location;
    case 'dataset':
    case 'stores':
    case 'operations':
    case 'operation':
      return route.dataset;
    case 'store':
    case 'dicomWeb':
      return `${route.dataset}/dicomStores/${route.storeId}`;
  }
}
