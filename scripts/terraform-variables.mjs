// The table of variables in docs/deployment.md, compared with the variables themselves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from './terraform-blocks.mjs';

/** @returns a sentence for each setting that the table lacks, tells wrongly, or has invented. */
export function documentationProblems(root, files) {
  const settings = files
    .filter(({ path }) => /^terraform[/\\][^/\\]+\.tf$/.test(path))
    .flatMap(({ text }) => blocksOf(text, 'variable').flatMap(settingsOf));
  const rows = new Map(tableRows(readFileSync(join(root, 'docs/deployment.md'), 'utf8')));
  const problems = settings.flatMap(({ name, standard }) => {
    const told = rows.get(name);
    if (told === undefined) return [`docs/deployment.md: the table of variables lacks ${name}`];
    return told === standard
      ? []
      : [`docs/deployment.md: the default of ${name} is ${standard}, not ${told}`];
  });
  const known = new Set(settings.map(({ name }) => name));
  const invented = [...rows.keys()].filter((name) => !known.has(name));
  return [...problems, ...invented.map((name) => `docs/deployment.md: there is no variable ${name}`)];
}

/** Rows whose first cell is a name and whose second a default, both in backquotes, as `| \`name\` | \`default\` | why |`. */
function tableRows(markdown) {
  const section = /^## Variables$([\s\S]*?)^## /m.exec(markdown)?.[1] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| (?:`([^`]*)`|(required)) \| \S/gm)].map(
    ([, name, standard, required]) => [name, required ?? standard],
  );
}

/**
 * A variable's settings: itself, or for an object each of its attributes, by their path. In a map the path goes through
 * `<name>`. Relies on the layout that `terraform fmt` gives, of one attribute a line.
 */
function settingsOf({ labels: [variable], body }) {
  const lines = body.split('\n');
  const typeLine = lines.findIndex((line) => /^\s*type\s*=/.test(line));
  const type = lines[typeLine].replace(/^\s*type\s*=\s*/, '');
  if (!/object\(\{$/.test(type)) {
    const standard = /^\s*default\s*=\s*(.*?)\s*$/m.exec(body)?.[1];
    return [{ name: variable, standard: standard ?? 'required' }];
  }
  const path = [/^map\(/.test(type) ? `${variable}.<name>` : variable];
  const settings = [];
  for (const line of lines.slice(typeLine + 1)) {
    if (/^\s*\}\)/.test(line)) {
      path.pop();
      if (path.length === 0) break;
      continue;
    }
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    if (/object\(\{$/.test(value)) path.push(name);
    else settings.push({ name: [...path, name].join('.'), standard: standardOf(value) });
  }
  return settings;
}

/** The default in a type constraint: `optional(string, "a")` has `"a"`, `optional(string)` has null, `string` none. */
function standardOf(type) {
  const inside = /^optional\((.*)\)$/.exec(type)?.[1];
  if (inside === undefined) return 'required';
  let depth = 0;
  for (let i = 0; i < inside.length; i += 1) {
    if (inside[i] === '(') depth += 1;
    else if (inside[i] === ')') depth -= 1;
    else if (inside[i] === ',' && depth === 0) return inside.slice(i + 1).trim();
  }
  return 'null';
}
