const OPERATION = /^projects\/([\w.:-]+)\/locations\/([\w-]+)\/datasets\/([\w.-]+)\/operations\/([\w.-]+)$/;

/** Whether a text is a name of an operation of some dataset: then nothing of it can lead to another path. */
export function isOperationName(text: string): boolean {
  const parts = OPERATION.exec(text)?.slice(1);
  return parts !== undefined && !parts.some((part) => /^\.+$/.test(part));
}

export interface OperationNames {
  /** Whether it is a name of an operation of this dataset. */
  isOwn(name: string): boolean;
  /** Whether both name one operation of this dataset. */
  isSame(one: string, other: string): boolean;
}

/**
 * The names of the operations of one dataset.
 *
 * A project has an id and a number, and an answer may name it by the one where it was asked by the other.
 *
 * @param dataset `projects/P/locations/L/datasets/D`.
 */
export function makeOperationNames(dataset: string): OperationNames {
  const isOwn = (name: string): boolean => {
    if (!isOperationName(name)) return false;
    const [, project = '', , location, , id] = name.split('/');
    const [, ownProject = '', , ownLocation, , ownId] = dataset.split('/');
    const isProject = project === ownProject || isNumber(project) !== isNumber(ownProject);
    return isProject && location === ownLocation && id === ownId;
  };
  const isSame = (one: string, other: string): boolean =>
    isOwn(one) && isOwn(other) && one.split('/').at(-1) === other.split('/').at(-1);
  return { isOwn, isSame };
}

function isNumber(project: string): boolean {
  return /^\d+$/.test(project);
}
