import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  /** What it is called in error messages. */
  readonly name: string;
  readonly script: string;
  /** All of its environment, so that nothing of this shell changes a result. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A process that the benchmark has started, and that answers its questions. */
export interface Child<Ready, Question, Answer> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Asks one question; the answer has to be awaited before the next. @throws Error when the process has ended. */
  ask(question: Question): Promise<Answer>;
  /** The last of what it wrote to its output. */
  lastWords(): string;
  /** Ends it at once: it has nothing to save. */
  stop(): Promise<void>;
}

/** Without credentials in its environment, google-auth-library runs `gcloud`, which no container on Cloud Run has. */
const NO_PROGRAMS = '/nonexistent';
const START_TIMEOUT_MS = 30_000;
const LONGEST_LAST_WORDS = 4000;

/** Starts a process whose script calls `answerParent`. @throws Error when it does not get ready. */
export async function startChild<Ready, Question, Answer>({
  name,
  script,
  environment,
}: ChildOptions): Promise<Child<Ready, Question, Answer>> {
  const child = spawn(process.execPath, [script], {
    env: { PATH: NO_PROGRAMS, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  // Read as the platform would; a pipe that is not read would stop the process once it is full.
  for (const stream of [child.stdout, child.stderr]) {
    stream
      ?.setEncoding('utf8')
      .on('data', (text: string) => (output = (output + text).slice(-LONGEST_LAST_WORDS)));
  }
  const closed = once(child, 'close');
  const ended = closed.then(([code, signal]: unknown[]): never => {
    throw new Error(`${name} has ended (${String(signal ?? code)}).\n${output}`);
  });
  // Whoever asks next is told.
  ended.catch(() => undefined);
  const nextMessage = async (signal?: AbortSignal): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, 'message', signal ? { signal } : {}), ended])) as [
      unknown,
    ];
    return message;
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  try {
    // Both ends of the conversation are written in this project, so the types are as they say.
    const ready = (await nextMessage(AbortSignal.timeout(START_TIMEOUT_MS))) as Ready;
    return {
      ready,
      async ask(question) {
        child.send(question as object);
        return (await nextMessage()) as Answer;
      },
      lastWords: () => output,
      stop,
    };
  } catch (cause) {
    await stop();
    throw new Error(`${name} could not be started.\n${output}`, { cause });
  }
}
