/** What a path of the API names. `location` and `dataset` are full resource names. */
export type Route =
  | { readonly kind: 'datasets'; readonly location: string }
  | { readonly kind: 'dataset'; readonly dataset: string }
  | { readonly kind: 'stores'; readonly dataset: string }
  | { readonly kind: 'store'; readonly dataset: string; readonly storeId: string }
  | { readonly kind: 'operations'; readonly dataset: string }
  | {
      readonly kind: 'operation';
      readonly dataset: string;
      readonly id: string;
      /** The custom method, e.g. `cancel`. */
      readonly verb: string | undefined;
    }
  | {
      readonly kind: 'dicomWeb';
      readonly dataset: string;
      readonly storeId: string;
      readonly segments: readonly string[];
    }
  /** FHIR stores, `:export` and what else the API has and the stand-in does not. */
  | { readonly kind: 'unsupported' };

/** @returns undefined for a path that is none of the API's. */
export function parseRoute(pathname: string): Route | undefined {
  const segments = decode(pathname);
  const [version, projects, project, locations, location, datasets, dataset, collection, id, web, ...rest] =
    segments ?? [];
  if (version !== 'v1' || projects !== 'projects' || locations !== 'locations' || datasets !== 'datasets') {
    return undefined;
  }
  if (project === undefined || !isProjectId(project)) return undefined;
  if (location === undefined || !isResourceId(location)) return undefined;
  const locationName = `projects/${project}/locations/${location}`;
  if (dataset === undefined) return { kind: 'datasets', location: locationName };
  if (isVerb(dataset)) return { kind: 'unsupported' };
  if (!isResourceId(dataset)) return undefined;
  const datasetName = `${locationName}/datasets/${dataset}`;
  if (collection === undefined) return { kind: 'dataset', dataset: datasetName };
  if (collection === 'operations') return web === undefined ? operationRoute(datasetName, id) : undefined;
  if (collection !== 'dicomStores') return { kind: 'unsupported' };
  if (id === undefined) return { kind: 'stores', dataset: datasetName };
  if (isVerb(id)) return { kind: 'unsupported' };
  if (!isResourceId(id)) return undefined;
  if (web === undefined) return { kind: 'store', dataset: datasetName, storeId: id };
  if (web !== 'dicomWeb') return { kind: 'unsupported' };
  return { kind: 'dicomWeb', dataset: datasetName, storeId: id, segments: rest };
}

function operationRoute(dataset: string, part: string | undefined): Route | undefined {
  if (part === undefined) return { kind: 'operations', dataset };
  const [id = '', verb, ...rest] = part.split(':');
  return id === '' || rest.length > 0 ? undefined : { kind: 'operation', dataset, id, verb };
}

function decode(pathname: string): string[] | undefined {
  try {
    return pathname.slice(1).split('/').map(decodeURIComponent);
  } catch {
    // A percent sign that begins no escape: not a path of the API.
    return undefined;
  }
}

/** Custom methods follow a colon, which project ids may have and other ids may not. */
function isVerb(part: string): boolean {
  return part.includes(':');
}

/** Whether a text may be the id of a dataset or store, and so a part of a path on disk. */
export function isResourceId(id: string): boolean {
  return /^[\p{L}\p{N}_\-.]{1,256}$/u.test(id) && !/^\.+$/.test(id);
}

function isProjectId(id: string): boolean {
  return isResourceId(id.replace(':', ''));
}
