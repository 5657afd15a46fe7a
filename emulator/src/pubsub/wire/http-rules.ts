import { methodsOf, SERVICES, type ServiceName } from './protos.ts';

/** How one method of the API is reached over REST, from its `google.api.http` option. */
export interface HttpRule {
  readonly service: ServiceName;
  readonly method: string;
  readonly verb: string;
  readonly requestType: string;
  readonly responseType: string;
  /** Whether the body is the request message; otherwise its fields come from the query string. */
  readonly hasBody: boolean;
  /** The path's field and its value, e.g. `['subscription', 'name']`, or undefined when the path is another. */
  match(path: string): { readonly field: readonly string[]; readonly value: string } | undefined;
}

/** All methods with a REST form. */
export const HTTP_RULES: readonly HttpRule[] = SERVICES.flatMap((service) =>
  Object.entries(methodsOf(service)).flatMap(([method, { requestType, responseType, parsedOptions }]) => {
    const options = parsedOptions?.find((option) => '(google.api.http)' in option)?.['(google.api.http)'];
    if (options === undefined) return [];
    const { body, ...verbs } = options as Record<string, string>;
    return Object.entries(verbs).map(([verb, template]) => ({
      service,
      method,
      verb: verb.toUpperCase(),
      requestType,
      responseType,
      hasBody: body === '*',
      match: matcher(template),
    }));
  }),
);

// All templates of this API have exactly one variable, e.g. "{topic=projects/*/topics/*}" and then ":publish".
function matcher(template: string): HttpRule['match'] {
  const parts = /^([^{]*)\{([^=}]+)=([^}]+)\}(.*)$/.exec(template);
  if (parts === null) throw new Error(`This path template has not one variable: ${template}`);
  const [, before = '', variable = '', pattern = '', after = ''] = parts;
  const segments = pattern.split('*').map(escapeRegExp).join('[^/]+');
  const expression = new RegExp(`^${escapeRegExp(before)}(${segments})${escapeRegExp(after)}$`);
  const field = variable
    .split('.')
    .map((name) => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()));
  return (path) => {
    const value = expression.exec(path)?.[1];
    return value === undefined ? undefined : { field, value: decode(value) };
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** A path that is not well encoded names nothing that exists. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
