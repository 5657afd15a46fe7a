import type { Invocation } from '../usecases/invocation.ts';
import { readCommandMessage, type CommandMessage } from './command-message.ts';
import { makeDeliveryHandler, type DeliveryDependencies, type EventHandler } from './deliver.ts';

/** A handler of messages that Pub/Sub pushes. What is no push is given back, because there is nobody to be told. */
export function makeCommandHandler(
  deps: DeliveryDependencies,
  work: (message: CommandMessage, invocation: Invocation) => Promise<void>,
): EventHandler {
  return makeDeliveryHandler(
    deps,
    ({ body }) => {
      const message = readCommandMessage(body);
      return {
        message,
        attempts: message?.attempts ?? 1,
        logFields: message === undefined ? {} : { messageId: message.messageId },
      };
    },
    async (message, invocation) => {
      if (message === undefined) throw new TypeError('The request is not a push of Pub/Sub.');
      await work(message, invocation);
    },
  );
}
