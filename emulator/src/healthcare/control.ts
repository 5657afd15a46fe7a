import type { ControlRoutes } from '../http/faults/control.ts';
import { Fields } from '../http/faults/fields.ts';
import { readJson, sendJson, type Handler } from '../http/server.ts';
import type { Deletions } from './deletion/deletions.ts';
import type { SwitchBoard } from './switch-board.ts';

/** What a test may decide of this stand-in while it runs, by method and path. */
export function controlRoutes(board: SwitchBoard, deletions: Deletions): ControlRoutes {
  const sendSwitches: Handler = (_request, response) => {
    sendJson(response, 200, { switches: board.current });
  };
  return {
    'GET /_control/switches': sendSwitches,
    'PATCH /_control/switches': async (request, response) => {
      board.set(await readJson(request));
      await sendSwitches(request, response);
    },
    'DELETE /_control/switches': (request, response) => {
      board.reset();
      return sendSwitches(request, response);
    },
    'POST /_control/operations/release': async (request, response) => {
      const fields = new Fields(await readJson(request), 'release');
      const name = fields.text('name');
      fields.end();
      sendJson(response, 200, { released: await deletions.release(name) });
    },
  };
}
