import { describe, expect, it } from '@jest/globals';
import { HELP, parseCommandLine, UsageError } from '../../src/stack/screen/command-line.ts';

const parse = (...args: string[]): ReturnType<typeof parseCommandLine> => parseCommandLine(args, '/home/me');

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(parse()).toEqual({
      ports: { storage: 4443, pubsub: 8085, healthcare: 8090, functions: 8081 },
      dataDir: '/home/me/.local',
      dropDir: '/home/me/inbox',
      json: false,
      reset: false,
      deliverTwice: false,
      tickSeconds: 60,
      cleanupFile: undefined,
      iamFile: undefined,
    });
  });

  it('takes every option', () => {
    const args = '--storage-port 1 --pubsub-port=2 --healthcare-port 3 --functions-port 0 --json --reset';
    const schedule = ['--tick', '2.5', '--cleanup', 'jobs.json', '--iam', 'rights.json'];
    expect(parse(...args.split(' '), '--deliver-twice', '--data', '/d', '--drop', 'in', ...schedule)).toEqual(
      {
        ports: { storage: 1, pubsub: 2, healthcare: 3, functions: 0 },
        dataDir: '/d',
        dropDir: '/home/me/in',
        json: true,
        reset: true,
        deliverTwice: true,
        tickSeconds: 2.5,
        cleanupFile: '/home/me/jobs.json',
        iamFile: '/home/me/rights.json',
      },
    );
  });

  it('takes 0 for no ticks', () => {
    expect(parse('--tick=0')).toMatchObject({ tickSeconds: 0 });
  });

  it('takes 0 for all ports', () => {
    const ports = ['storage', 'pubsub', 'healthcare', 'functions'].map((name) => `--${name}-port=0`);
    expect(parse(...ports)).toMatchObject({ ports: { storage: 0, functions: 0 } });
  });

  it.each([['--help'], ['-h'], ['--json', '--help']])('answers %s with help', (...args) => {
    expect(parse(...args)).toBe('help');
  });

  it.each([
    ['an unknown option', ['--speed=9'], 'speed'],
    ['an argument without option', ['inbox'], 'inbox'],
    ['a port that is no number', ['--storage-port=http'], '--storage-port takes a number'],
    ['a port out of range', ['--pubsub-port=65536'], '--pubsub-port takes a number'],
    ['an empty port', ['--pubsub-port='], '--pubsub-port takes a number'],
    ['a tick that is no number', ['--tick=often'], '--tick takes seconds'],
    ['a tick without end', ['--tick=0.01'], '--tick takes seconds'],
    ['a tick once in a blue moon', ['--tick=86401'], '--tick takes seconds'],
    ['one port twice', ['--storage-port=8085'], 'different'],
    ['the data directory as drop folder', ['--drop=.local'], 'apart'],
    ['a drop folder around the data', ['--drop=.'], 'apart'],
    ['a drop folder inside the data', ['--drop=.local/storage/x'], 'apart'],
  ])('refuses %s', (_what, args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });

  it('lets the drop folder stand beside the parts of the data directory', () => {
    expect(parse('--data=work', '--drop=work/inbox')).toMatchObject({ dropDir: '/home/me/work/inbox' });
    expect(parse('--data=in', '--drop=..in')).toMatchObject({ dropDir: '/home/me/..in' });
  });

  it('names every option in its help', () => {
    const ports = ['functions-port', 'storage-port', 'pubsub-port', 'healthcare-port'];
    const named = ['drop', 'data', 'reset', 'deliver-twice', 'tick', 'cleanup', 'json', ...ports];
    expect(named.filter((option) => !HELP.includes(`--${option} `))).toEqual([]);
  });
});
