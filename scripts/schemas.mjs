// Writes the JSON Schema of every command to docs/schemas/, for those who publish them. With --check it writes nothing and
// fails where a file is not what it would write.
//
// A command is what a file src/domain/*/*-command.ts exports under a name that ends in CommandSchema: deleteCommandSchema
// becomes docs/schemas/delete-command.schema.json.
import { toJsonSchema } from '@valibot/to-json-schema';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDER = 'docs/schemas';
const EXPORTED = /^([a-z]\w*)CommandSchema$/;

/**
 * What JSON Schema has no words for: the function still checks it. Any other thing that cannot be expressed fails the
 * generation, so that nobody publishes by a schema with a hole that nobody decided on.
 */
const LEFT_TO_THE_FUNCTION = ['check', 'partial_check', 'raw_check'];

const isCheck = process.argv.includes('--check');
const wanted = await generate();
const problems = isCheck ? compare(wanted) : write(wanted);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.stderr.write('`npm run schemas` brings docs/schemas up to date.\n');
process.exit(problems.length === 0 ? 0 : 1);

/** File name to content. */
async function generate() {
  const files = new Map();
  const style = await resolveConfig(join(root, FOLDER, 'any.schema.json'));
  for (const path of globSync('src/domain/*/*-command.ts', { cwd: root }).sort()) {
    const module = await import(pathToFileURL(join(root, path)).href);
    for (const [name, schema] of Object.entries(module)) {
      const command = EXPORTED.exec(name)?.[1];
      if (command === undefined) continue;
      const file = `${kebab(command)}-command.schema.json`;
      if (files.has(file)) throw new Error(`Two commands would be described in ${file}.`);
      files.set(file, await format(JSON.stringify(describe(command, schema)), { ...style, parser: 'json' }));
    }
  }
  return files;
}

function describe(command, schema) {
  const { $schema, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    // What may be published, before defaults are filled in.
    typeMode: 'input',
    errorMode: 'throw',
    ignoreActions: LEFT_TO_THE_FUNCTION,
  });
  return { $schema, title: `${kebab(command)} command of dicom-courier`, ...rest };
}

function write(files) {
  mkdirSync(join(root, FOLDER), { recursive: true });
  for (const file of present()) if (!files.has(file)) rmSync(join(root, FOLDER, file));
  for (const [file, content] of files) writeFileSync(join(root, FOLDER, file), content);
  process.stdout.write(`${files.size} schemas in ${FOLDER}\n`);
  return [];
}

function compare(files) {
  const stale = present().filter((file) => !files.has(file));
  return [
    ...stale.map((file) => `${FOLDER}/${file} describes no command.`),
    ...[...files]
      .filter(([file, content]) => read(file) !== content)
      .map(([file]) => `${FOLDER}/${file} is missing or out of date.`),
  ];
}

function present() {
  const folder = join(root, FOLDER);
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.schema.json')) : [];
}

function read(file) {
  const path = join(root, FOLDER, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
