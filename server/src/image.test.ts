import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/*
 * What can be said of the image without building it. `.ci/run` builds it where there is a builder.
 */
const ROOT = path.resolve(import.meta.dirname, '../..');
const textOf = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Instruction {
  name: string;
  rest: string;
}

/** The instructions of each stage. */
const STAGES = textOf('Dockerfile')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .reduce<Instruction[][]>((stages, line) => {
    const [, name = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    else stages.at(-1)?.push({ name, rest });
    return stages;
  }, []);
const IMAGE = STAGES.at(-1) ?? [];
const all = (name: string, stage = STAGES.flat()) =>
  stage.filter((one) => one.name === name).map(({ rest }) => rest);

/** Paths that the builder is not given. */
const IGNORED = textOf('.dockerignore')
  .trim()
  .split('\n')
  .map((line) => {
    const pattern = line.replaceAll('.', '\\.').replace('*\\.', '[^/]*\\.').replace('**/', '(.*/)?');
    return new RegExp(`^${pattern}(/|$)`);
  });

test('what is copied is there, or is made by the build', () => {
  const made = /(^|\/)(node_modules|dist)$/;
  for (const copy of all('COPY')) {
    const isOfBuild = copy.startsWith('--from=build ');
    const sources = copy.replace('--from=build ', '').split(' ').slice(0, -1);
    for (const source of sources.map((one) => one.replace(/^\/opencts\//, ''))) {
      if (isOfBuild && made.test(source)) continue;
      expect(existsSync(path.join(ROOT, source)), copy).toBe(true);
      expect(
        IGNORED.some((pattern) => pattern.test(source)),
        `${source} is in .dockerignore`,
      ).toBe(false);
    }
  }
});

test('every workspace is known before its packages are installed', () => {
  const { workspaces, scripts } = JSON.parse(textOf('package.json')) as {
    workspaces: string[];
    scripts: Record<string, string>;
  };
  const before = all('COPY');
  for (const workspace of workspaces) expect(before).toContain(`${workspace}/package.json ${workspace}/`);
  for (const [, script = ''] of all('RUN')
    .join('\n')
    .matchAll(/npm run (\S+)/g)) {
    expect(Object.keys(scripts)).toContain(script);
  }
});

test('it starts as npm start does', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { start: string } };
  const command = JSON.parse(all('CMD', IMAGE).at(-1) ?? '[]') as string[];
  expect(scripts.start).toBe(`npm run build && ${command.join(' ')}`);
});

test('it has nothing of tests, runs as nobody of importance, keeps its data in a volume, and tells its health', () => {
  expect(all('RUN')).toContainEqual(expect.stringContaining('npm prune --omit=dev'));
  expect(all('USER', IMAGE)).toEqual(['node']);
  const [volume = ''] = all('VOLUME', IMAGE);
  expect(all('ENV', IMAGE).join(' ')).toContain(`OPENCTS_DATA_DIR=${volume}`);
  expect(all('RUN', IMAGE).join(' ')).toContain(`chown node:node ${volume}`);
  expect(textOf('compose.yaml')).toContain(`- data:${volume}\n`);
  expect(all('HEALTHCHECK', IMAGE).join()).toContain('/healthz');
});
